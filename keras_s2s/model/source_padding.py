"""Where a padded source ends."""

from typing import Any

import keras
from keras import ops

from edge_runtime import contract


class SourceMask(keras.layers.Layer):
    """`True` at real tokens: `(batch, length)` ids to booleans of the same shape."""

    def call(self, token_ids: Any) -> Any:
        """Compare with the padding id."""
        return ops.not_equal(token_ids, contract.PAD_ID)


class SourceLengths(keras.layers.Layer):
    """Real tokens of each right-padded row: `(batch, length)` ids to `(batch,)` int32.

    A row of padding alone counts one token: a recurrent layer has to read something.
    """

    def call(self, token_ids: Any) -> Any:
        """Count what is not padding."""
        real = ops.cast(ops.not_equal(token_ids, contract.PAD_ID), "int32")
        return ops.maximum(ops.sum(real, axis=1), 1)
