"""Dropout on embedded tokens of either side."""

from typing import Any, Literal

import keras

from keras_s2s.config import ModelConfig
from keras_s2s.fast.dropout import Dropout


def drop_tokens(
    sequences: Any, config: ModelConfig, side: Literal["source", "target"]
) -> Any:
    """Drop whole tokens, then single features.

    Args:
        sequences: Embedded tokens, shape `(batch, length, embedding_dim)`.
        config: Holds both rates.
        side: Which side they are of.

    Returns:
        A tensor of the same shape.
    """
    if config.word_dropout and config.word_dropout_sides in ("both", side):
        sequences = keras.layers.Dropout(
            config.word_dropout,
            noise_shape=(None, None, 1),
            name=f"{side}_word_dropout",
        )(sequences)
    if config.embedding_dropout:
        sequences = Dropout(config.embedding_dropout, name=f"{side}_embedding_dropout")(
            sequences
        )
    return sequences
