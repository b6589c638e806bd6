"""The decoder over a whole target, as teacher forcing runs it."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
from keras import ops

from edge_runtime import contract
from keras_s2s.config import ModelConfig
from keras_s2s.fast.matmul import Precision
from keras_s2s.model.cell_layer import CellLayer
from keras_s2s.model.decoder_cells import AttentionDecoderCell, DecoderCell
from keras_s2s.model.decoder_layers import DecoderLayers
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.loop_layer import LoopLayer
from keras_s2s.model.token_dropout import drop_tokens


def decode_sequence(
    config: ModelConfig,
    layers: DecoderLayers,
    target_input_ids: Any,
    encoder_outputs: Mapping[str, Any],
    implementation: Implementation = Implementation(),  # noqa: B008 (frozen)
) -> Any:
    """Return what every target position is predicted from, given the true tokens.

    Args:
        config: The architecture.
        layers: The decoder's layers.
        target_input_ids: bos and the target, shape `(batch, target_length)`.
        encoder_outputs: What the encoder returned.
        implementation: How the loop is computed.

    Returns:
        `t_i`, shape `(target_length, batch, readout_dim)`: the loop goes through it
        position by position, and ids cost least to transpose.
    """
    embedded = layers.embedding(ops.transpose(target_input_ids))  # E y_{i-1}
    embedded = drop_tokens(embedded, config, side="target")
    loop = DecoderLoop(
        layers.cell,
        recurrent_dropout=config.recurrent_dropout,
        fast=implementation.fast,
        matmul_precision=implementation.matmul_precision,
        name="decoder_loop",
    )
    features = loop(
        layers.token_projection(embedded), decoder_states(layers.cell, encoder_outputs)
    )
    return layers.readout(readout_inputs(config, features, embedded))


def decoder_states(cell: DecoderCell, tensors: Mapping[str, Any]) -> list[Any]:
    """Return the states a decoder cell starts from, in its order."""
    states = [
        tensors[contract.decoder_state(index)] for index in range(cell.num_states)
    ]
    if isinstance(cell, AttentionDecoderCell):
        states += [tensors[name] for name in contract.ATTENTION_TENSORS]
    return states


def readout_inputs(config: ModelConfig, features: Sequence[Any], embedded: Any) -> Any:
    """Join what a prediction is made from: `[s_i; c_i; E y_{i-1}]`, or `s_i` alone."""
    if config.attention == "none":
        return features[0]
    return ops.concatenate([*features, embedded], axis=-1)


@keras.saving.register_keras_serializable(package="keras_s2s")
class DecoderLoop(CellLayer, LoopLayer):
    """A decoder cell over all target positions, as teacher forcing runs it.

    Args:
        cell: Either decoder cell.
        recurrent_dropout: Rate at which weights of the recurrent kernels are dropped in
            training, the same at all positions.
        fast: Whether the loop has a backward pass of its own.
        matmul_precision: Of the matmuls while training.

    Call arguments:
        projected_inputs: The tokens before each position, embedded and projected, shape
            `(target_length, batch, num_gates * units)`.
        states: What the cell starts from, in its order.

    Output:
        The features of all positions, a list of tensors of shape `(target_length,
        batch, width)`, their widths those of the cell's `feature_sizes`.
    """

    def __init__(
        self,
        cell: DecoderCell,
        recurrent_dropout: float = 0.0,
        fast: bool = True,
        matmul_precision: Precision = "float32",
        **kwargs: Any,
    ) -> None:
        super().__init__(
            cell,
            recurrent_dropout=recurrent_dropout,
            fast=fast,
            matmul_precision=matmul_precision,
            **kwargs,
        )
        self.add_weight_dropout()

    def call(
        self, projected_inputs: Any, states: Any, training: bool | None = None
    ) -> list[Any]:
        """Run the cell; see the class for the arguments."""
        count = self.cell.num_states
        initial_states, constants = list(states[:count]), list(states[count:])
        return self.run(
            self._step,
            projected_inputs,
            initial_states,
            output_widths=self.cell.feature_sizes,
            constants=constants,
            weights=self.cell.weights,
            # A context is a matmul with the encoder states, the same in all steps.
            invariants=[*self.cell.invariant_kernels, *constants[:1]],
            training=training,
        )

    def _step(
        self, inputs: Any, states: list[Any], constants: list[Any]
    ) -> tuple[list[Any], list[Any]]:
        outputs = self.cell.take_step(inputs, [*states, *constants])
        return outputs.features, outputs.states
