import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.training.consistency import consistency_loss, symmetric_divergence

pytestmark = pytest.mark.train


@pytest.fixture
def logits():
    rng = np.random.default_rng(0)
    return tf.constant(rng.normal(size=(4, 3, 5)).astype("float32") * 2)


def plain_divergence(logits):
    first, second = tf.split(tf.nn.log_softmax(logits), 2, axis=0)
    forwards = tf.reduce_sum(tf.exp(first) * (first - second), axis=-1)
    backwards = tf.reduce_sum(tf.exp(second) * (second - first), axis=-1)
    return (forwards + backwards) / 2


def with_gradient(function, logits):
    weights = tf.constant([[1.0, 2.0, 3.0], [4.0, 0.0, 1.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        result = function(logits)
        total = tf.reduce_sum(weights * result)
    return result, tape.gradient(total, logits)


def test_value_and_gradient_are_those_of_both_divergences(logits):
    found = with_gradient(symmetric_divergence, logits)
    expected = with_gradient(plain_divergence, logits)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_passes_that_agree_do_not_diverge(logits):
    same = tf.concat([logits[:2], logits[:2]], axis=0)
    np.testing.assert_allclose(symmetric_divergence(same), np.zeros((2, 3)), atol=1e-6)


def test_the_mean_is_that_over_real_tokens(logits):
    ids = tf.constant([[1, 2, 3], [4, 0, 0]] * 2)
    divergence = plain_divergence(logits).numpy()
    mean = (divergence[0].sum() + divergence[1, 0]) / 4
    np.testing.assert_allclose(consistency_loss(ids, logits), mean, rtol=1e-4)
