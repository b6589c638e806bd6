"""One recurrent pass over right-padded sequences, in either direction."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.products import batched_product
from keras_s2s.fast.scan import scan, swap_time_and_batch
from keras_s2s.model.recurrent_cells import CELLS, input_projection


@keras.saving.register_keras_serializable(package="keras_s2s")
class Recurrence(keras.layers.Layer):
    """A recurrent cell run over right-padded sequences, without masks in its loop.

    Padding stands to the right, so what is computed there reaches no real position: the
    loop runs on, the outputs there are zeroed, and the final states are those at the
    last real position. The backward direction reverses every sequence by its own
    length first. That is the contract of ONNX's `RNN`, `GRU` and `LSTM` operators with
    `sequence_lens`.

    Args:
        cell: "rnn", "gru" or "lstm".
        units: Width of the outputs and of each state.
        backward: Whether to read from the last real position to the first.
        recurrent_dropout: Rate at which weights of the recurrent kernel are dropped in
            training, the same at all positions ([Merity et al.,
            2018](https://arxiv.org/abs/1708.02182)).

    Call arguments:
        inputs: Shape `(batch, length, features)`.
        lengths: Real positions of each row, int32, shape `(batch,)`, at least 1.

    Output:
        The outputs, shape `(batch, length, units)`, zero at padding, followed by the
        final states, each of shape `(batch, units)`.
    """

    def __init__(
        self,
        cell: str,
        units: int,
        backward: bool = False,
        recurrent_dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cell_name = cell
        self.units = units
        self.backward = backward
        self.cell = CELLS[cell](units, name="cell")
        self.projection = input_projection(self.cell, name="projection")
        self.recurrent_dropout = recurrent_dropout
        self.weight_dropout = Dropout(recurrent_dropout) if recurrent_dropout else None

    def build(
        self,
        inputs_shape: tuple[int | None, ...],
        lengths_shape: tuple[int | None, ...],
    ) -> None:
        """Create the weights of the projection and of the cell."""
        self.projection.build(inputs_shape)
        self.cell.build((*inputs_shape[:-1], self.cell.num_gates * self.units))
        self.built = True

    def call(
        self, inputs: Any, lengths: Any, training: bool | None = None
    ) -> tuple[Any, ...]:
        """Run the cell; see the class for the arguments."""
        if self.backward:
            inputs = _reverse(inputs, lengths)
        # Each (batch, length, units), the outputs first.
        states = scan(
            self._step,
            # Turned before the projection, which is wider.
            self.projection(swap_time_and_batch(inputs)),
            [ops.zeros((ops.shape(inputs)[0], self.units))] * self.cell.num_states,
            output_widths=[self.units] * self.cell.num_states,
            weights=self.cell.trainable_weights,
            factors=[self.cell.recurrent_kernel],
            dropout=self.weight_dropout if training else None,
            time_major=True,
        )
        states = [swap_time_and_batch(state) for state in states]
        last = ops.expand_dims(ops.one_hot(lengths - 1, ops.shape(inputs)[1]), axis=1)
        final_states = [
            ops.squeeze(batched_product(ops.cast(last, state.dtype), state), axis=1)
            for state in states
        ]
        outputs = states[0]
        real = ops.arange(ops.shape(inputs)[1]) < ops.expand_dims(lengths, axis=1)
        outputs = outputs * ops.cast(ops.expand_dims(real, axis=-1), outputs.dtype)
        if self.backward:
            outputs = _reverse(outputs, lengths)
        return outputs, *final_states

    def _step(
        self, inputs: Any, states: list[Any], constants: list[Any]
    ) -> tuple[list[Any], list[Any]]:
        # All states are outputs: the final ones are picked afterwards.
        states = self.cell(inputs, states)
        return states, states

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        return {
            **super().get_config(),
            "cell": self.cell_name,
            "units": self.units,
            "backward": self.backward,
            "recurrent_dropout": self.recurrent_dropout,
        }


def _reverse(sequences: Any, lengths: Any) -> Any:
    """Reverse the real positions of each row; padding stays where it is."""
    # Four times as fast as `tf.reverse_sequence`; the gradient is reversed likewise.
    positions = tf.range(tf.shape(sequences)[1])[tf.newaxis]
    ends = lengths[:, tf.newaxis]
    places = tf.where(positions < ends, ends - 1 - positions, positions)

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def reverse(sequences: Any) -> Any:
        def gradient(upstream: Any) -> Any:
            return tf.gather(upstream, places, batch_dims=1)

        return tf.gather(sequences, places, batch_dims=1), gradient

    return reverse(sequences)
