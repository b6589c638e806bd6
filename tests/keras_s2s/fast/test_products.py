import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.fast.products import (
    Precision,
    batched_product,
    can_round,
    matrix_product,
    prepared_factor,
    products_in,
    weight_gradient,
)

# Rounding is settled once in a process: these run in one that has not multiplied yet.
ROUNDS = """
import sys
import numpy as np
import tensorflow as tf
from keras_s2s.fast.products import *

rng = np.random.default_rng(0)
left = rng.normal(size=(3, 20, 256)).astype("float32")
right = rng.normal(size=(256, 128)).astype("float32")
each = rng.normal(size=(3, 256, 128)).astype("float32")
grads = rng.normal(size=(3, 20, 128)).astype("float32")
precision = Precision(sys.argv[1])
if precision == Precision.ROUNDED and not can_round():
    raise SystemExit("no bfloat16")
cases = {
    "matrix": (lambda: matrix_product(left, right), left @ right),
    "transposed": (
        lambda: matrix_product(left, right.T, transposed=True),
        left @ right,
    ),
    "gradient": (
        lambda: weight_gradient(left, grads),
        left.reshape(-1, 256).T @ grads.reshape(-1, 128),
    ),
}
if precision == Precision.ROUNDED:
    cases["batched"] = (lambda: batched_product(left, each), left @ each)
for name, (product, exact) in cases.items():
    for used in (precision, Precision.FLOAT32):
        with products_in(used):
            eager, traced = product(), tf.function(product)()
        assert eager.dtype == traced.dtype == tf.float32
        difference = max(np.abs(found - exact).max() for found in (eager, traced))
        assert difference < 1e-4 if used == "float32" else 1e-2 < difference < 1, (
            name, used, difference
        )
matrix = tf.constant(right)
with products_in(precision), tf.GradientTape() as tape:
    tape.watch(matrix)
    product = matrix_product(left, matrix)
found = tape.gradient(product, matrix, output_gradients=tf.constant(grads))
exact = cases["gradient"][1]
assert 1e-2 < np.abs(found - exact).max() < 1
"""
TOO_LATE = """
import tensorflow as tf
from keras_s2s.fast.products import *

tf.matmul(tf.ones((1, 64, 64)), tf.ones((1, 64, 64)))
assert not can_round()
"""


def run_script(script, *arguments):
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("precision", [Precision.ROUNDED, Precision.CAST])
def test_factors_are_rounded_where_asked_for_and_nowhere_else(precision):
    done = run_script(ROUNDS, precision)
    if "no bfloat16" in done.stderr:
        pytest.skip("oneDNN rounds no factors on this processor.")
    assert done.returncode == 0, done.stderr


def test_it_is_too_late_to_round_once_something_was_multiplied():
    done = run_script(TOO_LATE)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("precision", Precision)
def test_a_prepared_factor_serves_as_well(precision):
    rng = np.random.default_rng(0)
    rows, matrix = rng.normal(size=(5, 4)), rng.normal(size=(4, 3))
    rows, matrix = rows.astype("float32"), matrix.astype("float32")
    with products_in(precision):
        prepared = prepared_factor(tf.constant(matrix))
        np.testing.assert_array_equal(
            matrix_product(rows, prepared), matrix_product(rows, matrix)
        )
    casts = precision == Precision.CAST
    assert prepared.dtype == (tf.bfloat16 if casts else tf.float32)


@pytest.mark.parametrize("precision", Precision)
def test_shapes_are_those_of_numpy(precision):
    rng = np.random.default_rng(0)
    vectors, rows = rng.normal(size=(5, 4)), rng.normal(size=(2, 5, 4))
    matrix, each = rng.normal(size=(4, 3)), rng.normal(size=(2, 4, 3))
    with products_in(precision):
        for found, exact in (
            (matrix_product(vectors, matrix), vectors @ matrix),
            (matrix_product(rows, matrix), rows @ matrix),
            (matrix_product(rows, matrix.T, transposed=True), rows @ matrix),
            (batched_product(rows, each), rows @ each),
            (weight_gradient(vectors, vectors), vectors.T @ vectors),
        ):
            np.testing.assert_allclose(found, exact, rtol=2e-2, atol=2e-2)


@pytest.mark.parametrize("precision", Precision)
def test_what_is_known_of_a_shape_stays_known(precision):
    @tf.function(input_signature=[tf.TensorSpec((None, None, 4))])
    def product(inputs):
        with products_in(precision):
            found = matrix_product(inputs, tf.ones((4, 3)))
        assert found.shape.as_list() == [None, None, 3]
        return found

    assert product(tf.ones((2, 5, 4))).shape == (2, 5, 3)


def test_asking_twice_gives_one_answer():
    assert can_round() == can_round()
