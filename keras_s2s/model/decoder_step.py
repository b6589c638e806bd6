"""One decoding step as a model of its own: what is exported."""

from typing import Any

import keras
from keras import ops

from edge_runtime import contract
from keras_s2s.config import ModelConfig
from keras_s2s.model.cell_layer import CellLayer
from keras_s2s.model.decoder import decoder_states, readout_inputs
from keras_s2s.model.decoder_layers import DecoderLayers


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
    shapes: dict[str, tuple[int | None, ...]] = {
        contract.decoder_state(index): (config.units,)
        for index in range(layers.cell.num_states)
    }
    if config.attention == "bahdanau":
        shapes[contract.ENCODER_STATES] = (None, config.value_dim)
        shapes[contract.ATTENTION_KEYS] = (None, config.attention_units)
    dtype = layers.cell.compute_dtype
    for name, shape in shapes.items():
        inputs[name] = keras.Input(shape, dtype=dtype, name=name)
    if config.attention == "bahdanau":
        inputs[contract.SOURCE_MASK] = keras.Input(
            (None,), dtype="bool", name=contract.SOURCE_MASK
        )
    embedded = layers.embedding(inputs[contract.TOKEN_IDS])
    features, states, *alignment = CellStep(layers.cell, name="cell_step")(
        layers.token_projection(embedded), decoder_states(layers.cell, inputs)
    )
    logits = layers.output.logits(
        layers.readout(readout_inputs(config, features, embedded))
    )
    outputs = {contract.LOG_PROBS: ops.log_softmax(logits, axis=-1)}
    for index, state in enumerate(states):
        outputs[contract.next_decoder_state(index)] = state
    if alignment:
        (outputs[contract.ALIGNMENT],) = alignment
    return keras.Model(inputs, outputs, name="decoder_step")


@keras.saving.register_keras_serializable(package="keras_s2s")
class CellStep(CellLayer):
    """One call of a decoder cell, with the alignment where there is one.

    Args:
        cell: Either decoder cell.

    Call arguments:
        projected_inputs: The token before, embedded and projected, shape
            `(batch, num_gates * units)`.
        states: What the cell reads, in its order.

    Output:
        The features, the new decoder states, and with attention the alignment.
    """

    def call(self, projected_inputs: Any, states: Any) -> tuple[Any, ...]:
        """Take the step; see the class for the arguments."""
        features, new_states, alignment = self.cell.take_step(projected_inputs, states)
        if alignment is None:
            return features, new_states
        return features, new_states, alignment
