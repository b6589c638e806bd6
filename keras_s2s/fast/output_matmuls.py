"""The matmuls of an output layer and of its gradients, in either precision.

`d_x` is the gradient of `x`.
"""

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
        return matmul(rows, self._weights, transposed=self._transposed) + self._bias

    def largest(self, probabilities: Any) -> Any:
        """Return the largest probability of each row, `(count,)`."""
        return tf.reduce_max(probabilities, axis=-1)

    def d_rows(self, d_logits: Any) -> Any:
        """Return `d_logits W^T`: `(count, vocab_size)` to `(count, n)`."""
        return matmul(d_logits, self._weights, transposed=not self._transposed)

    def d_weights(self, rows: Any, d_logits: Any) -> Any:
        """Return `rows^T d_logits`, of the weights' shape."""
        operands = (d_logits, rows) if self._transposed else (rows, d_logits)
        return weight_gradient(*operands, precision="float32")

    def d_bias(self, scale: Any, d_logits: Any) -> Any:
        """Return the sum of the rows of `d_logits`, each times its scale."""
        return tf.linalg.matvec(d_logits, scale, transpose_a=True)


class Bfloat16Matmuls:
    """Mixed precision: operands, logits and probabilities in bfloat16.

    Other matmuls round their operands alone. Here that would leave the largest tensors
    of a training step in float32; moving them takes longer than multiplying them. What
    is summed within a matmul is summed in float32 all the same.

    The bias is a part of the matmul: a pass over the logits takes nearly as long as
    computing them. Arguments and methods are those of `Float32Matmuls`; gradients come
    back in float32.
    """

    dtype: ClassVar[tf.DType] = tf.bfloat16

    def __init__(self, weights: Any, bias: Any, transposed: bool) -> None:
        width = weights.shape[1 if transposed else 0]
        self._weights = tf.cast(weights, tf.bfloat16)
        self._transposed = transposed
        # The bias is two further weights of each token, whose inputs are 1: itself
        # rounded to bfloat16, and what the rounding took from it.
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

    def d_rows(self, d_logits: Any) -> Any:
        """Return `d_logits W^T`."""
        result = tf.matmul(d_logits, self._weights, transpose_b=not self._transposed)
        return tf.cast(result, tf.float32)

    def d_weights(self, rows: Any, d_logits: Any) -> Any:
        """Return `rows^T d_logits`."""
        rows = tf.cast(rows, tf.bfloat16)
        operands = (d_logits, rows) if self._transposed else (rows, d_logits)
        return tf.cast(tf.matmul(*operands, transpose_a=True), tf.float32)

    def d_bias(self, scale: Any, d_logits: Any) -> Any:
        """Return the sum of the rows of `d_logits`, each times its scale."""
        scale = tf.cast(scale, tf.bfloat16)[tf.newaxis]
        return tf.cast(tf.matmul(scale, d_logits)[0], tf.float32)
