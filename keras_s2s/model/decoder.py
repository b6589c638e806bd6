"""The decoder over a whole target, and one step of it, from the same layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import ops

from edge_runtime import contract
from keras_s2s.config import ModelConfig
from keras_s2s.model.decoder_cells import (
    AttentionDecoderCell,
    DecoderCell,
    FixedContextDecoderCell,
)
from keras_s2s.model.decoder_loop import DecoderLoop
from keras_s2s.model.readout import Readout
from keras_s2s.model.recurrent_cells import input_projection
from keras_s2s.model.token_dropout import drop_tokens


@dataclass(frozen=True)
class DecoderLayers:
    """The layers that teacher forcing and the single step share.

    Attributes:
        embedding: Target ids to embedded tokens.
        token_projection: Embedded tokens to the recurrent cell's gates, for all
            positions in one product.
        cell: One recurrent step, with or without attention.
        readout: What a step knows to logits.
    """

    embedding: keras.layers.Embedding
    token_projection: keras.layers.Dense
    cell: DecoderCell
    readout: Readout


def make_decoder_layers(
    config: ModelConfig, vocab_size: int, embedding: keras.layers.Embedding
) -> DecoderLayers:
    """Make the layers of one decoder.

    Args:
        config: The architecture.
        vocab_size: Number of target tokens.
        embedding: Target embedding; also the output weights where they are tied.
    """
    tied = None if config.tied_embeddings == "none" else embedding
    cell: DecoderCell
    if config.attention == "bahdanau":
        cell = AttentionDecoderCell(
            config.cell,
            config.units,
            config.decoder_layers,
            attention_units=config.attention_units,
            value_dim=config.value_dim,
            conditional=config.conditional,
            name="decoder_cell",
        )
    else:
        cell = FixedContextDecoderCell(
            config.cell, config.units, config.decoder_layers, name="decoder_cell"
        )
    return DecoderLayers(
        embedding=embedding,
        token_projection=input_projection(cell.cells[0], name="token_projection"),
        cell=cell,
        readout=Readout(
            vocab_size,
            # With attention the prediction comes from s_i, c_i and E y_{i-1} together;
            # without, from the state alone.
            hidden_dim=config.embedding_dim if config.attention != "none" else None,
            tied_embedding=tied,
            dropout=config.output_dropout,
            layer_norm=config.layer_norm,
            name="readout",
        ),
    )


def decode_sequence(
    config: ModelConfig,
    layers: DecoderLayers,
    target_input_ids: Any,
    encoder_outputs: Mapping[str, Any],
) -> Any:
    """Return what every target position is predicted from, given the true tokens.

    Args:
        config: The architecture.
        layers: The decoder's layers.
        target_input_ids: bos and the target, shape `(batch, target_length)`.
        encoder_outputs: What the encoder returned.

    Returns:
        What the readout scores, shape `(target_length, batch, features)`: the loop
        goes through it position by position, and turning ids round costs least.
    """
    embedded = layers.embedding(ops.transpose(target_input_ids))
    embedded = drop_tokens(embedded, config, side="target")
    features = DecoderLoop(layers.cell, config.recurrent_dropout, name="decoder_loop")(
        layers.token_projection(embedded), _states(layers.cell, encoder_outputs)
    )
    return _readout_features(config, features, embedded)


def build_decoder_step(config: ModelConfig, layers: DecoderLayers) -> keras.Model:
    """Build one decoding step from the layers of teacher forcing.

    Returns:
        A functional model from a dict of `token_ids (batch,)`, `decoder_state_0..n` and
        with attention the encoder's other outputs, to a dict of `log_probs
        (batch, vocab_size)`, `next_decoder_state_0..n` and with attention `alignment
        (batch, source_length)`.
    """
    inputs = {
        contract.TOKEN_IDS: keras.Input((), dtype="int32", name=contract.TOKEN_IDS)
    }
    for index in range(layers.cell.num_states):
        name = contract.decoder_state(index)
        inputs[name] = keras.Input((config.units,), name=name)
    if config.attention == "bahdanau":
        inputs |= {
            contract.ENCODER_STATES: keras.Input(
                (None, config.value_dim), name=contract.ENCODER_STATES
            ),
            contract.ATTENTION_KEYS: keras.Input(
                (None, config.attention_units), name=contract.ATTENTION_KEYS
            ),
            contract.SOURCE_MASK: keras.Input(
                (None,), dtype="bool", name=contract.SOURCE_MASK
            ),
        }
    embedded = layers.embedding(inputs[contract.TOKEN_IDS])
    features, states, *alignment = _CellStep(layers.cell, name="cell_step")(
        layers.token_projection(embedded), _states(layers.cell, inputs)
    )
    logits = layers.readout(_readout_features(config, features, embedded))
    outputs = {contract.LOG_PROBS: ops.log_softmax(logits, axis=-1)}
    for index, state in enumerate(states):
        outputs[contract.next_decoder_state(index)] = state
    if alignment:
        (outputs[contract.ALIGNMENT],) = alignment
    return keras.Model(inputs, outputs, name="decoder_step")


class _CellStep(keras.layers.Layer):
    """One call of a decoder cell, with the alignment where there is one."""

    def __init__(self, cell: DecoderCell, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell = cell

    def build(self, projected_inputs_shape: Any, states_shape: Any = None) -> None:
        if not self.cell.built:
            self.cell.build(projected_inputs_shape)
        self.built = True

    def call(self, projected_inputs: Any, states: Any) -> tuple[Any, ...]:
        if isinstance(self.cell, AttentionDecoderCell):
            return self.cell.attend_and_advance(projected_inputs, states)
        return self.cell.features(projected_inputs, states)


def _states(cell: DecoderCell, tensors: Mapping[str, Any]) -> list[Any]:
    """Return the states a decoder cell starts from, in its order."""
    states = [
        tensors[contract.decoder_state(index)] for index in range(cell.num_states)
    ]
    if isinstance(cell, AttentionDecoderCell):
        states += [tensors[name] for name in contract.ATTENTION_TENSORS]
    return states


def _readout_features(
    config: ModelConfig, features: Sequence[Any], embedded: Any
) -> Any:
    """Join what a prediction is made from: `[s_i; c_i; E y_{i-1}]`, or `s_i` alone."""
    if config.attention == "none":
        return features[0]
    return ops.concatenate([*features, embedded], axis=-1)
