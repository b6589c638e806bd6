import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import tensorflow as tf

from keras_s2s.fast.loop_step import step_matmul
from keras_s2s.fast.scan import scan
from keras_s2s.fast.sums import add

pytestmark = pytest.mark.train

BATCH, LENGTH, FEATURES, WIDTH, CONTEXT = 3, 5, 4, 4, 6


class Problem:
    """A step with every kind of argument, run by `scan` and by a plain Python loop."""

    def __init__(self):
        rng = np.random.default_rng(0)

        def tensor(*shape):
            return tf.constant(rng.normal(size=shape).astype("float32"))

        self.kernel = keras.Variable(tensor(WIDTH, WIDTH), name="recurrent_kernel")
        self.bias = keras.Variable(tensor(WIDTH), name="bias")
        self.inputs = tensor(LENGTH, BATCH, FEATURES)
        self.state = tensor(BATCH, WIDTH)
        self.memory = tensor(BATCH, WIDTH, CONTEXT)
        self.shift = tensor(BATCH, CONTEXT)
        self.ids = tf.constant([1, 2, 3])
        self.upstream = tensor(LENGTH, BATCH, CONTEXT)

    def step(self, inputs, states, constants):
        memory, shift, _ = constants
        state = tf.tanh(inputs + step_matmul(states[0], self.kernel) + self.bias)
        return [step_matmul(state, memory) * shift], [state]

    def scanned(self, **changes):
        arguments = {
            "constants": [self.memory, self.shift, self.ids],
            "weights": [self.kernel, self.bias],
            "invariants": [self.kernel, self.memory],
        }
        (outputs,) = scan(
            self.step,
            self.inputs,
            [self.state],
            output_widths=[CONTEXT],
            **arguments | changes,
        )
        return outputs

    def looped(self):
        states, outputs = [self.state], []
        for position in range(LENGTH):
            (output,), states = self.step(
                self.inputs[position], states, [self.memory, self.shift, self.ids]
            )
            outputs.append(output)
        return tf.stack(outputs)

    def with_gradients(self, run):
        sources = [self.inputs, self.state, self.memory, self.shift]
        variables = [self.kernel.value, self.bias.value]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            outputs = run()
        gradients = tape.gradient(outputs, sources + variables, self.upstream)
        return outputs, gradients


@pytest.mark.parametrize("graph", [False, True])
def test_outputs_and_all_gradients_are_those_of_a_plain_loop(graph):
    problem = Problem()

    def run():
        return problem.with_gradients(problem.scanned)

    outputs, gradients = (tf.function(run) if graph else run)()
    expected, expected_gradients = problem.with_gradients(problem.looped)
    np.testing.assert_allclose(outputs, expected, rtol=1e-5, atol=1e-6)
    assert len(gradients) == 6
    for found, wanted in zip(gradients, expected_gradients, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_no_weight_is_multiplied_within_the_backward_loop():
    """What the loop is for: the products of all steps are one product afterwards."""
    problem = Problem()
    graph = tf.function(
        lambda: problem.with_gradients(problem.scanned)[1]
    ).get_concrete_function()
    (backward,) = (
        function
        for function in graph.graph._functions.values()
        if "TanhGrad" in {node.op for node in function.cached_definition.node_def}
    )
    operators = [node.op for node in backward.cached_definition.node_def]
    # The product itself, computed again, and the gradient of the state it multiplied.
    assert operators.count("MatMul") == 2


def test_bfloat16_comes_close_and_weights_are_cast_before_the_loops():
    problem = Problem()
    expected = problem.with_gradients(problem.looped)
    graph = tf.function(
        lambda: problem.with_gradients(lambda: problem.scanned(precision="bfloat16"))
    ).get_concrete_function()
    found = graph()
    for one, other in zip(
        tf.nest.flatten(found), tf.nest.flatten(expected), strict=True
    ):
        assert one.dtype == tf.float32
        error = np.linalg.norm(one - other) / np.linalg.norm(other)
        assert 1e-5 < error < 0.05
    (forward, backward) = (
        [node for node in nodes if node.op in ("Cast", "MatMul")]
        for nodes in (
            function.cached_definition.node_def
            for function in graph.graph._functions.values()
        )
        if any(node.op == "MatMul" for node in nodes)
        and any(node.op == "TensorListSetItem" for node in nodes)
    )
    # A state on its way to the product, and the product; then the gradients of both.
    assert [node.op for node in forward].count("Cast") == 2
    assert [node.op for node in backward].count("Cast") == 4


def test_what_two_matmuls_share_is_saved_once():
    problem = Problem()
    other = keras.Variable(tf.reverse(problem.kernel.value, [0]), name="other")

    def step(inputs, states, constants):
        (state,) = states
        first, second = (
            step_matmul(state, kernel) for kernel in (problem.kernel, other)
        )
        state = tf.tanh(add(inputs, add(first, second)))
        return [state], [state]

    def scanned(inputs):
        return scan(
            step,
            inputs,
            [problem.state],
            output_widths=[WIDTH],
            weights=[problem.kernel, other],
            invariants=[problem.kernel, other],
        )[0]

    def looped(inputs):
        states, outputs = [problem.state], []
        for position in range(LENGTH):
            _, states = step(inputs[position], states, [])
            outputs += states
        return tf.stack(outputs)

    def with_gradients(run):
        sources = [problem.inputs, problem.state]
        with tf.GradientTape() as tape:
            tape.watch(sources)
            outputs = run(problem.inputs)
        variables = [problem.kernel.value, other.value]
        return tape.gradient(outputs, sources + variables)

    graph = tf.function(lambda: with_gradients(scanned)).get_concrete_function()
    for found, wanted in zip(graph(), with_gradients(looped), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    # The outputs; then the state both kernels met, and the gradient of all in the sum.
    operators = [node.op for node in graph.graph.as_graph_def().node]
    assert operators.count("TensorListStack") == 3


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (lambda problem, state: state, "is not used"),
        (
            lambda problem, state: step_matmul(
                step_matmul(state, problem.kernel), problem.kernel
            ),
            "is used twice",
        ),
    ],
)
def test_a_loop_invariant_matrix_must_be_used_once(step, message):
    problem = Problem()

    def wrong_step(inputs, states, constants):
        state = step(problem, states[0])
        return [state], [state]

    problem.step = wrong_step

    def run():
        with tf.GradientTape() as tape:
            tape.watch(problem.state)
            (outputs,) = scan(
                problem.step,
                problem.inputs,
                [problem.state],
                output_widths=[WIDTH],
                weights=[problem.kernel],
                invariants=[problem.kernel],
            )
        return tape.gradient(outputs, problem.state)

    with pytest.raises(ValueError, match=message):
        run()


def test_dropout_reaches_recurrent_kernels_alone_and_their_gradients():
    problem = Problem()
    doubled, gradients = problem.with_gradients(
        lambda: problem.scanned(dropout=lambda kernel: 2 * kernel)
    )
    problem.kernel.assign(2 * problem.kernel)
    expected, expected_gradients = problem.with_gradients(problem.looped)
    np.testing.assert_allclose(doubled, expected, rtol=1e-5, atol=1e-6)
    for place, (found, wanted) in enumerate(
        zip(gradients, expected_gradients, strict=True)
    ):
        factor = 2 if place == 4 else 1
        np.testing.assert_allclose(found, factor * wanted, rtol=1e-4, atol=1e-5)
