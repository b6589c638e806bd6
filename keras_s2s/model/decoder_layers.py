"""The layers of a decoder, which teacher forcing and the single step share."""

from dataclasses import dataclass
from typing import NamedTuple

import keras

from keras_s2s.config import ModelConfig
from keras_s2s.model.decoder_cells import (
    AttentionDecoderCell,
    DecoderCell,
    FixedContextDecoderCell,
)
from keras_s2s.model.dense import Dense
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.output_bias import OutputBias
from keras_s2s.model.projections import input_projection
from keras_s2s.model.readout import OutputLayer, Readout


class OutputWeights(NamedTuple):
    """The weights of the output layer.

    Attributes:
        matrix: `W`, shape `(readout_dim, vocab_size)`, or `(vocab_size, readout_dim)`
            if `transposed`.
        bias: `b`, shape `(vocab_size,)`.
        transposed: Whether `W` is an embedding, used transposed.
    """

    matrix: keras.Variable
    bias: keras.Variable
    transposed: bool


@dataclass(frozen=True)
class DecoderLayers:
    """The layers that teacher forcing and the single step share.

    Attributes:
        embedding: Target ids to embedded tokens `E y_{i-1}`.
        token_projection: Embedded tokens to the recurrent cell's gates, for all
            positions in one matmul.
        cell: One recurrent step, with or without attention.
        readout: What a step knows to what the output layer reads, `t_i`.
        output: The output layer, from `t_i` to logits.
    """

    embedding: Embedding
    token_projection: Dense
    cell: DecoderCell
    readout: Readout
    output: OutputLayer

    @property
    def output_weights(self) -> OutputWeights:
        """The weights of the output layer."""
        projection, bias = self.output.projection, self.output.bias.bias
        if isinstance(projection, Embedding):
            return OutputWeights(projection.embeddings, bias, transposed=True)
        return OutputWeights(projection.kernel, bias, transposed=False)


def make_decoder_layers(
    config: ModelConfig,
    vocab_size: int,
    embedding: Embedding,
    implementation: Implementation = Implementation(),  # noqa: B008 (frozen)
) -> DecoderLayers:
    """Make the layers of one decoder.

    Args:
        config: The architecture.
        vocab_size: Number of target tokens.
        embedding: Target embedding; also the output weights where they are tied.
        implementation: How they are computed.
    """
    precision = implementation.matmul_precision
    cell = _make_cell(config)
    tied = config.tied_embeddings != "none"
    return DecoderLayers(
        embedding=embedding,
        token_projection=input_projection(
            cell.cells[0], name="token_projection", matmul_precision=precision
        ),
        cell=cell,
        readout=Readout(
            # With attention the prediction comes from s_i, c_i and E y_{i-1} together;
            # without, from the state alone.
            hidden_dim=config.embedding_dim if config.attention != "none" else None,
            dropout=config.output_dropout,
            layer_norm=config.layer_norm,
            matmul_precision=precision,
            name="readout",
        ),
        output=OutputLayer(
            embedding
            if tied
            else Dense(
                vocab_size,
                matmul_precision=precision,
                use_bias=False,
                name="output_projection",
            ),
            OutputBias(name="output_bias"),
        ),
    )


def _make_cell(config: ModelConfig) -> DecoderCell:
    if config.attention == "none":
        return FixedContextDecoderCell(
            config.cell, config.units, config.decoder_layers, name="decoder_cell"
        )
    return AttentionDecoderCell(
        config.cell,
        config.units,
        config.decoder_layers,
        attention_units=config.attention_units,
        value_dim=config.value_dim,
        conditional=config.conditional,
        name="decoder_cell",
    )
