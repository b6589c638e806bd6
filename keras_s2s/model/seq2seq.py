"""The whole translator: a model to train and the two graphs it is used as."""

from dataclasses import dataclass

import keras
from keras import ops

from keras_s2s.arguments import instance_of, vocabulary_size
from keras_s2s.config import ModelConfig
from keras_s2s.model.decoder import decode_sequence
from keras_s2s.model.decoder_layers import DecoderLayers, make_decoder_layers
from keras_s2s.model.decoder_step import build_decoder_step
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.encoder import build_encoder
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.translator import TranslatorModel


@dataclass(frozen=True)
class Seq2Seq:
    """Functional models over the same weights.

    Attributes:
        config: The architecture they were built from.
        implementation: How they are computed.
        training: From a dict of `source_ids (batch, source_length)` and
            `target_input_ids (batch, target_length)` to logits
            `(batch, target_length, vocab_size)`; what `model.fit` trains.
        readout_features: From the same inputs to what the output layer reads, position
            by position: `(target_length, batch, readout_dim)`.
        encoder: See `build_encoder`.
        decoder_step: See `build_decoder_step`.
        decoder_layers: The layers of the decoder.
    """

    config: ModelConfig
    implementation: Implementation
    training: keras.Model
    readout_features: keras.Model
    encoder: keras.Model
    decoder_step: keras.Model
    decoder_layers: DecoderLayers


def build_seq2seq(
    config: ModelConfig,
    source_vocab_size: int,
    target_vocab_size: int,
    implementation: Implementation = Implementation(),  # noqa: B008 (frozen)
) -> Seq2Seq:
    """Build an encoder-decoder for training and for translation.

    Args:
        config: The architecture.
        source_vocab_size: Number of source tokens.
        target_vocab_size: Number of target tokens.
        implementation: How it is computed.

    Raises:
        ValueError: An argument is of another kind, a vocabulary is too small for the
            special tokens, or one embedding is to serve two vocabularies.
    """
    instance_of("config", config, ModelConfig)
    instance_of("implementation", implementation, Implementation)
    source_vocab_size = vocabulary_size("source_vocab_size", source_vocab_size)
    target_vocab_size = vocabulary_size("target_vocab_size", target_vocab_size)
    if config.tied_embeddings == "all" and source_vocab_size != target_vocab_size:
        raise ValueError(
            'tied_embeddings="all" needs one vocabulary for both sides. Received: '
            f"source_vocab_size={source_vocab_size}, "
            f"target_vocab_size={target_vocab_size}."
        )

    arguments = config.embedding_dim, implementation.matmul_precision
    target_embedding = Embedding(target_vocab_size, *arguments, name="target_embedding")
    source_embedding = target_embedding
    if config.tied_embeddings != "all":
        source_embedding = Embedding(
            source_vocab_size, *arguments, name="source_embedding"
        )
    encoder = build_encoder(config, source_embedding, implementation)
    layers = make_decoder_layers(
        config, target_vocab_size, target_embedding, implementation
    )

    # The encoder's own tensors: one graph holds each layer once, so that a copy of the
    # training model ties the same weights.
    target_input_ids = keras.Input((None,), dtype="int32", name="target_input_ids")
    inputs = {"source_ids": encoder.input, "target_input_ids": target_input_ids}
    features = decode_sequence(
        config, layers, target_input_ids, encoder.output, implementation
    )
    logits = layers.output.logits(ops.transpose(features, (1, 0, 2)))
    return Seq2Seq(
        config=config,
        implementation=implementation,
        training=TranslatorModel(inputs, logits, name="seq2seq"),
        readout_features=keras.Model(inputs, features, name="readout_features"),
        encoder=encoder,
        decoder_step=build_decoder_step(config, layers),
        decoder_layers=layers,
    )
