"""A decoder cell over a whole target, as teacher forcing runs it."""

from typing import Any

import keras

from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.scan import scan
from keras_s2s.model.decoder_cells import AttentionDecoderCell, DecoderCell


class DecoderLoop(keras.layers.Layer):
    """Runs a decoder cell over all target positions.

    Args:
        cell: Either decoder cell.
        recurrent_dropout: Rate at which weights of the recurrent kernels are dropped in
            training, the same at all positions.

    Call arguments:
        projected_inputs: The tokens before each position, embedded and projected, shape
            `(target_length, batch, num_gates * units)`.
        states: What the cell starts from, in its order.

    Output:
        The features of all positions, a list of tensors of shape `(target_length,
        batch, width)`, their widths those of the cell's `feature_sizes`.
    """

    def __init__(
        self, cell: DecoderCell, recurrent_dropout: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.cell = cell
        self.weight_dropout = Dropout(recurrent_dropout) if recurrent_dropout else None

    def build(self, projected_inputs_shape: Any, states_shape: Any = None) -> None:
        """Create the cell's weights."""
        if not self.cell.built:
            self.cell.build((projected_inputs_shape[0], projected_inputs_shape[-1]))
        self.built = True

    def call(
        self, projected_inputs: Any, states: Any, training: bool | None = None
    ) -> list[Any]:
        """Run the cell; see the class for the arguments."""
        count = self.cell.num_states
        initial_states, constants = list(states[:count]), list(states[count:])
        factors = list(self.cell.step_kernels)
        if isinstance(self.cell, AttentionDecoderCell):
            factors.append(constants[0])
        return scan(
            self._step,
            projected_inputs,
            initial_states,
            output_widths=self.cell.feature_sizes,
            constants=constants,
            weights=self.cell.trainable_weights,
            factors=factors,
            dropout=self.weight_dropout if training else None,
            time_major=True,
        )

    def _step(
        self, inputs: Any, states: list[Any], constants: list[Any]
    ) -> tuple[list[Any], list[Any]]:
        return self.cell.features(inputs, [*states, *constants])
