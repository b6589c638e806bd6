"""The encoder: source ids to everything a decoder needs of the source."""

from typing import Any

import keras
from keras import ops

from edge_runtime import contract
from keras_s2s.config import ModelConfig
from keras_s2s.fast.dropout import Dropout
from keras_s2s.model.dense import Dense
from keras_s2s.model.recurrence import Recurrence
from keras_s2s.model.recurrent_cells import CELLS
from keras_s2s.model.source_padding import SourceLengths, SourceMask
from keras_s2s.model.token_dropout import drop_tokens


def build_encoder(
    config: ModelConfig, embedding: keras.layers.Embedding
) -> keras.Model:
    """Build the encoder graph.

    Args:
        config: The architecture.
        embedding: Source embedding (with three-way tying also the target's).

    Returns:
        A functional model from `source_ids (batch, source_length)`, int32, to a dict:
        `decoder_state_0..n (batch, units)`, and with attention `encoder_states
        (batch, source_length, value_dim)`, `attention_keys (batch, source_length,
        attention_units)` and `source_mask (batch, source_length)`.
    """
    source_ids = keras.Input((None,), dtype="int32", name=contract.SOURCE_IDS)
    lengths = SourceLengths(name="source_lengths")(source_ids)
    sequences = drop_tokens(embedding(source_ids), config, side="source")

    final_states: list[list[Any]] = []
    for layer in range(config.encoder_layers):
        outputs, states = _run_layer(config, layer, sequences, lengths)
        # Residual, from the second layer on: the first one's input is not as wide.
        sequences = outputs if layer == 0 else sequences + outputs
        if config.layer_norm:
            sequences = keras.layers.LayerNormalization(name=f"norm_{layer}")(sequences)
        final_states.append(states)

    decoder_states = _bridge(config, final_states)
    outputs = {
        contract.decoder_state(index): state
        for index, state in enumerate(decoder_states)
    }
    if config.attention == "bahdanau":
        if config.context_dropout:
            sequences = Dropout(config.context_dropout)(sequences)
        outputs[contract.ENCODER_STATES] = sequences
        outputs[contract.ATTENTION_KEYS] = Dense(
            config.attention_units, use_bias=False, name="key_projection"
        )(sequences)
        outputs[contract.SOURCE_MASK] = SourceMask(name="source_mask")(source_ids)
    return keras.Model(source_ids, outputs, name="encoder")


def _run_layer(
    config: ModelConfig, layer: int, sequences: Any, lengths: Any
) -> tuple[Any, list[Any]]:
    """Return one layer's outputs `(batch, length, value_dim)` and final states."""
    outputs, *states = Recurrence(
        config.cell,
        config.encoder_units,
        recurrent_dropout=config.recurrent_dropout,
        name=f"forward_{layer}",
    )(sequences, lengths)
    if not config.bidirectional:
        return outputs, states
    backward_outputs, *backward_states = Recurrence(
        config.cell,
        config.encoder_units,
        backward=True,
        recurrent_dropout=config.recurrent_dropout,
        name=f"backward_{layer}",
    )(sequences, lengths)
    return ops.concatenate([outputs, backward_outputs], axis=-1), [
        ops.concatenate(pair, axis=-1)
        for pair in zip(states, backward_states, strict=True)
    ]


def _bridge(config: ModelConfig, final_states: list[list[Any]]) -> list[Any]:
    """Turn the encoder's final states into the decoder's initial states.

    Without attention, the final states *are* the context vector, and go over as they
    are wherever the shapes allow; otherwise each initial state is a projection
    `tanh(W h + b)` of its layer's final state (the top layer's, where the decoder is
    deeper than the encoder).
    """
    as_they_are = (
        config.attention == "none"
        and config.value_dim == config.units
        and config.encoder_layers == config.decoder_layers
    )
    if as_they_are:
        return [state for states in final_states for state in states]
    return [
        Dense(
            config.units,
            activation="tanh",
            name=f"bridge_{layer * CELLS[config.cell].num_states + index}",
        )(state)
        for layer in range(config.decoder_layers)
        for index, state in enumerate(
            final_states[min(layer, config.encoder_layers - 1)]
        )
    ]
