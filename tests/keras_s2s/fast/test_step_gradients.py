"""The gradients that steps bring along, against TensorFlow's own."""

from collections import Counter

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.fast.differentiation import differentiated_by
from keras_s2s.fast.scan import scan
from keras_s2s.model.cells import CELLS
from keras_s2s.model.decoder import DecoderLoop
from keras_s2s.model.decoder_cells import (
    AttentionDecoderCell,
    FixedContextDecoderCell,
)

pytestmark = pytest.mark.train

BATCH, LENGTH, SOURCE_LENGTH, UNITS, ATTENTION, VALUES = 3, 4, 5, 6, 7, 8


def attention_cell(cell, num_layers=1, conditional=False):
    return AttentionDecoderCell(
        cell,
        UNITS,
        num_layers,
        attention_units=ATTENTION,
        value_dim=VALUES,
        conditional=conditional,
    )


DECODERS = {
    **{f"{cell}, attention": lambda cell=cell: attention_cell(cell) for cell in CELLS},
    "gru, conditional": lambda: attention_cell("gru", conditional=True),
    "lstm, conditional, two layers": lambda: attention_cell("lstm", 2, True),
    "gru, fixed context, two layers": lambda: FixedContextDecoderCell("gru", UNITS, 2),
}


def tensor(rng, *shape):
    return tf.constant(rng.normal(size=shape).astype("float32"))


def decoder_with_inputs(name):
    """A cell with weights of all sizes, projected inputs, and what it starts from."""
    rng = np.random.default_rng(0)
    cell = DECODERS[name]()
    cell.build((None, cell.cells[0].num_gates * UNITS))
    for weight in cell.trainable_weights:
        weight.assign(tensor(rng, *weight.shape))
    inputs = tensor(rng, BATCH, LENGTH, cell.cells[0].num_gates * UNITS)
    states = [tensor(rng, BATCH, UNITS) for _ in range(cell.num_states)]
    if isinstance(cell, AttentionDecoderCell):
        states.append(tensor(rng, BATCH, SOURCE_LENGTH, VALUES))
        states.append(tensor(rng, BATCH, SOURCE_LENGTH, ATTENTION))
        # The last row is padding alone.
        lengths = np.array([[5], [3], [0]])
        states.append(tf.constant(np.arange(SOURCE_LENGTH) < lengths))
    return cell, inputs, states


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoders_gradients_are_those_of_a_plain_loop(name):
    cell, inputs, states = decoder_with_inputs(name)
    loop = DecoderLoop(cell)
    upstream = tensor(np.random.default_rng(1), BATCH, LENGTH, cell.output_size)
    floating = [state for state in states if state.dtype.is_floating]
    sources = [inputs, *floating, *(weight.value for weight in cell.trainable_weights)]

    def plain(inputs, states):
        outputs = []
        for position in range(LENGTH):
            output, states = cell(inputs[:, position], states)
            outputs.append(output)
        return tf.stack(outputs, axis=1)

    def gradients(run):
        with tf.GradientTape() as tape:
            tape.watch([inputs, *floating])
            outputs = run(inputs, states)
        return [outputs, *tape.gradient(outputs, sources, upstream)]

    expected = gradients(plain)

    def looped(inputs, states):
        outputs = loop(tf.transpose(inputs, (1, 0, 2)), states, training=True)
        return tf.transpose(tf.concat(outputs, axis=-1), (1, 0, 2))

    found = tf.function(lambda: gradients(looped))()
    assert len(found) == len(expected) == 1 + len(sources)
    for wanted, given in zip(expected, found, strict=True):
        np.testing.assert_allclose(given, wanted, rtol=1e-4, atol=2e-5)


def test_what_a_step_saves_is_given_to_its_gradient():
    """A step that draws random numbers would otherwise draw new ones."""
    inputs = tf.ones((LENGTH, BATCH, UNITS))

    @differentiated_by(lambda needed, upstream: upstream * needed[0])
    def drop(row):
        noise = tf.random.normal(tf.shape(row))
        return row * noise, (noise,)

    @tf.function
    def run():
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            (outputs,) = scan(
                lambda row, states, constants: ([drop(row)], states),
                inputs,
                [tf.zeros((BATCH, 1))],
                output_widths=[UNITS],
            )
        return outputs, tape.gradient(outputs, inputs)

    outputs, gradients = run()
    np.testing.assert_array_equal(gradients, outputs)
    assert len(np.unique(outputs)) == tf.size(outputs)


def test_a_backward_step_computes_nothing_again_that_was_saved():
    """In a batch of unknown size, as in training."""
    cell, inputs, states = decoder_with_inputs("gru, attention")
    loop = DecoderLoop(cell)

    def gradient(inputs, *states):
        with tf.GradientTape() as tape:
            tape.watch([inputs, *states[:-1]])
            outputs = tf.concat(loop(inputs, list(states), training=True), axis=-1)
        return tape.gradient(outputs, [inputs, *states[:-1]])

    signature = [
        tf.TensorSpec([None, None, *item.shape[2:]], item.dtype)
        if len(item.shape) == 3
        else tf.TensorSpec([None, item.shape[1]], item.dtype)
        for item in (inputs, *states[:-1])
    ]
    signature.append(tf.TensorSpec([None, None], states[-1].dtype))
    graph = tf.function(gradient, input_signature=signature).get_concrete_function()
    (backward,) = (
        function.cached_definition
        for function in graph.graph._functions.values()
        if {"TanhGrad", "SigmoidGrad"}
        <= {node.op for node in function.cached_definition.node_def}
    )
    operators = needed_operators(backward)
    assert operators["SigmoidGrad"] == 2
    assert operators["Tanh"] == operators["Sigmoid"] == operators["Softmax"] == 0
    # Gradients for the state, through the gates and the query, for the context through
    # its projection, for the energies' kernel and for what it is multiplied with; and
    # for the alignment.
    assert operators["MatMul"] == 5
    assert operators["BatchMatMulV2"] == 1


def needed_operators(function):
    """Count the operators that something a function returns depends on."""
    nodes = {node.name: node for node in function.node_def}
    waiting = list(function.ret.values())
    needed = set()
    while waiting:
        name, *output = waiting.pop().lstrip("^").split(":")
        if name not in nodes:
            continue
        sources = nodes[name].input
        if nodes[name].op == "IdentityN":
            # A custom gradient bundles what does not depend on each other.
            waiting.append(sources[int(output[-1])])
        elif name not in needed:
            needed.add(name)
            waiting += sources
    return Counter(nodes[name].op for name in needed)
