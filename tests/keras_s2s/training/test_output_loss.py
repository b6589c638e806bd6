import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.training.loss import smoothed_cross_entropy
from keras_s2s.training.output_loss import output_losses

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
    """The losses and gradients of the layer, with its logits and without them."""
    features, weights, bias = map(tf.constant, layer)
    if transposed:
        weights = tf.transpose(weights)
    upstream = tf.constant(np.random.default_rng(1).random((3, 4)), tf.float32)
    results = []
    for with_logits in (True, False):
        with tf.GradientTape() as tape:
            tape.watch([features, weights, bias])
            if with_logits:
                kernel = tf.transpose(weights) if transposed else weights
                losses = smoothed_cross_entropy(
                    IDS, tf.matmul(features, kernel) + bias, smoothing
                )
            else:
                losses, *_ = output_losses(
                    features,
                    weights,
                    bias,
                    IDS,
                    transposed=transposed,
                    label_smoothing=smoothing,
                )
        gradients = tape.gradient(losses, [features, weights, bias], upstream)
        results.append([losses, *gradients])
    return results


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("transposed", [False, True])
def test_losses_and_gradients_are_those_of_the_logits(layer, smoothing, transposed):
    expected, found = both(layer, smoothing, transposed)
    for wanted, given in zip(expected, found, strict=True):
        np.testing.assert_allclose(given, wanted, rtol=1e-5, atol=2e-6)


def test_what_is_counted_besides_the_loss(layer):
    features, weights, bias = layer
    logits = features @ weights + bias
    _, cross_entropies, hits = output_losses(
        *map(tf.constant, layer), IDS, transposed=False, label_smoothing=0.3
    )
    expected = smoothed_cross_entropy(IDS, tf.constant(logits), 0.0)
    np.testing.assert_allclose(cross_entropies, expected, rtol=1e-5)
    best = logits.argmax(-1)
    _, _, all_hits = output_losses(
        *map(tf.constant, layer), best, transposed=False, label_smoothing=0.3
    )
    np.testing.assert_array_equal(hits, best == IDS)
    np.testing.assert_array_equal(all_hits, np.ones_like(best))


def test_an_impossible_token_costs_no_more_than_can_be_counted():
    weights = tf.constant([[400.0, -400.0]])
    features = tf.ones((1, 1, 1))
    losses, *_ = output_losses(
        features,
        weights,
        tf.zeros(2),
        tf.constant([[1]]),
        transposed=False,
        label_smoothing=0.0,
    )
    assert 80 < float(losses[0, 0]) < 90
