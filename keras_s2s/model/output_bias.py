"""Scores of target tokens to logits."""

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_s2s")
class OutputBias(keras.layers.Layer):
    """Logits: scores plus a bias for every token, in float32 whatever came before.

    Call arguments:
        scores: `t_i W`, shape `(..., vocab_size)`.

    Output:
        `t_i W + b`, of the same shape.
    """

    def build(self, scores_shape: tuple[int | None, ...]) -> None:
        """Create `b`."""
        self.bias = self.add_weight(
            name="bias", shape=(scores_shape[-1],), initializer="zeros"
        )
        self.built = True

    def call(self, scores: Any) -> Any:
        """Add the bias."""
        dtype = keras.backend.result_type(self.variable_dtype, "float32")
        return ops.cast(scores, dtype) + ops.cast(self.bias, dtype)

    def compute_output_spec(self, scores: Any) -> Any:
        """Return the scores' shape."""
        dtype = keras.backend.result_type(self.variable_dtype, "float32")
        return keras.KerasTensor(scores.shape, dtype=dtype)
