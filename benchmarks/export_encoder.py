"""Native recurrent operators against the loops that tf2onnx makes of Keras layers.

    python benchmarks/export_encoder.py [--batches 1000]

Times bidirectional encoders with one thread, 256 units in both directions together, as
goes with a decoder of 256 units, and in each of them, in three forms that have the same
weights: native; this project's own Keras layers as loops; and
`keras.layers.Bidirectional` over masked embeddings, as most people would write it, as
loops. The forms take turns, once call by call, so that each finds the caches full of
the others' weights ("cold"), and once in turns of several calls ("warm"). Times are
those of the calling thread, which does all the work, so that other processes count
less. The outputs are compared at real positions over random batches of mixed lengths.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import statistics
import time
from itertools import product
from typing import Any

import click
import keras
import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import tensorflow as tf
import tf2onnx

from export.graph.onnx_graph import convert_model
from export.graph.signatures import signature_of
from export.proof.parity import random_sources
from keras_s2s.config import ModelConfig
from keras_s2s.model.seq2seq import build_seq2seq

VOCAB_SIZE = 6000
ENCODER_UNITS = (128, 256)
"""Units of each direction."""

SHAPES = {(1, 15): 300, (1, 40): 200, (8, 15): 100, (64, 25): 40}
"""Batch and source length, and how often each form is timed, cold and warm."""

TURN = 10
"""Calls in a row of a warm turn; the first one, which warms up, is not counted."""

Sessions = dict[str, onnxruntime.InferenceSession]


@click.command()
@click.option("--batches", default=1000, show_default=True)
def main(batches: int) -> None:
    """Print medians, their ratio, and the largest difference, for each cell."""
    for cell, units in product(("gru", "lstm", "rnn"), ENCODER_UNITS):
        keras.utils.set_random_seed(1)
        config = ModelConfig(cell=cell, encoder_units=units)
        encoder = build_seq2seq(config, VOCAB_SIZE, VOCAB_SIZE).encoder
        give_biases(encoder)
        spec = signature_of(encoder, "encoder.onnx")
        plain = plain_encoder(config)
        copy_weights(encoder, plain)
        sessions = {
            "native": open_session(convert_model(encoder, spec, {})),
            "loop": open_session(convert_to_loops(encoder)),
            "keras.layers loop": open_session(convert_to_loops(plain)),
        }
        outputs = list(spec.outputs)
        title = f"{cell} 2 x {units}"
        for shape, repetitions in SHAPES.items():
            source_ids = random_sources(np.random.default_rng(0), *shape, VOCAB_SIZE)
            for name, turn in (("cold", 1), ("warm", TURN)):
                medians = time_in_turns(
                    sessions, outputs, source_ids, turn, repetitions
                )
                forms = ", ".join(
                    f"{form} {median:.2f} ms ({median / medians['native']:.2f} times)"
                    for form, median in medians.items()
                )
                click.echo(f"{title} {shape[0]} x {shape[1]} {name}: {forms}")
        for form in ("loop", "keras.layers loop"):
            difference = largest_difference(
                sessions["native"], sessions[form], outputs, batches
            )
            click.echo(
                f"{title}: largest difference from the {form} at real positions in "
                f"{batches} batches {difference:.1e}"
            )


def time_in_turns(
    sessions: Sessions,
    outputs: list[str],
    source_ids: npt.NDArray[np.int32],
    turn: int,
    repetitions: int,
) -> dict[str, float]:
    """Return the median milliseconds of a call by form.

    Args:
        sessions: The forms.
        outputs: What is asked for.
        source_ids: Shape `(batch, source_length)`.
        turn: Calls in a row before another form takes its turn.
        repetitions: About how many calls of each form are counted.
    """
    seconds: dict[str, list[float]] = {form: [] for form in sessions}
    counted = max(turn - 1, 1)
    for _ in range(-(-repetitions // counted)):
        for form, session in sessions.items():
            for call in range(turn):
                start = time.thread_time()
                session.run(outputs, {"source_ids": source_ids})
                took = time.thread_time() - start
                if call or turn == 1:
                    seconds[form].append(took)
    return {form: statistics.median(found) * 1e3 for form, found in seconds.items()}


def give_biases(encoder: keras.Model) -> None:
    """Replace the zeros that biases start from: gates of zero bias hide mistakes."""
    generator = np.random.default_rng(3)
    for weight in encoder.weights:
        if "bias" in weight.path:
            weight.assign(generator.normal(scale=0.1, size=weight.shape))


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
        recurrent(config.encoder_units, return_sequences=True, return_state=True),
        name="recurrence",
    )(embedded)
    outputs = {
        "encoder_states": states,
        "attention_keys": keras.layers.Dense(
            config.attention_units, use_bias=False, name="key_projection"
        )(states),
        "source_mask": keras.ops.not_equal(source_ids, 0),
    }
    directions = len(final) // 2
    for index in range(directions):
        both = keras.ops.concatenate([final[index], final[index + directions]], axis=-1)
        outputs[f"decoder_state_{index}"] = keras.layers.Dense(
            config.units, activation="tanh", name=f"bridge_{index}"
        )(both)
    return keras.Model(source_ids, outputs)


def copy_weights(encoder: keras.Model, plain: keras.Model) -> None:
    """Give an encoder of Keras's own layers the weights of this project's."""
    recurrence = plain.get_layer("recurrence")
    for own, other in (
        ("forward_0", recurrence.forward_layer),
        ("backward_0", recurrence.backward_layer),
    ):
        layer = encoder.get_layer(own)
        bias = layer.projection.bias
        if hasattr(layer.cell, "recurrent_bias"):
            bias = np.stack([bias, layer.cell.recurrent_bias])
        other.set_weights([layer.projection.kernel, layer.cell.recurrent_kernel, bias])
    (embedding,) = (
        layer for layer in plain.layers if isinstance(layer, keras.layers.Embedding)
    )
    embedding.set_weights(encoder.get_layer("source_embedding").get_weights())
    for layer in plain.layers:
        if isinstance(layer, keras.layers.Dense):
            layer.set_weights(encoder.get_layer(layer.name).get_weights())


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
    """Return the largest difference of any output over random batches.

    Sequences are compared at real positions: at padding, Keras's layers repeat a state
    that nothing reads.
    """
    generator = np.random.default_rng(2)
    largest = 0.0
    for _ in range(batches):
        batch, length = (int(size) for size in generator.integers(1, 17, 2))
        source_ids = random_sources(generator, batch, length, VOCAB_SIZE)
        feeds = {"source_ids": source_ids}
        for found, expected in zip(
            native.run(outputs, feeds), looped.run(outputs, feeds), strict=True
        ):
            difference = np.abs(found.astype(np.float64) - expected.astype(np.float64))
            if difference.ndim == 3:
                difference = difference[source_ids != 0]
            largest = max(largest, float(difference.max()))
    return largest


if __name__ == "__main__":
    main()
