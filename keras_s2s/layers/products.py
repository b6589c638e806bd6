"""Matrix products, float32 or with factors that the processor rounds to bfloat16.

oneDNN, which computes TensorFlow's products on x86 processors, can round the factors of
a float32 product to bfloat16 inside its own kernel and add up in float32. That needs no
casts, which take longer than the products, and nothing else changes its precision. It
offers this for batched products alone, and once for a whole process.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf
from keras import ops

_SETTING = "TF_SET_ONEDNN_FPMATH_MODE"
"""Read by TensorFlow at its first batched product."""

_in_bfloat16: ContextVar[bool] = ContextVar("products_in_bfloat16", default=False)
_for_export: ContextVar[bool] = ContextVar("products_for_export", default=False)


@functools.cache
def can_round() -> bool:
    """Let this process round factors, and return whether it does.

    It does not where the processor has no bfloat16, nor if TensorFlow has computed a
    batched product before.
    """
    os.environ[_SETTING] = "BF16"
    value = 1 + 2**-12  # between two numbers of bfloat16
    product = tf.matmul(tf.fill((1, 64, 64), value), tf.eye(64)[tf.newaxis])
    rounds = bool(product[0, 0, 0] != value)
    if not rounds:
        del os.environ[_SETTING]
    return rounds


@contextmanager
def products_in(bfloat16: bool) -> Iterator[None]:
    """Choose the precision of the products of functions that are traced inside.

    Args:
        bfloat16: Whether factors may be rounded; otherwise all is float32.
    """
    token = _in_bfloat16.set(bfloat16)
    try:
        yield
    finally:
        _in_bfloat16.reset(token)


def in_bfloat16() -> bool:
    """Return whether factors may be rounded in what is traced now."""
    return _in_bfloat16.get()


@contextmanager
def products_for_export() -> Iterator[None]:
    """Write products down as they are, in graphs that TensorFlow does not compute."""
    token = _for_export.set(True)
    try:
        yield
    finally:
        _for_export.reset(token)


def matrix_product(inputs: Any, matrix: Any, transposed: bool = False) -> Any:
    """Multiply vectors by one matrix.

    Args:
        inputs: Shape `(..., n)`.
        matrix: Shape `(n, m)`, or `(m, n)` if `transposed`.
        transposed: Whether the matrix is used the other way round.

    Returns:
        Shape `(..., m)`.
    """
    if not _in_bfloat16.get():
        return ops.matmul(inputs, ops.transpose(matrix) if transposed else matrix)
    matrix = ops.convert_to_tensor(matrix)
    rows = tf.reshape(inputs, (1, -1, inputs.shape[-1]))
    product = tf.matmul(rows, tf.expand_dims(matrix, 0), transpose_b=transposed)
    shape = tf.concat([tf.shape(inputs)[:-1], [product.shape[-1]]], axis=0)
    return tf.reshape(product, shape)


def batched_product(left: Any, right: Any) -> Any:
    """Multiply matrices in pairs.

    Args:
        left: Shape `(batch, k, n)`.
        right: Shape `(batch, n, m)`.

    Returns:
        Shape `(batch, k, m)`.
    """
    if _in_bfloat16.get() or _for_export.get() or _SETTING not in os.environ:
        return ops.matmul(left, right)
    # A batched product would be rounded in this process, asked for or not.
    return ops.sum(ops.expand_dims(left, 3) * ops.expand_dims(right, 1), axis=2)


def weight_gradient(inputs: Any, gradients: Any) -> Any:
    """Return the gradient of a matrix from what it was multiplied with.

    Args:
        inputs: Shape `(..., n)`.
        gradients: Of the products, shape `(..., m)`.

    Returns:
        Shape `(n, m)`.
    """
    inputs = tf.reshape(inputs, (-1, inputs.shape[-1]))
    gradients = tf.reshape(gradients, (-1, gradients.shape[-1]))
    if not _in_bfloat16.get():
        return tf.matmul(inputs, gradients, transpose_a=True)
    product = tf.matmul(
        tf.expand_dims(inputs, 0), tf.expand_dims(gradients, 0), transpose_a=True
    )
    return tf.squeeze(product, 0)
