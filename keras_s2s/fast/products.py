"""Matrix products, float32 or with factors of bfloat16, in one of two ways.

oneDNN, which computes TensorFlow's products on x86 processors, can round the factors of
a float32 product to bfloat16 inside its own kernel and add up in float32. That needs no
casts, and nothing else changes its precision. It does so for batched products alone,
once for a whole process, and only on processors with a matrix unit (AMX). Others with
instructions for bfloat16 multiply twice as fast where the factors are cast beforehand.
"""

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Any

import tensorflow as tf
from keras import ops

_SETTING = "TF_SET_ONEDNN_FPMATH_MODE"
"""Read by TensorFlow at its first batched product."""


class Precision(StrEnum):
    """What the factors of a product are; sums are float32 in each.

    Attributes:
        FLOAT32: Float32.
        ROUNDED: Float32, which oneDNN rounds to bfloat16; see `can_round`.
        CAST: Cast to bfloat16, as the product is, and then back to float32.
    """

    FLOAT32 = "float32"
    ROUNDED = "rounded"
    CAST = "cast"


_precision: ContextVar[Precision] = ContextVar("precision", default=Precision.FLOAT32)
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
def products_in(precision: Precision) -> Iterator[None]:
    """Choose the precision of the products of functions that are traced inside."""
    token = _precision.set(precision)
    try:
        yield
    finally:
        _precision.reset(token)


def precision_in_use() -> Precision:
    """Return the precision of the products of what is traced now."""
    return _precision.get()


def prepared_factor(matrix: Any) -> Any:
    """Return a matrix as `matrix_product` reads it, to be prepared once for many."""
    if _precision.get() == Precision.CAST:
        return tf.cast(matrix, tf.bfloat16)
    return matrix


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
    precision = _precision.get()
    if precision == Precision.FLOAT32:
        return ops.matmul(inputs, ops.transpose(matrix) if transposed else matrix)
    inputs, matrix = ops.convert_to_tensor(inputs), ops.convert_to_tensor(matrix)
    rows = tf.reshape(inputs, (-1, inputs.shape[-1]))
    if precision == Precision.CAST:
        product = _cast_product(rows, matrix, transpose_b=transposed)
    else:
        product = tf.matmul(
            rows[tf.newaxis], matrix[tf.newaxis], transpose_b=transposed
        )
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
    exact = _precision.get() == Precision.FLOAT32 and not _for_export.get()
    if not exact or _SETTING not in os.environ:
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
    precision = _precision.get()
    if precision == Precision.CAST:
        return _cast_product(inputs, gradients, transpose_a=True)
    if precision == Precision.FLOAT32:
        return tf.matmul(inputs, gradients, transpose_a=True)
    product = tf.matmul(
        tf.expand_dims(inputs, 0), tf.expand_dims(gradients, 0), transpose_a=True
    )
    return tf.squeeze(product, 0)


def _cast_product(left: Any, right: Any, **options: bool) -> Any:
    """Multiply two matrices in bfloat16; their own type may be that already."""
    left, right = tf.cast(left, tf.bfloat16), tf.cast(right, tf.bfloat16)
    return tf.cast(tf.matmul(left, right, **options), tf.float32)
