"""A decoder step against the time that reading its weights from memory takes.

    python benchmarks/export_step.py

Units 256, vocabulary 6,000, batch 1, one thread: float32, fp16, int8 and int4 in turn.
A step reads every matrix once but only one row of the embedding. The time to read as
many bytes is measured in the same run, walking through a buffer that no cache holds.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import statistics
import time

import click
import keras
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import numpy_helper

from export.graph.onnx_graph import convert_model
from export.graph.signatures import signature_of
from export.weights.quantization import Quantization, quantize
from keras_s2s.config import ModelConfig
from keras_s2s.model.seq2seq import build_seq2seq

VOCAB_SIZE = 6000
BUFFER = 1 << 30
"""Bytes of the buffer that is read: twice the largest cache of server processors."""

QUANTIZATIONS: tuple[Quantization, ...] = ("none", "fp16", "int8", "int4")


@click.command()
@click.option("--repetitions", default=500, show_default=True)
@click.option("--source-length", default=15, show_default=True)
def main(repetitions: int, source_length: int) -> None:
    """Print the median time of a step and of reading its weights."""
    keras.utils.set_random_seed(1)
    buffer = np.ones(BUFFER // 8, dtype=np.int64)
    for tied in ("none", "target"):
        config = ModelConfig(tied_embeddings=tied)  # type: ignore[arg-type]
        step = build_seq2seq(config, VOCAB_SIZE, VOCAB_SIZE).decoder_step
        spec = signature_of(step, "decoder_step.onnx")
        model = convert_model(step, spec, {})
        generator = np.random.default_rng(0)
        sizes = {"batch": 1, "source_length": source_length}
        feeds: dict[str, npt.NDArray[np.generic]] = {}
        for name, tensor in spec.inputs.items():
            shape = [sizes.get(str(axis), axis) for axis in tensor.shape]
            values = generator.normal(size=shape)  # type: ignore[arg-type]
            feeds[name] = np.abs(values).astype(tensor.dtype)
        sessions = {name: open_session(quantize(model, name)) for name in QUANTIZATIONS}
        read = {name: bytes_read(quantize(model, name)) for name in QUANTIZATIONS}
        seconds: dict[str, list[float]] = {name: [] for name in QUANTIZATIONS}
        reading: dict[str, list[float]] = {name: [] for name in QUANTIZATIONS}
        position = 0
        for _ in range(repetitions):
            for name, session in sessions.items():
                start = time.perf_counter()
                session.run(None, feeds)
                seconds[name].append(time.perf_counter() - start)
            for name, count in read.items():
                words = count // 8
                if position + words > buffer.size:
                    position = 0
                start = time.perf_counter()
                # The fastest of numpy's passes over memory.
                np.bitwise_or.reduce(buffer[position : position + words])
                reading[name].append(time.perf_counter() - start)
                position += words
        click.echo(f"tied embeddings: {tied}")
        for name in QUANTIZATIONS:
            step_time = statistics.median(seconds[name]) * 1e6
            read_time = statistics.median(reading[name]) * 1e6
            click.echo(
                f"  {name}: step {step_time:.0f} us, reading {read[name] / 1e6:.2f} MB "
                f"{read_time:.0f} us ({read[name] / read_time / 1e3:.1f} GB/s), "
                f"{step_time / read_time:.2f} times"
            )


def bytes_read(model: onnx.ModelProto) -> int:
    """Return the bytes of weights that one step reads; a look-up reads one row."""
    looked_up = {node.input[0] for node in model.graph.node if "Gather" in node.op_type}
    multiplied = {
        name
        for node in model.graph.node
        if "Gather" not in node.op_type
        for name in node.input
    }
    return sum(
        numpy_helper.to_array(tensor).nbytes
        for tensor in model.graph.initializer
        if tensor.name in multiplied or tensor.name not in looked_up
    )


def open_session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """Return a session with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


if __name__ == "__main__":
    main()
