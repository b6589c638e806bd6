import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.layers.products import (
    batched_product,
    can_round,
    matrix_product,
    products_in,
    weight_gradient,
)

# Rounding is settled once in a process: these run in one that has not multiplied yet.
ROUNDS = """
import numpy as np
import tensorflow as tf
from keras_s2s.layers.products import *

rng = np.random.default_rng(0)
left = rng.normal(size=(3, 20, 256)).astype("float32")
right = rng.normal(size=(256, 128)).astype("float32")
each = rng.normal(size=(3, 256, 128)).astype("float32")
grads = rng.normal(size=(3, 20, 128)).astype("float32")
if not can_round():
    raise SystemExit("no bfloat16")
cases = {
    "matrix": (lambda: matrix_product(left, right), left @ right),
    "transposed": (
        lambda: matrix_product(left, right.T, transposed=True),
        left @ right,
    ),
    "batched": (lambda: batched_product(left, each), left @ each),
    "gradient": (
        lambda: weight_gradient(left, grads),
        left.reshape(-1, 256).T @ grads.reshape(-1, 128),
    ),
}
for name, (product, exact) in cases.items():
    for bfloat16 in (True, False):
        with products_in(bfloat16):
            eager, traced = product(), tf.function(product)()
        difference = max(np.abs(found - exact).max() for found in (eager, traced))
        assert (1e-2 < difference < 1) if bfloat16 else difference < 1e-4, (
            name, bfloat16, difference
        )
matrix = tf.constant(right)
with products_in(True), tf.GradientTape() as tape:
    tape.watch(matrix)
    product = matrix_product(left, matrix)
found = tape.gradient(product, matrix, output_gradients=tf.constant(grads))
exact = cases["gradient"][1]
assert 1e-2 < np.abs(found - exact).max() < 1
"""
TOO_LATE = """
import tensorflow as tf
from keras_s2s.layers.products import *

tf.matmul(tf.ones((1, 64, 64)), tf.ones((1, 64, 64)))
assert not can_round()
"""


@pytest.mark.parametrize("script", [ROUNDS, TOO_LATE], ids=["rounds", "too late"])
def test_factors_are_rounded_where_asked_for_and_nowhere_else(script):
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    if "no bfloat16" in done.stderr:
        pytest.skip("This processor has no bfloat16.")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("bfloat16", [False, True])
def test_shapes_are_those_of_numpy(bfloat16):
    rng = np.random.default_rng(0)
    vectors, rows = rng.normal(size=(5, 4)), rng.normal(size=(2, 5, 4))
    matrix, each = rng.normal(size=(4, 3)), rng.normal(size=(2, 4, 3))
    with products_in(bfloat16):
        for found, exact in (
            (matrix_product(vectors, matrix), vectors @ matrix),
            (matrix_product(rows, matrix), rows @ matrix),
            (matrix_product(rows, matrix.T, transposed=True), rows @ matrix),
            (batched_product(rows, each), rows @ each),
            (weight_gradient(vectors, vectors), vectors.T @ vectors),
        ):
            np.testing.assert_allclose(found, exact, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize("bfloat16", [False, True])
def test_what_is_known_of_a_shape_stays_known(bfloat16):
    @tf.function(input_signature=[tf.TensorSpec((None, None, 4))])
    def product(inputs):
        with products_in(bfloat16):
            found = matrix_product(inputs, tf.ones((4, 3)))
        assert found.shape.as_list() == [None, None, 3]
        return found

    assert product(tf.ones((2, 5, 4))).shape == (2, 5, 3)


def test_asking_twice_gives_one_answer():
    assert can_round() == can_round()
