"""The matrices that are the same in all steps of a loop.

The gradient of such a matrix is a sum over all steps. It is best taken once, after the
backward loop, from all that the matrix was multiplied with: `dW = sum_t x_t^T dy_t`.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from keras import ops

from keras_s2s.fast.matmul import Precision, matmul, prepare_matrix, weight_gradient


class LoopInvariants:
    """Multiplies by loop-invariant matrices.

    Args:
        matrices: Weights of shape `(n, m)`, or one matrix for each row, shape
            `(batch, n, m)`.
        origins: What a step has in the place of each: a variable, or the matrix.
        precision: Of the matmuls with weights.
        backward: Whether gradients are taken through the matmuls.
    """

    def __init__(
        self,
        matrices: Sequence[Any],
        origins: Sequence[Any],
        precision: Precision,
        backward: bool = False,
    ) -> None:
        self.matrices = list(matrices)
        self._precision = precision
        self._places = {id(origin): place for place, origin in enumerate(origins)}
        # Prepared here, before the loop.
        self._prepared = [
            prepare_matrix(matrix, precision) if len(matrix.shape) == 2 else matrix
            for matrix in matrices
        ]
        # A matmul of one row a matrix takes three times as long with a transposed one.
        self._transposed = [
            tf.transpose(matrix, (0, 2, 1))
            if backward and len(matrix.shape) == 3
            else None
            for matrix in matrices
        ]

    def place(self, matrix: Any) -> int | None:
        """Return the place of a matrix, or None if it is not loop-invariant."""
        return self._places.get(id(matrix))

    def matmul(self, inputs: Any, place: int) -> Any:
        """Multiply rows `(batch, n)` by a matrix that gets its gradient elsewhere."""

        @tf.custom_gradient  # type: ignore[untyped-decorator]
        def multiply(inputs: Any) -> Any:
            def gradient(upstream: Any) -> Any:
                transposed = self._transposed[place]
                if transposed is None:
                    return self._by_weight(upstream, place, transposed=True)
                return _by_each(upstream, transposed)

            prepared = self._prepared[place]
            if len(prepared.shape) == 2:
                return self._by_weight(inputs, place), gradient
            return _by_each(inputs, prepared), gradient

        return multiply(inputs)

    def _by_weight(self, inputs: Any, place: int, transposed: bool = False) -> Any:
        return matmul(inputs, self._prepared[place], self._precision, transposed)

    def gradient(self, place: int, operands: Any, upstream: Any) -> Any:
        """Return `sum_t operands_t^T upstream_t`, of the shape of the matrix.

        Args:
            place: Of the matrix.
            operands: What it was multiplied with, shape `(length, batch, n)`.
            upstream: Gradients of the results, shape `(length, batch, m)`.
        """
        if len(self.matrices[place].shape) == 2:
            return weight_gradient(operands, upstream, self._precision)
        return ops.matmul(
            tf.transpose(operands, (1, 2, 0)), tf.transpose(upstream, (1, 0, 2))
        )


def _by_each(inputs: Any, matrices: Any) -> Any:
    """Multiply each row by a matrix of its own."""
    return ops.squeeze(ops.matmul(ops.expand_dims(inputs, axis=1), matrices), axis=1)
