"""The plain loop over a sequence, differentiated by TensorFlow.

It computes what `keras_s2s.fast.scan` computes, and is the one to read: `scan` differs
in what it saves and in where it takes the gradients of weights.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from keras_s2s.fast.scan import RECURRENT_KERNEL

Step = Callable[[Any, list[Any], list[Any]], tuple[list[Any], list[Any]]]
"""From inputs `(batch, features)`, states and constants to outputs and new states."""


def plain_loop(
    step: Step,
    inputs: Any,
    states: Sequence[Any],
    *,
    output_widths: Sequence[int],
    constants: Sequence[Any] = (),
    weights: Sequence[keras.Variable] = (),
    dropout: Callable[[Any], Any] | None = None,
) -> list[Any]:
    """Run `o_t, s_t = step(x_t, s_{t-1})` over all positions.

    Args:
        step: One step; each of its outputs has shape `(batch, width)`.
        inputs: Shape `(length, batch, features)`, at least one position.
        states: Initial states, each of shape `(batch, width)`.
        output_widths: Width of each output of the step.
        constants: What every step reads besides, whatever the shape.
        weights: Every weight that the step reads.
        dropout: Applied once to every weight that is a `recurrent_kernel`: all steps
            read the same.

    Returns:
        The step's outputs at all positions, each of shape `(length, batch, width)`.
    """
    kernels = [weight for weight in weights if weight.name == RECURRENT_KERNEL]
    dropped = [(kernel, dropout(kernel.value)) for kernel in kernels if dropout]
    dtype = keras.backend.standardize_dtype(inputs.dtype)
    cell = _StepCell(
        step, list(constants), sum(output_widths), len(states), dropped, dtype
    )
    # Layers of the inputs' type, whatever the process' own: they cast nothing.
    outputs = keras.layers.RNN(cell, return_sequences=True, dtype=cell.dtype_policy)(
        ops.transpose(inputs, (1, 0, 2)), initial_state=list(states)
    )
    outputs = ops.transpose(outputs, (1, 0, 2))
    ends = list(itertools.accumulate(output_widths))
    return [
        outputs[..., end - width : end]
        for width, end in zip(output_widths, ends, strict=True)
    ]


class _StepCell(keras.layers.Layer):
    """A step as what `keras.layers.RNN` runs."""

    def __init__(
        self,
        step: Step,
        constants: list[Any],
        output_size: int,
        num_states: int,
        weight_values: list[tuple[keras.Variable, Any]],
        dtype: str,
    ) -> None:
        super().__init__(dtype=dtype)
        self._take_step = step
        self._constants = constants
        self._weight_values = weight_values
        self.output_size = output_size
        self.state_size = [1] * num_states
        self.built = True

    def call(self, inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        with keras.StatelessScope(self._weight_values):
            outputs, states = self._take_step(inputs, list(states), self._constants)
        return ops.concatenate(outputs, axis=-1), states
