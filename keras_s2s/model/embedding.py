"""Embedded tokens, and their weights as those of the output layer."""

from typing import Any

import keras
from keras import ops

from keras_s2s.arguments import positive_integer
from keras_s2s.fast.matmul import Precision, matmul
from keras_s2s.model.implementation import checked_precision


@keras.saving.register_keras_serializable(package="keras_s2s")
class Embedding(keras.layers.Embedding):
    """`keras.layers.Embedding` that also multiplies by its transposed weights.

    Called twice in one graph, it is one layer with one weight, in copies and saved
    models too: that is what ties an output layer to an embedding.

    Args:
        input_dim: Number of tokens.
        output_dim: Width of an embedded token.
        matmul_precision: Of the matmul while training.

    Call arguments:
        inputs: Token ids of any shape; with `reverse`, features of shape
            `(..., output_dim)`.
        reverse: Whether to return `inputs E^T`, a score for every token.

    Output:
        Shape `(..., output_dim)`; with `reverse`, `(..., input_dim)`.

    Reference:
        [Press & Wolf, 2017](https://arxiv.org/abs/1608.05859).
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        matmul_precision: Precision = "float32",
        **kwargs: Any,
    ) -> None:
        input_dim = positive_integer("input_dim", input_dim)
        output_dim = positive_integer("output_dim", output_dim)
        # A standard deviation of 1/sqrt(width) keeps tied logits of order one.
        default = keras.initializers.RandomNormal(stddev=output_dim**-0.5)
        super().__init__(
            input_dim, output_dim, **{"embeddings_initializer": default, **kwargs}
        )
        self.matmul_precision = checked_precision(matmul_precision)

    def call(
        self, inputs: Any, reverse: bool = False, training: bool | None = None
    ) -> Any:
        """Look tokens up, or score them; see the class for the arguments."""
        if not reverse:
            return super().call(inputs)
        precision = self.matmul_precision if training else "float32"
        # Keras casts the weights of an embedding in some models and not in others.
        table = ops.cast(self.embeddings, inputs.dtype)
        return matmul(inputs, table, precision, transposed=True)

    def compute_output_spec(
        self, inputs: Any, reverse: bool = False, training: bool | None = None
    ) -> Any:
        """Return the shape of embedded tokens, or of scores."""
        shape = (*inputs.shape, self.output_dim)
        if reverse:
            shape = (*inputs.shape[:-1], self.input_dim)
        return keras.KerasTensor(shape, dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        return {**super().get_config(), "matmul_precision": self.matmul_precision}
