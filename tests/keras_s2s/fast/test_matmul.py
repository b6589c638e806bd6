import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.fast.matmul import matmul, prepare_matrix, weight_gradient

pytestmark = pytest.mark.train

PRECISIONS = ["float32", "bfloat16"]


def drawn(*shape):
    return np.random.default_rng(len(shape)).normal(size=shape).astype("float32")


@pytest.mark.parametrize("traced", [False, True])
def test_factors_are_rounded_where_asked_for_and_nowhere_else(traced):
    left, right, gradients = drawn(3, 20, 256), drawn(256, 128), drawn(3, 20, 128)
    cases = [
        (lambda p: matmul(left, right, p), left @ right),
        (lambda p: matmul(left, right.T, p, transposed=True), left @ right),
        (
            lambda p: weight_gradient(left, gradients, p),
            left.reshape(-1, 256).T @ gradients.reshape(-1, 128),
        ),
    ]
    for run, exact in cases:
        rounded, plain = (
            (tf.function(run) if traced else run)(precision)
            for precision in ("bfloat16", "float32")
        )
        assert rounded.dtype == plain.dtype == tf.float32
        assert 1e-2 < np.abs(rounded - exact).max() < 1
        assert np.abs(plain - exact).max() < 1e-4


def test_the_gradient_of_a_rounded_matmul_is_rounded_too():
    left, right = tf.constant(drawn(3, 20, 256)), tf.constant(drawn(256, 128))
    upstream = tf.constant(drawn(3, 20, 128))
    with tf.GradientTape() as tape:
        tape.watch([left, right])
        product = matmul(left, right, "bfloat16")
    found = tape.gradient(product, [left, right], output_gradients=upstream)
    exact = (
        np.einsum("bto,io->bti", upstream, right),
        np.einsum("bti,bto->io", left, upstream),
    )
    for given, wanted in zip(found, exact, strict=True):
        assert 1e-3 < np.abs(given - wanted).max() < 1


@pytest.mark.parametrize("precision", PRECISIONS)
def test_a_prepared_matrix_serves_as_well(precision):
    rows, matrix = drawn(5, 4), drawn(4, 3)
    prepared = prepare_matrix(tf.constant(matrix), precision)
    assert prepared.dtype == precision
    np.testing.assert_array_equal(
        matmul(rows, prepared, precision), matmul(rows, matrix, precision)
    )


@pytest.mark.parametrize("precision", PRECISIONS)
def test_what_is_known_of_a_shape_stays_known(precision):
    @tf.function(input_signature=[tf.TensorSpec((None, None, 4))])
    def product(inputs):
        found = matmul(inputs, tf.ones((4, 3)), precision)
        assert found.shape.as_list() == [None, None, 3]
        return found

    assert product(tf.ones((2, 5, 4))).shape == (2, 5, 3)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_the_result_has_the_type_of_the_inputs(dtype):
    inputs, matrix = tf.cast(drawn(5, 4), dtype), tf.cast(drawn(4, 3), dtype)
    assert matmul(inputs, matrix, "bfloat16").dtype == dtype
