"""From what a decoder step knows to a score for every target token."""

from typing import Any

import keras
from keras import ops

from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.products import matrix_product
from keras_s2s.model.dense import Dense


class Readout(keras.layers.Layer):
    """The output layer, for one step or for all positions of a sequence at once.

    With `hidden_dim`: `logits = tanh(features W_h + b_h) W + b`, the deep output of
    Bahdanau et al. without the maxout; otherwise `logits = features W + b`.

    Args:
        vocab_size: Number of target tokens.
        hidden_dim: Width of the hidden layer, or None for none.
        tied_embedding: Embedding whose transposed weights serve as `W`; its width must
            be that of the features it meets.
        dropout: Rate at which features of the last hidden layer are dropped.
        layer_norm: Whether the features are normalised first.

    Call arguments:
        features: Shape `(batch, features)` or `(batch, target_length, features)`.

    Output:
        Logits of shape `(batch, vocab_size)` or `(batch, target_length, vocab_size)`,
        float32 whatever the precision of the layer.

    Reference:
        [Press & Wolf, 2017](https://arxiv.org/abs/1608.05859) for tied weights.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_dim: int | None = None,
        tied_embedding: keras.layers.Embedding | None = None,
        dropout: float = 0.0,
        layer_norm: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocab_size = vocab_size
        self.tied_embedding = tied_embedding
        self.hidden = (
            None
            if hidden_dim is None
            else Dense(hidden_dim, activation="tanh", name="hidden")
        )
        self.dropout = Dropout(dropout)
        self.norm = keras.layers.LayerNormalization(name="norm") if layer_norm else None

    def build(self, features_shape: tuple[int | None, ...]) -> None:
        """Create the output weights that are not tied."""
        width = features_shape[-1]
        if self.norm is not None:
            self.norm.build(features_shape)
        if self.hidden is not None:
            self.hidden.build(features_shape)
            width = self.hidden.units
        if self.tied_embedding is None:
            self.kernel = self.add_weight(name="kernel", shape=(width, self.vocab_size))
        elif self.tied_embedding.output_dim != width:
            raise ValueError(
                "A tied output needs features as wide as the embedding. Received "
                f"features of width {width} and an embedding of width "
                f"{self.tied_embedding.output_dim}."
            )
        self.bias = self.add_weight(
            name="bias", shape=(self.vocab_size,), initializer="zeros"
        )
        self.built = True

    @property
    def output_weights(self) -> tuple[Any, bool]:
        """`W`, and whether it is a tied embedding that is used transposed."""
        if self.tied_embedding is None:
            return self.kernel, False
        return self.tied_embedding.embeddings, True

    def call(self, features: Any, training: bool | None = None) -> Any:
        """Score every target token."""
        weights, transposed = self.output_weights
        features = self.last_features(features, training=training)
        logits = matrix_product(features, weights, transposed=transposed)
        return ops.cast(logits + self.bias, "float32")

    def last_features(self, features: Any, training: bool | None = None) -> Any:
        """Return what `W` is multiplied with."""
        if self.norm is not None:
            features = self.norm(features)
        if self.hidden is not None:
            features = self.hidden(features)
        return self.dropout(features, training=training)
