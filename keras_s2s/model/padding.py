"""Where a right-padded source ends."""

from typing import Any

import keras
from keras import ops

from edge_runtime import contract


@keras.saving.register_keras_serializable(package="keras_s2s")
class SourceMask(keras.layers.Layer):
    """`True` at real tokens.

    Call arguments:
        token_ids: Shape `(batch, source_length)`, int32.

    Output:
        Booleans of the same shape.
    """

    def call(self, token_ids: Any) -> Any:
        """Compare with the padding id."""
        return ops.not_equal(token_ids, contract.PAD_ID)

    def compute_output_spec(self, token_ids: Any) -> Any:
        """Return booleans of the ids' shape."""
        return keras.KerasTensor(token_ids.shape, dtype="bool")


@keras.saving.register_keras_serializable(package="keras_s2s")
class SourceLengths(keras.layers.Layer):
    """Real tokens of each right-padded row.

    Call arguments:
        token_ids: Shape `(batch, source_length)`, int32.

    Output:
        Shape `(batch,)`, int32. A row of padding alone counts one token: a recurrent
        layer has to read something.
    """

    def call(self, token_ids: Any) -> Any:
        """Count what is not padding."""
        real = ops.cast(ops.not_equal(token_ids, contract.PAD_ID), "int32")
        return ops.maximum(ops.sum(real, axis=1), 1)

    def compute_output_spec(self, token_ids: Any) -> Any:
        """Return one whole number a row."""
        return keras.KerasTensor(token_ids.shape[:1], dtype="int32")
