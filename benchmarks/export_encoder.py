"""Native recurrent operators against the loops that tf2onnx makes of Keras layers.

    python benchmarks/export_encoder.py [--batches 1000]

Times the encoder of a 256-unit bidirectional model with one thread, all forms in turn:
native; this project's own Keras layers as loops; and an encoder of the same sizes made
of `keras.layers.Bidirectional` over masked embeddings, as most people would write it.
The outputs of the first two are compared over random batches of mixed lengths.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import statistics
import time
from typing import Any

import click
import keras
import numpy as np
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx

from export.onnx_graph import convert_model
from export.parity import random_sources
from export.signatures import signature_of
from keras_s2s.config import ModelConfig
from keras_s2s.models.seq2seq import build_seq2seq

VOCAB_SIZE = 6000
SHAPES = {(1, 15): 200, (1, 40): 100, (8, 15): 100, (64, 25): 20}
"""Batch and source length, and how often each is timed."""


@click.command()
@click.option("--batches", default=1000, show_default=True)
def main(batches: int) -> None:
    """Print medians, their ratio, and the largest difference, for each cell."""
    for cell in ("gru", "lstm", "rnn"):
        keras.utils.set_random_seed(1)
        config = ModelConfig(cell=cell)
        encoder = build_seq2seq(config, VOCAB_SIZE, VOCAB_SIZE).encoder
        spec = signature_of(encoder, "encoder.onnx")
        sessions = {
            "native": open_session(convert_model(encoder, spec, {})),
            "loop": open_session(convert_to_loops(encoder)),
            "keras.layers loop": open_session(convert_to_loops(plain_encoder(config))),
        }
        outputs = list(spec.outputs)
        for shape, repetitions in SHAPES.items():
            source_ids = random_sources(np.random.default_rng(0), *shape, VOCAB_SIZE)
            seconds: dict[str, list[float]] = {name: [] for name in sessions}
            for _ in range(repetitions):
                for name, session in sessions.items():
                    start = time.perf_counter()
                    session.run(outputs, {"source_ids": source_ids})
                    seconds[name].append(time.perf_counter() - start)
            medians = {
                name: statistics.median(found) * 1e3 for name, found in seconds.items()
            }
            forms = ", ".join(
                f"{name} {median:.2f} ms ({median / medians['native']:.1f} times)"
                for name, median in medians.items()
            )
            click.echo(f"{cell} {shape[0]} x {shape[1]}: {forms}")
        difference = largest_difference(
            sessions["native"], sessions["loop"], outputs, batches
        )
        click.echo(f"{cell}: largest difference in {batches} batches {difference:.1e}")


def convert_to_loops(encoder: Any) -> onnx.ModelProto:
    """Convert as tf2onnx does by itself."""
    signature = (tf.TensorSpec((None, None), tf.int32, name="source_ids"),)
    function = tf.function(
        lambda ids: encoder(ids, training=False), input_signature=signature
    )
    model, _ = tf2onnx.convert.from_function(
        function, input_signature=signature, opset=17
    )
    if not any(node.op_type == "Loop" for node in model.graph.node):
        raise click.ClickException("tf2onnx must make loops to be compared with.")
    return model


def plain_encoder(config: ModelConfig) -> keras.Model:
    """Return an encoder of the same sizes and outputs, made of Keras's own layers."""
    recurrent = {
        "gru": keras.layers.GRU,
        "lstm": keras.layers.LSTM,
        "rnn": keras.layers.SimpleRNN,
    }[config.cell]
    source_ids = keras.Input((None,), dtype="int32", name="source_ids")
    embedded = keras.layers.Embedding(VOCAB_SIZE, config.embedding_dim, mask_zero=True)(
        source_ids
    )
    states, *final = keras.layers.Bidirectional(
        recurrent(config.encoder_units, return_sequences=True, return_state=True)
    )(embedded)
    outputs = {
        "encoder_states": states,
        "attention_keys": keras.layers.Dense(config.attention_units, use_bias=False)(
            states
        ),
        "source_mask": keras.ops.not_equal(source_ids, 0),
    }
    directions = len(final) // 2
    for index in range(directions):
        both = keras.ops.concatenate([final[index], final[index + directions]], axis=-1)
        outputs[f"decoder_state_{index}"] = keras.layers.Dense(
            config.units, activation="tanh"
        )(both)
    return keras.Model(source_ids, outputs)


def open_session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """Return a session with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


def largest_difference(
    native: onnxruntime.InferenceSession,
    looped: onnxruntime.InferenceSession,
    outputs: list[str],
    batches: int,
) -> float:
    """Return the largest difference of any output over random batches."""
    generator = np.random.default_rng(2)
    largest = 0.0
    for _ in range(batches):
        batch, length = (int(size) for size in generator.integers(1, 17, 2))
        feeds = {"source_ids": random_sources(generator, batch, length, VOCAB_SIZE)}
        for found, expected in zip(
            native.run(outputs, feeds), looped.run(outputs, feeds), strict=True
        ):
            difference = np.abs(found.astype(np.float64) - expected.astype(np.float64))
            largest = max(largest, float(difference.max()))
    return largest


if __name__ == "__main__":
    main()
