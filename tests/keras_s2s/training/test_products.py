import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.training.products import bfloat16_is_faster, products_in

pytestmark = pytest.mark.train


def test_products_change_precision_and_change_back():
    rng = np.random.default_rng(0)
    left = tf.constant(rng.normal(size=(64, 256)).astype("float32"))
    right = tf.Variable(rng.normal(size=(256, 256)).astype("float32"))

    @tf.function
    def product():
        return tf.matmul(left, right)

    exact = left.numpy() @ right.numpy()
    before = product().numpy()
    with products_in(bfloat16=True):
        rounded = product().numpy()
        with products_in(bfloat16=False):
            np.testing.assert_array_equal(product(), before)
        np.testing.assert_array_equal(product(), rounded)
    np.testing.assert_array_equal(product(), before)
    np.testing.assert_allclose(before, exact, rtol=1e-4, atol=1e-4)
    difference = np.abs(rounded - exact).max()
    assert 1e-3 < difference < 1


def test_the_measurement_leaves_float32_behind():
    assert bfloat16_is_faster() in (True, False)
    options = tf.config.optimizer.get_experimental_options()
    assert not options.get("auto_mixed_precision_onednn_bfloat16")
