"""What a vocabulary shortlist could save, at batch 1 on one thread.

    python benchmarks/vocabulary_shortlist.py RUN --source test.zh

A shortlist scores some hundred target tokens, chosen by the source, rather than the
whole vocabulary. Three int8 step graphs of RUN differ in their output matrix alone:

- whole;
- cut to the first `--candidates` tokens, as a constant: the most that can be saved;
- the same, but fed to every step, as a matrix must be that changes with the sentence:
  onnxruntime prepares a constant when it loads a graph, an input at every call.

The savings are set against the time of a whole translation (tokenizer, encoder,
search), greedy, sentence by sentence, over the lines of `--source`. From the saving of
the fed form, the time to gather the candidates' rows once a sentence is taken; choosing
them and mapping ids back is not counted. Forms take turns; times are medians of seconds
of the one thread that works.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import statistics
import tempfile
import time
from pathlib import Path

import click
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

from edge_runtime import DecodingOptions, Translator
from edge_runtime.contract import BOS_ID, EOS_ID, LOG_PROBS
from export.graph.editable_graph import EditableGraph
from export.graph.onnx_graph import DEFAULT_OPSET
from export.graph.run_graphs import convert_run
from export.options import ExportOptions
from export.pipeline import export_bundle
from export.weights.quantization import quantize
from keras_s2s.run.run_directory import load_run

Feeds = dict[str, npt.NDArray[np.generic]]

CALLS = 20
"""Calls in a row of one form; the first one, which warms up, is not counted."""


@click.command()
@click.argument("run_path", metavar="RUN", type=click.Path(exists=True, path_type=Path))
@click.option("--source", type=click.Path(path_type=Path), required=True)
@click.option("--candidates", default=300, show_default=True)
@click.option("--sentences", default=200, show_default=True)
@click.option("--turns", default=50, show_default=True)
def main(
    run_path: Path, source: Path, candidates: int, sentences: int, turns: int
) -> None:
    """Print the time of a step, of a sentence, and what a shortlist could save."""
    run = load_run(run_path)
    step = convert_run(run, DEFAULT_OPSET, lambda _: None)["decoder_step.onnx"]
    vocab_size = run.target_tokenizer.vocab_size
    whole = open_session(quantize(step, "int8"))
    shortened = quantize(with_fewer_outputs(step, candidates), "int8")
    cut = open_session(shortened)
    changed, parts = with_fed_matrix(shortened)
    fed = open_session(changed)
    lines = [line for line in source.read_text().splitlines() if line][:sentences]
    with tempfile.TemporaryDirectory() as name:
        bundle = Path(name) / "bundle"
        export_bundle(run, bundle, ExportOptions(quantization="int8"))
        translator = Translator(bundle, DecodingOptions(beam_size=1))
        per_sentence, steps, lengths = [], [], []
        for line in lines:
            took = []
            for _ in range(3):
                start = time.thread_time()
                found = translator.translate(line)
                took.append(time.thread_time() - start)
            per_sentence.append(statistics.median(took))
            steps.append(len(found.tokens))
            source_tokens = translator.model.source_tokenizer.encode(line)
            lengths.append(len([BOS_ID, *source_tokens, EOS_ID]))
    feeds = step_inputs(step, round(statistics.mean(lengths)))
    fed_feeds = {**feeds, **parts}
    of_whole, of_cut, of_fed = time_steps(
        [(whole, feeds), (cut, feeds), (fed, fed_feeds)], turns
    )
    sentence = statistics.mean(per_sentence) * 1e6
    taken = statistics.mean(steps)
    gathering = time_gathering(vocab_size, parts["shortlist_matrix"].shape)
    most = taken * (of_whole - of_cut)
    likely = taken * (of_whole - of_fed) - gathering
    click.echo(
        f"int8 step with its argmax: {of_whole:.0f} us for {vocab_size} tokens, "
        f"{of_cut:.0f} us for {candidates}, {of_fed:.0f} us for {candidates} fed; "
        f"gathering them {gathering:.0f} us a sentence"
    )
    click.echo(
        f"a sentence of {source.name}: {sentence:.0f} us, {taken:.1f} steps; "
        f"a shortlist saves at most {most:.0f} us ({most / sentence:.1%}), "
        f"fed {likely:.0f} us ({likely / sentence:.1%})"
    )


def time_steps(
    forms: list[tuple[onnxruntime.InferenceSession, Feeds]], turns: int
) -> list[float]:
    """Return the median microseconds of a step of each form, with its argmax."""
    seconds: list[list[float]] = [[] for _ in forms]
    for _ in range(turns):
        for (session, feeds), found in zip(forms, seconds, strict=True):
            for call in range(CALLS):
                start = time.thread_time()
                (log_probs,) = session.run([LOG_PROBS], feeds)
                log_probs.argmax(axis=-1)
                took = time.thread_time() - start
                if call:
                    found.append(took)
    return [statistics.median(found) * 1e6 for found in seconds]


def time_gathering(vocab_size: int, shape: tuple[int, int]) -> float:
    """Return the median microseconds of taking columns `shape` out of the matrix."""
    features, candidates = shape
    generator = np.random.default_rng(0)
    rows = generator.integers(0, 64, (vocab_size, features)).astype(np.int8)
    scales, biases = generator.normal(size=(2, vocab_size)).astype(np.float32)
    seconds = []
    for _ in range(200):
        chosen = np.sort(generator.choice(vocab_size, candidates, replace=False))
        start = time.thread_time()
        np.ascontiguousarray(rows[chosen].T)
        scales[chosen], biases[chosen]
        seconds.append(time.thread_time() - start)
    return statistics.median(seconds) * 1e6


def with_fed_matrix(model: onnx.ModelProto) -> tuple[onnx.ModelProto, Feeds]:
    """Make inputs of an int8 step's output matrix, scales and biases.

    Returns:
        The model, and what to feed.
    """
    graph = EditableGraph(model)
    (softmax,) = graph.of_type("LogSoftmax")
    parts: Feeds = {}

    def feed(node: onnx.NodeProto, index: int, name: str) -> None:
        parts[name] = graph.weights.pop(node.input[index])
        node.input[index] = name

    node = graph.producer(softmax.input[0])
    if node.op_type == "Add":
        feed(node, 1, "shortlist_bias")
        node = graph.producer(node.input[0])
    wide, scales = (graph.producer(name) for name in node.input)
    feed(scales, 1, "shortlist_scale")
    product = graph.producer(wide.input[0])
    transpose = graph.producer(product.input[1])
    if transpose is None:
        feed(product, 1, "shortlist_matrix")
    else:
        rows = graph.weights.pop(transpose.input[0])
        parts["shortlist_matrix"] = np.ascontiguousarray(rows.T)
        product.input[1] = "shortlist_matrix"
    graph.inputs += list(parts)
    changed = graph.to_model()
    changed.graph.input.extend(
        onnx.helper.make_tensor_value_info(
            name, onnx.helper.np_dtype_to_tensor_dtype(value.dtype), value.shape
        )
        for name, value in parts.items()
    )
    return changed, parts


def with_fewer_outputs(step: onnx.ModelProto, count: int) -> onnx.ModelProto:
    """Return a decoder step that scores the first tokens of its vocabulary alone."""
    graph = EditableGraph(step)
    (softmax,) = graph.of_type("LogSoftmax")
    node = graph.producer(softmax.input[0])
    if node is not None and node.op_type == "Add":
        bias = graph.weights[node.input[1]]
        node.input[1] = graph.add_weight(bias[:count], "bias")
        node = graph.producer(node.input[0])
    if node is None or node.op_type not in ("MatMul", "Gemm"):
        raise click.ClickException("log-probs must come from one product.")
    matrix = graph.weights[node.input[1]]
    rows_are_tokens = node.op_type == "Gemm"
    matrix = matrix[:count] if rows_are_tokens else matrix[:, :count]
    node.input[1] = graph.add_weight(np.ascontiguousarray(matrix), "matrix")
    if len(node.input) == 3:
        node.input[2] = graph.add_weight(graph.weights[node.input[2]][:count], "bias")
    model = graph.to_model()
    for value in model.graph.output:
        if value.name == LOG_PROBS:
            value.type.tensor_type.shape.dim[1].dim_value = count
    return model


def step_inputs(step: onnx.ModelProto, source_length: int) -> Feeds:
    """Return inputs of one row, of plausible sizes."""
    generator = np.random.default_rng(0)
    feeds = {}
    for value in step.graph.input:
        tensor = value.type.tensor_type
        sizes = [
            dim.dim_value or {"batch": 1, "source_length": source_length}[dim.dim_param]
            for dim in tensor.shape.dim
        ]
        values = np.abs(generator.normal(scale=0.3, size=sizes)) + 1e-3
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type)
        feeds[value.name] = values.astype(dtype)
    return feeds


def open_session(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """Return a session with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options)


if __name__ == "__main__":
    main()
