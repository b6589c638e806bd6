"""The whole translator: a model to train and the two graphs it is used as."""

from dataclasses import dataclass

import keras
from keras import ops

from keras_s2s.config import ModelConfig
from keras_s2s.model.decoder import (
    build_decoder_step,
    decode_sequence,
    make_decoder_layers,
)
from keras_s2s.model.encoder import build_encoder
from keras_s2s.model.readout import Readout


@dataclass(frozen=True)
class Seq2Seq:
    """Functional models over the same weights.

    Attributes:
        config: The architecture they were built from.
        training: From a dict of `source_ids (batch, source_length)` and
            `target_input_ids (batch, target_length)` to logits
            `(batch, target_length, vocab_size)`; what `model.fit` trains.
        decoder_features: From the same inputs to what `readout` scores, position by
            position: `(target_length, batch, features)`.
        readout: The output layer.
        encoder: See `build_encoder`.
        decoder_step: See `build_decoder_step`.
    """

    config: ModelConfig
    training: keras.Model
    decoder_features: keras.Model
    readout: Readout
    encoder: keras.Model
    decoder_step: keras.Model


def build_seq2seq(
    config: ModelConfig, source_vocab_size: int, target_vocab_size: int
) -> Seq2Seq:
    """Build an encoder-decoder for training and for translation.

    Args:
        config: The architecture.
        source_vocab_size: Number of source tokens.
        target_vocab_size: Number of target tokens.
    """
    if config.tied_embeddings == "all" and source_vocab_size != target_vocab_size:
        raise ValueError(
            'tied_embeddings="all" needs one vocabulary for both sides. Received: '
            f"source_vocab_size={source_vocab_size}, "
            f"target_vocab_size={target_vocab_size}."
        )
    target_embedding = _embedding(config, target_vocab_size, "target_embedding")
    source_embedding = (
        target_embedding
        if config.tied_embeddings == "all"
        else _embedding(config, source_vocab_size, "source_embedding")
    )
    encoder = build_encoder(config, source_embedding)
    layers = make_decoder_layers(config, target_vocab_size, target_embedding)

    source_ids = keras.Input((None,), dtype="int32", name="source_ids")
    target_input_ids = keras.Input((None,), dtype="int32", name="target_input_ids")
    inputs = {"source_ids": source_ids, "target_input_ids": target_input_ids}
    features = decode_sequence(config, layers, target_input_ids, encoder(source_ids))
    return Seq2Seq(
        config=config,
        training=keras.Model(
            inputs, layers.readout(ops.transpose(features, (1, 0, 2))), name="seq2seq"
        ),
        decoder_features=keras.Model(inputs, features, name="decoder_features"),
        readout=layers.readout,
        encoder=encoder,
        decoder_step=build_decoder_step(config, layers),
    )


def _embedding(
    config: ModelConfig, vocab_size: int, name: str
) -> keras.layers.Embedding:
    # A standard deviation of 1/sqrt(width) keeps tied logits of order one.
    return keras.layers.Embedding(
        vocab_size,
        config.embedding_dim,
        embeddings_initializer=keras.initializers.RandomNormal(
            stddev=config.embedding_dim**-0.5
        ),
        name=name,
    )
