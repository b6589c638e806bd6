"""A recurrent loop with a backward pass of its own.

Left to TensorFlow, the gradient of `h_t U` adds an outer product to the gradient of `U`
in every step of the backward loop, and every intermediate result of every step is saved
on a list of its own. Here the forward loop saves the states and what the equations say
their gradients need (`saved_tensors.py`), the backward loop traces each step again, and
`dU = sum_t h_t^T dy_t` is one matmul over all steps (`loop_invariants.py`).
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_s2s.fast.loop_invariants import LoopInvariants
from keras_s2s.fast.loop_step import LoopStep
from keras_s2s.fast.matmul import Precision
from keras_s2s.fast.saved_tensors import RestoredTensors, SavedTensors

Step = Callable[[Any, list[Any], list[Any]], tuple[list[Any], list[Any]]]
"""From inputs `(batch, features)`, states and constants to outputs and new states."""

RECURRENT_KERNEL = "recurrent_kernel"
"""Name of the weights that a state is multiplied with on its way to the next."""


def scan(
    step: Step,
    inputs: Any,
    states: Sequence[Any],
    *,
    output_widths: Sequence[int],
    constants: Sequence[Any] = (),
    weights: Sequence[keras.Variable] = (),
    invariants: Sequence[Any] = (),
    dropout: Callable[[Any], Any] | None = None,
    precision: Precision = "float32",
    training: bool | None = True,
) -> list[Any]:
    """Run a step over sequences, position by position.

    Args:
        step: One step; each of its outputs has shape `(batch, width)`. It draws no
            random numbers: it is traced again for the gradient.
        inputs: Shape `(length, batch, features)`, at least one position.
        states: Initial states, each of shape `(batch, width)`.
        output_widths: Width of each output of the step.
        constants: What every step reads besides, whatever the shape.
        weights: Every weight that the step reads.
        invariants: Those of the weights and of the constants that the step multiplies
            with in one call of `step_matmul`, and uses nowhere else.
        dropout: Applied once to every weight that is a `recurrent_kernel`: all steps
            read the same.
        precision: Of the matmuls with loop-invariant weights.
        training: Whether a gradient will be wanted. Otherwise nothing is saved for it,
            and TensorFlow differentiates the loop if one is taken all the same.

    Returns:
        The step's outputs at all positions, each of shape `(length, batch, width)`.

    Raises:
        ValueError: A loop-invariant matrix is used more or less than once in a step.
    """
    loop = _Loop(
        step, inputs, states, output_widths, constants, weights, invariants, precision
    )
    if not training:
        return loop.outputs()
    # A weight becomes an argument, so that its gradient is returned like any other.
    values = [tf.convert_to_tensor(weight) for weight in weights]
    if dropout is not None:
        values = [
            dropout(value) if weight.name == RECURRENT_KERNEL else value
            for weight, value in zip(weights, values, strict=True)
        ]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(*arguments: Any) -> Any:
        outputs, saved = loop.forward(arguments)
        return outputs, lambda *upstream: loop.backward(arguments, saved, upstream)

    # A list of one comes back from a custom gradient as its only member.
    return list(tf.nest.flatten(run(inputs, *states, *constants, *values)))


class _Loop:
    """Both passes over a sequence; arguments are those of `scan`.

    What `forward` and `backward` call their arguments is one row of tensors: the
    inputs, the initial states, then what all steps share: constants and the weights'
    values.
    """

    def __init__(
        self,
        step: Step,
        inputs: Any,
        states: Sequence[Any],
        output_widths: Sequence[int],
        constants: Sequence[Any],
        weights: Sequence[keras.Variable],
        invariants: Sequence[Any],
        precision: Precision,
    ) -> None:
        self._step = step
        self._inputs, self._states = inputs, list(states)
        self._constants = list(constants)
        self._rows = inputs.shape[1]
        self._dtype = inputs.dtype
        self._state_widths = [state.shape[-1] for state in states]
        self._output_widths = list(output_widths)
        self._weights = list(weights)
        self._precision = precision
        chosen = {id(matrix) for matrix in invariants}
        # Constants and weights, by their place in the two together.
        shared = [*constants, *weights]
        self._num_constants = len(constants)
        self._invariants = [
            place for place, item in enumerate(shared) if id(item) in chosen
        ]
        self._others = [
            place
            for place, item in enumerate(shared)
            if id(item) not in chosen and tf.as_dtype(item.dtype).is_floating
        ]
        # In which order a step saves, and what it multiplies the invariant matrices
        # with; known once a step was traced.
        self._order: list[int] = []
        self._operands: list[int] = []

    def outputs(self) -> list[Any]:
        """Return outputs alone, from the weights as they are."""
        length = tf.shape(self._inputs)[0]

        def body(position: Any, states: list[Any], written: list[Any]) -> Any:
            outputs, states = self._step(
                self._inputs[position], states, self._constants
            )
            written = [
                array.write(position, output)
                for array, output in zip(written, outputs, strict=True)
            ]
            return position + 1, states, written

        _, _, written = tf.while_loop(
            lambda position, *_: position < length,
            body,
            (tf.constant(0), self._states, self._output_arrays(length)),
            maximum_iterations=length,
        )
        return [array.stack() for array in written]

    def forward(
        self, arguments: Sequence[Any]
    ) -> tuple[list[Any], list[tf.TensorArray]]:
        """Return outputs, and what is saved of each step.

        Saved are the states before the step, then what the step saves.
        """
        inputs, states, shared = self._split(arguments)
        length = tf.shape(inputs)[0]
        invariants = self._loop_invariants(shared)

        def take_step(
            row: Any, states: list[Any]
        ) -> tuple[list[Any], list[Any], list[Any]]:
            saved = SavedTensors([row, *states, *shared])
            traced = LoopStep(saved, invariants)
            with self._weight_values(shared), traced.tracing():
                outputs, states = self._step(row, states, shared[: self._num_constants])
            self._order, self._operands = saved.order, traced.operands
            return outputs, states, saved.new

        # Only to learn what a step saves: nothing is computed of it.
        _, _, saved_values = take_step(inputs[0], states)
        written = self._output_arrays(length)
        for value in (*states, *saved_values):
            written.append(_new_array(value.dtype, value.shape, length))

        def body(position: Any, states: list[Any], written: list[Any]) -> Any:
            outputs, new_states, saved_values = take_step(inputs[position], states)
            values = [*outputs, *states, *saved_values]
            written = [
                array.write(position, value)
                for array, value in zip(written, values, strict=True)
            ]
            return position + 1, new_states, written

        _, _, written = tf.while_loop(
            lambda position, *_: position < length,
            body,
            (tf.constant(0), states, written),
            maximum_iterations=length,
        )
        count = len(self._output_widths)
        return [array.stack() for array in written[:count]], written[count:]

    def backward(
        self,
        arguments: Sequence[Any],
        saved: Sequence[tf.TensorArray],
        upstream: Sequence[Any],
    ) -> list[Any]:
        """Return the gradient of each argument."""
        inputs, states, shared = self._split(arguments)
        length = tf.shape(inputs)[0]
        others = [shared[place] for place in self._others]
        invariants = self._loop_invariants(shared, backward=True)
        # Per gradient that a step writes, the place of the first one that is the same
        # tensor; known once the loop's body is traced.
        same_as: list[int] = []

        def body(
            position: Any, d_states: list[Any], sums: list[Any], written: Any
        ) -> Any:
            row, *d_outputs = [item[position] for item in (inputs, *upstream)]
            values = [array.read(position) for array in saved]
            own_states, own_saved = values[: len(states)], values[len(states) :]
            sources = [row, *own_states, *others]
            restored = RestoredTensors(
                [row, *own_states, *shared, *own_saved], self._order
            )
            traced = LoopStep(restored, invariants)
            with tf.GradientTape() as tape:
                tape.watch(sources)
                with self._weight_values(shared), traced.tracing():
                    outputs, new_states = self._step(
                        row, own_states, shared[: self._num_constants]
                    )
            d_row, *found = tape.gradient(
                [*outputs, *new_states],
                [*sources, *traced.results],
                output_gradients=[*d_outputs, *d_states],
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            d_states, found = found[: len(states)], found[len(states) :]
            sums = [
                total + gradient
                for total, gradient in zip(sums, found[: len(sums)], strict=True)
            ]
            gradients = [d_row, *found[len(sums) :]]
            # Both sides of a sum have one tensor as their gradient; it is written once.
            tensors = [id(gradient) for gradient in gradients]
            same_as[:] = [tensors.index(tensor) for tensor in tensors]
            written = [
                array.write(position, gradient) if same_as[place] == place else array
                for place, (array, gradient) in enumerate(
                    zip(written, gradients, strict=True)
                )
            ]
            return position - 1, d_states, sums, written

        widths = [inputs.shape[-1]]
        widths += [matrix.shape[-1] for matrix in invariants.matrices]
        _, d_states, sums, written = tf.while_loop(
            lambda position, *_: position >= 0,
            body,
            (
                length - 1,
                [tf.zeros_like(state) for state in states],
                [tf.zeros_like(other) for other in others],
                [
                    _new_array(self._dtype, (self._rows, width), length)
                    for width in widths
                ],
            ),
            maximum_iterations=length,
        )
        stacks = {place: written[place].stack() for place in set(same_as)}
        d_inputs, *d_results = [stacks[place] for place in same_as]
        d_shared: list[Any] = [None] * len(shared)
        for place, total in zip(self._others, sums, strict=True):
            d_shared[place] = total
        operands = self._operand_stacks(inputs, saved, len(shared))
        for number, place in enumerate(self._invariants):
            d_shared[place] = invariants.gradient(
                number, operands[self._operands[number]], d_results[number]
            )
        return [d_inputs, *d_states, *d_shared]

    def _operand_stacks(
        self, inputs: Any, saved: Sequence[tf.TensorArray], num_shared: int
    ) -> dict[int, Any]:
        """Return what the invariant matrices were multiplied with, in all steps."""
        num_states = len(self._state_widths)
        stacks = {}
        for place in set(self._operands):
            if place == 0:
                stacks[place] = inputs
            elif place <= num_states:
                stacks[place] = saved[place - 1].stack()
            elif place <= num_states + num_shared:
                raise ValueError(
                    "A loop-invariant matrix must be multiplied with what changes in "
                    "every step. Received a constant."
                )
            else:
                stacks[place] = saved[place - 1 - num_shared].stack()
        return stacks

    def _split(self, arguments: Sequence[Any]) -> tuple[Any, list[Any], list[Any]]:
        first_shared = 1 + len(self._state_widths)
        states = list(arguments[1:first_shared])
        return arguments[0], states, list(arguments[first_shared:])

    def _loop_invariants(
        self, shared: Sequence[Any], backward: bool = False
    ) -> LoopInvariants:
        origins = [*shared[: self._num_constants], *self._weights]
        return LoopInvariants(
            [shared[place] for place in self._invariants],
            [origins[place] for place in self._invariants],
            self._precision,
            backward,
        )

    def _weight_values(self, shared: Sequence[Any]) -> Any:
        """Let the step's weights be the given tensors."""
        values = shared[self._num_constants :]
        return keras.StatelessScope(list(zip(self._weights, values, strict=True)))

    def _output_arrays(self, length: Any) -> list[tf.TensorArray]:
        return [
            _new_array(self._dtype, (self._rows, width), length)
            for width in self._output_widths
        ]


def _new_array(dtype: Any, shape: Any, length: Any) -> tf.TensorArray:
    return tf.TensorArray(dtype, length, element_shape=shape, clear_after_read=False)
