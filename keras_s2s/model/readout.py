"""From what a decoder step knows to logits: the readout and the output layer."""

from dataclasses import dataclass
from typing import Any, ClassVar

import keras

from keras_s2s.arguments import flag, positive_integer, rate
from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.matmul import Precision
from keras_s2s.model.configured_layer import ConfiguredLayer
from keras_s2s.model.dense import Dense
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.implementation import checked_precision
from keras_s2s.model.output_bias import OutputBias


@keras.saving.register_keras_serializable(package="keras_s2s")
class Readout(ConfiguredLayer):
    """What the output layer reads: `t_i`, from `[s_i; c_i; E y_{i-1}]` or `s_i` alone.

    With `hidden_dim`: `t_i = tanh(features W_h + b_h)`, the deep output of Bahdanau et
    al. without the maxout; otherwise the features as they are. With `layer_norm` the
    features are normalised first; dropout comes last.

    Args:
        hidden_dim: Width of the hidden layer, or None for none.
        dropout: Rate at which features are dropped while training.
        layer_norm: Whether the features are normalised first.
        matmul_precision: Of the hidden layer's matmul while training.

    Call arguments:
        features: Shape `(..., features)`.

    Output:
        Shape `(..., hidden_dim)`, or that of the features.

    Reference:
        [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), appendix A.2.2.
    """

    config_attributes: ClassVar = {"dropout": "dropout_rate"}

    def __init__(
        self,
        hidden_dim: int | None = None,
        dropout: float = 0.0,
        layer_norm: bool = False,
        matmul_precision: Precision = "float32",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.hidden_dim = (
            None if hidden_dim is None else positive_integer("hidden_dim", hidden_dim)
        )
        self.dropout_rate = rate("dropout", dropout)
        self.layer_norm = flag("layer_norm", layer_norm)
        self.matmul_precision = checked_precision(matmul_precision)
        self.norm = (
            keras.layers.LayerNormalization(name="norm", dtype=self.dtype_policy)
            if layer_norm
            else None
        )
        self.hidden = (
            None
            if hidden_dim is None
            else Dense(
                hidden_dim,
                matmul_precision=matmul_precision,
                activation="tanh",
                name="hidden",
                dtype=self.dtype_policy,
            )
        )
        self.dropout = Dropout(dropout, dtype=self.dtype_policy)

    def build(self, features_shape: tuple[int | None, ...]) -> None:
        """Create the weights."""
        if self.norm is not None:
            self.norm.build(features_shape)
        if self.hidden is not None:
            self.hidden.build(features_shape)
        self.built = True

    def call(self, features: Any, training: bool | None = None) -> Any:
        """Return `t_i`; see the class for the arguments."""
        if self.norm is not None:
            features = self.norm(features)
        if self.hidden is not None:
            features = self.hidden(features, training=training)
        return self.dropout(features, training=training)


@dataclass(frozen=True)
class OutputLayer:
    """From `t_i` to a logit for every target token: `t_i W + b`.

    Attributes:
        projection: Multiplies by `W`; an embedding does so transposed.
        bias: Adds `b`, in float32.
    """

    projection: Dense | Embedding
    bias: OutputBias

    def logits(self, readout_features: Any) -> Any:
        """Return `t_i W + b`, shape `(..., vocab_size)`."""
        if isinstance(self.projection, Embedding):
            return self.bias(self.projection(readout_features, reverse=True))
        return self.bias(self.projection(readout_features))
