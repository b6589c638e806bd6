"""The matmuls of an output layer and of its gradients, in either precision."""

from typing import Any, ClassVar

import tensorflow as tf

from keras_s2s.fast.matmul import Precision, matmul, weight_gradient
from keras_s2s.fast.processor import features_at_once


def output_matmuls(
    weights: Any, bias: Any, transposed: bool, precision: Precision
) -> "Float32Matmuls | Bfloat16Matmuls":
    """Return the matmuls of an output layer.

    Args:
        weights: Shape `(n, vocab_size)`, or `(vocab_size, n)` if `transposed`.
        bias: Shape `(vocab_size,)`.
        transposed: Whether the weights are an embedding, used transposed.
        precision: Of the matmuls.
    """
    if precision == "float32":
        return Float32Matmuls(weights, bias, transposed)
    return Bfloat16Matmuls(weights, bias, transposed)


class Float32Matmuls:
    """All in float32.

    Args:
        weights: Shape `(n, vocab_size)`, or `(vocab_size, n)` if `transposed`.
        bias: Shape `(vocab_size,)`.
        transposed: Whether the weights are an embedding, used transposed.
    """

    dtype: ClassVar[tf.DType] = tf.float32

    def __init__(self, weights: Any, bias: Any, transposed: bool) -> None:
        self._weights = weights
        self._bias = bias
        self._transposed = transposed

    def logits(self, rows: Any) -> Any:
        """Return `rows W + b`: `(count, n)` to `(count, vocab_size)`."""
        product = matmul(rows, self._weights, transposed=self._transposed)
        return product + self._bias

    def largest(self, probabilities: Any) -> Any:
        """Return the largest probability of each row, `(count,)`."""
        return tf.reduce_max(probabilities, axis=-1)

    def for_rows(self, excess: Any) -> Any:
        """Return `excess W^T`: `(count, vocab_size)` to `(count, n)`."""
        return matmul(excess, self._weights, transposed=not self._transposed)

    def for_weights(self, rows: Any, excess: Any) -> Any:
        """Return `rows^T excess`, of the weights' shape."""
        factors = (excess, rows) if self._transposed else (rows, excess)
        return weight_gradient(*factors, precision="float32")

    def for_bias(self, scale: Any, excess: Any) -> Any:
        """Return the sum of the rows of `excess`, each times its scale."""
        return tf.linalg.matvec(excess, scale, transpose_a=True)


class Bfloat16Matmuls:
    """Logits, probabilities and factors in bfloat16, sums within a matmul in float32.

    Rounding the factors alone, as other matmuls do, leaves the largest tensors of a
    training step in float32; moving them takes longer than multiplying them.

    The bias is a part of the matmul: a pass over the logits takes nearly as long as
    computing them. Arguments and methods are those of `Float32Matmuls`; gradients come
    back in float32.
    """

    dtype: ClassVar[tf.DType] = tf.bfloat16

    def __init__(self, weights: Any, bias: Any, transposed: bool) -> None:
        width = weights.shape[1 if transposed else 0]
        self._weights = tf.cast(weights, tf.bfloat16)
        self._transposed = transposed
        # The bias stands in two weights: one holds half of its digits.
        rounded = tf.cast(bias, tf.bfloat16)
        rest = tf.cast(bias - tf.cast(rounded, tf.float32), tf.bfloat16)
        self._filling = -(width + 2) % features_at_once()
        added = tf.pad(tf.stack([rounded, rest]), [[0, self._filling], [0, 0]])
        if transposed:
            added = tf.transpose(added)
        self._with_bias = tf.concat([self._weights, added], 1 if transposed else 0)

    def logits(self, rows: Any) -> Any:
        """Return `rows W + b`, in bfloat16."""
        ones = tf.ones((tf.shape(rows)[0], 2), tf.bfloat16)
        ones = tf.pad(ones, [[0, 0], [0, self._filling]])
        rows = tf.concat([tf.cast(rows, tf.bfloat16), ones], axis=1)
        return tf.matmul(rows, self._with_bias, transpose_b=self._transposed)

    def largest(self, probabilities: Any) -> Any:
        """Return the largest probability of each row, in float32."""
        # Of numbers that are not negative, the bits are in the same order, and there
        # is a fast maximum of integers.
        bits = tf.reduce_max(tf.bitcast(probabilities, tf.int16), axis=-1)
        return tf.cast(tf.bitcast(bits, tf.bfloat16), tf.float32)

    def for_rows(self, excess: Any) -> Any:
        """Return `excess W^T`."""
        product = tf.matmul(excess, self._weights, transpose_b=not self._transposed)
        return tf.cast(product, tf.float32)

    def for_weights(self, rows: Any, excess: Any) -> Any:
        """Return `rows^T excess`."""
        rows = tf.cast(rows, tf.bfloat16)
        factors = (excess, rows) if self._transposed else (rows, excess)
        return tf.cast(tf.matmul(*factors, transpose_a=True), tf.float32)

    def for_bias(self, scale: Any, excess: Any) -> Any:
        """Return the sum of the rows of `excess`, each times its scale."""
        scale = tf.cast(scale, tf.bfloat16)[tf.newaxis]
        return tf.cast(tf.matmul(scale, excess)[0], tf.float32)
