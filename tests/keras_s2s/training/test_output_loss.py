import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

import keras_s2s.training.output_loss as module
from keras_s2s.training.loss import smoothed_cross_entropy
from keras_s2s.training.output_loss import output_loss

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
                    IDS, tf.matmul(features, kernel) + bias, smoothing
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
    expected = smoothed_cross_entropy(IDS, tf.constant(logits), 0.0)
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
