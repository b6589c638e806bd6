import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

import keras_s2s.fast.output_loss as module
from keras_s2s.fast.output_loss import output_loss
from keras_s2s.fast.output_matmuls import output_matmuls
from keras_s2s.model.cross_entropy import smoothed_cross_entropy

pytestmark = pytest.mark.train

IDS = np.array([[4, 10, 3, 0], [3, 0, 0, 0], [5, 10, 4, 3]], dtype="int32")


@pytest.fixture
def layer():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(3, 4, 5)).astype("float32")
    weights = rng.normal(size=(5, 11)).astype("float32")
    bias = rng.normal(size=11).astype("float32")
    return features, weights, bias


def both(layer, smoothing, transposed):
    """The loss and its gradients, with all logits at once and without."""
    features, weights, bias = map(tf.constant, layer)
    if transposed:
        weights = tf.transpose(weights)
    token_weights = tf.constant(np.random.default_rng(1).random((3, 4)), tf.float32)
    results = []
    for with_logits in (True, False):
        with tf.GradientTape() as tape:
            tape.watch([features, weights, bias])
            if with_logits:
                kernel = tf.transpose(weights) if transposed else weights
                losses = smoothed_cross_entropy(
                    tf.matmul(features, kernel) + bias, IDS, smoothing
                )
                loss = tf.reduce_sum(token_weights * losses)
            else:
                loss, *_ = output_loss(
                    features,
                    weights,
                    bias,
                    IDS,
                    token_weights,
                    transposed=transposed,
                    label_smoothing=smoothing,
                )
            loss = 3 * loss
        results.append([loss, *tape.gradient(loss, [features, weights, bias])])
    return results


@pytest.mark.parametrize("at_once", [11, 50, 2**21])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("transposed", [False, True])
def test_loss_and_gradients_are_those_of_the_logits(
    layer, smoothing, transposed, at_once, monkeypatch
):
    monkeypatch.setattr(module, "_LOGITS_AT_ONCE", at_once)
    expected, found = both(layer, smoothing, transposed)
    for wanted, given in zip(expected, found, strict=True):
        np.testing.assert_allclose(given, wanted, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("at_once", [30, 2**21])
def test_what_is_counted_besides_the_loss(layer, at_once, monkeypatch):
    monkeypatch.setattr(module, "_LOGITS_AT_ONCE", at_once)
    features, weights, bias = layer
    logits = features @ weights + bias
    token_weights = tf.ones((3, 4))
    _, cross_entropies, hits = output_loss(
        *map(tf.constant, layer),
        IDS,
        token_weights,
        transposed=False,
        label_smoothing=0.3,
    )
    expected = smoothed_cross_entropy(tf.constant(logits), IDS, 0.0)
    np.testing.assert_allclose(cross_entropies, expected, rtol=1e-5)
    best = logits.argmax(-1)
    _, _, all_hits = output_loss(
        *map(tf.constant, layer),
        best,
        token_weights,
        transposed=False,
        label_smoothing=0.3,
    )
    np.testing.assert_array_equal(hits, best == IDS)
    np.testing.assert_array_equal(all_hits, np.ones_like(best))


def test_an_impossible_token_costs_no_more_than_can_be_counted():
    weights = tf.constant([[400.0, -400.0]])
    features = tf.ones((1, 1, 1))
    loss, *_ = output_loss(
        features,
        weights,
        tf.zeros(2),
        tf.constant([[1]]),
        tf.ones((1, 1)),
        transposed=False,
        label_smoothing=0.0,
    )
    assert 80 < float(loss) < 90


def test_bfloat16_comes_close():
    """Against float32, at the width of a model and with a bias of any size."""
    rng = np.random.default_rng(3)
    features = rng.normal(size=(8, 20, 48)).astype("float32")
    weights = (rng.normal(size=(48, 500)) / 7).astype("float32")
    bias = (100 + rng.normal(size=500)).astype("float32")
    ids = rng.integers(0, 500, (8, 20)).astype("int32")
    token_weights = tf.fill((8, 20), 1 / 160)

    @tf.function
    def results(transposed, precision):
        inputs = [tf.constant(features), tf.constant(weights), tf.constant(bias)]
        if transposed:
            inputs[1] = tf.transpose(inputs[1])
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            loss, cross_entropies, hits = output_loss(
                *inputs,
                ids,
                token_weights,
                transposed=transposed,
                label_smoothing=0.1,
                precision=precision,
            )
        return loss, cross_entropies, hits, *tape.gradient(loss, inputs)

    for transposed in (False, True):
        exact = results(transposed, "float32")
        rounded = results(transposed, "bfloat16")
        assert all(item.dtype == tf.float32 for item in rounded)
        # A logit of 100 is kept to half a unit.
        assert float(rounded[0]) == pytest.approx(float(exact[0]), abs=0.05)
        assert np.mean(np.abs(rounded[1] - exact[1])) < 0.3
        assert np.any(rounded[1] != exact[1])
        for wanted, given in zip(exact[3:], rounded[3:], strict=True):
            error = np.linalg.norm(given - wanted) / np.linalg.norm(wanted)
            assert error < 0.1


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_bias_is_added_to_more_digits_than_a_factor_has(precision):
    """Rounded to one number of bfloat16, the larger bias would be 16."""
    weights, bias = tf.constant([[-16.0, -16.0]]), tf.constant([16.03, 16.0])
    logits = output_matmuls(weights, bias, False, precision).logits(tf.ones((3, 1)))
    np.testing.assert_allclose(tf.cast(logits[:, 0], "float32"), 0.03, rtol=0.005)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_whoever_reads_the_probabilities_does_so_before_they_are_changed(precision):
    """In a graph, what does not wait may run in any order."""

    def loss(features, weights, bias):
        arguments = IDS, tf.ones((3, 4))
        options = {"transposed": False, "label_smoothing": 0.1}
        return output_loss(
            features, weights, bias, *arguments, precision=precision, **options
        )

    shapes = (3, 4, 5), (5, 11), (11,)
    graph = tf.function(loss).get_concrete_function(
        *(tf.TensorSpec(shape) for shape in shapes)
    )
    (nodes,) = (
        list(function.cached_definition.node_def)
        for function in graph.graph._functions.values()
        if any(node.op == "InplaceSub" for node in function.cached_definition.node_def)
    )
    inputs = {
        node.name: {name.lstrip("^").split(":")[0] for name in node.input}
        for node in nodes
    }
    (change,) = (node.name for node in nodes if node.op == "InplaceSub")
    (softmax_node,) = (node for node in nodes if node.op == "Softmax")
    exact = precision == "float32"
    assert softmax_node.attr["T"].type == (tf.float32 if exact else tf.bfloat16)
    softmax = softmax_node.name
    before, waiting = set(), [change]
    while waiting:
        name = waiting.pop()
        if name not in before:
            before.add(name)
            waiting += inputs.get(name, ())
    # What has the same buffer under another name counts as the same.
    same = {softmax} | {
        node.name
        for node in nodes
        if node.op in ("Reshape", "Bitcast") and softmax in inputs[node.name]
    }
    readers = {name for name in inputs if inputs[name] & same} - {change}
    needs_no_value = {node.name for node in nodes if node.op == "Shape"}
    assert len(readers - same - needs_no_value) >= 2
    assert readers - needs_no_value <= before
