"""A recurrent loop with a backward pass of its own.

Left to TensorFlow, the gradient of `h_t U` adds an outer product to the gradient of `U`
in every step of the backward loop, and every intermediate result of every step is kept
on a list of its own. Here the forward loop keeps the states and what the step asks for
(`kept_values.py`), the backward loop computes the rest of each step again, and what a
weight was multiplied with is collected (`step_products.py`): `dU = sum_t h_t^T dy_t` is
one product over all steps.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf

from keras_s2s.fast.kept_values import KeptValues
from keras_s2s.fast.step_products import StepProducts, factor_gradient

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
    factors: Sequence[Any] = (),
    dropout: Callable[[Any], Any] | None = None,
    time_major: bool = False,
) -> list[Any]:
    """Run a step over sequences.

    Args:
        step: One step; each of its outputs has shape `(batch, width)`. It draws no
            random numbers: it is computed again for the gradient.
        inputs: Shape `(batch, length, features)`, at least one position.
        states: Initial states, each of shape `(batch, width)`.
        output_widths: Width of each output of the step.
        constants: What every step reads besides, whatever the shape.
        weights: Every weight that the step reads.
        factors: Those of the weights and of the constants that the step uses in one
            call of `step_product`, and nowhere else.
        dropout: Applied once to every weight that is a `recurrent_kernel`: all steps
            read the same.
        time_major: Whether inputs and outputs have their first two axes the other way
            round, as the loop goes through them; it saves copies of both.

    Returns:
        The step's outputs at all positions, each of shape `(batch, length, width)`.

    Raises:
        ValueError: A factor is used more or less than once in a step.
    """
    if not time_major:
        inputs = swap_time_and_batch(inputs)
    loop = _Loop(step, inputs, states, output_widths, constants, weights, factors)
    # A weight becomes an argument, so that its gradient is returned like any other.
    values = [tf.convert_to_tensor(weight) for weight in weights]
    if dropout is not None:
        values = [
            dropout(value) if weight.name == RECURRENT_KERNEL else value
            for weight, value in zip(weights, values, strict=True)
        ]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(*arguments: Any) -> Any:
        outputs, kept = loop.forward(arguments)
        return outputs, lambda *upstream: loop.backward(arguments, kept, upstream)

    # A list of one comes back from a custom gradient as its only member.
    outputs = tf.nest.flatten(run(inputs, *states, *constants, *values))
    if time_major:
        return list(outputs)
    return [swap_time_and_batch(output) for output in outputs]


class _Loop:
    """Both passes over a sequence; arguments are those of `scan`.

    What `forward` and `backward` call their arguments is one row of tensors: the
    inputs, time first, the initial states, the constants and the weights' values.
    """

    def __init__(
        self,
        step: Step,
        inputs: Any,
        states: Sequence[Any],
        output_widths: Sequence[int],
        constants: Sequence[Any],
        weights: Sequence[keras.Variable],
        factors: Sequence[Any],
    ) -> None:
        self._step = step
        self._rows = inputs.shape[1]
        self._dtype = inputs.dtype
        self._state_widths = [state.shape[-1] for state in states]
        self._output_widths = list(output_widths)
        self._weights = list(weights)
        chosen = {id(factor) for factor in factors}
        # Constants and weights, by their place in the two together.
        shared = [*constants, *weights]
        self._num_constants = len(constants)
        self._factors = [
            place for place, item in enumerate(shared) if id(item) in chosen
        ]
        self._others = [
            place
            for place, item in enumerate(shared)
            if id(item) not in chosen and tf.as_dtype(item.dtype).is_floating
        ]

    def forward(
        self, arguments: Sequence[Any]
    ) -> tuple[list[Any], list[tf.TensorArray]]:
        """Return outputs, time first, and what is kept of each step.

        Kept are the states before the step, then what it passed through
        `kept_values.py`.
        """
        inputs, states, shared = self._parts(arguments)
        steps = tf.shape(inputs)[0]
        products = StepProducts([shared[place] for place in self._factors])

        def take_step(row: Any, states: list[Any]) -> tuple[list[Any], list[Any], Any]:
            kept = KeptValues()
            with self._weight_values(shared), products.of_step(), kept.of_step():
                outputs, states = self._step(row, states, shared[: self._num_constants])
            return outputs, states, kept.values

        # Only to learn what a step keeps: nothing is computed of it.
        _, _, kept_values = take_step(inputs[0], states)
        written = self._new_arrays([*self._output_widths, *self._state_widths], steps)
        written += [
            tf.TensorArray(
                value.dtype,
                steps,
                element_shape=value.shape,
                clear_after_read=False,
            )
            for value in kept_values
        ]

        def body(position: Any, states: list[Any], written: list[Any]) -> Any:
            outputs, new_states, kept_values = take_step(inputs[position], states)
            values = [*outputs, *states, *kept_values]
            written = [
                array.write(position, value)
                for array, value in zip(written, values, strict=True)
            ]
            return position + 1, new_states, written

        _, _, written = tf.while_loop(
            lambda position, *_: position < steps,
            body,
            (tf.constant(0), states, written),
            maximum_iterations=steps,
        )
        count = len(self._output_widths)
        return [array.stack() for array in written[:count]], written[count:]

    def backward(
        self,
        arguments: Sequence[Any],
        kept: Sequence[tf.TensorArray],
        upstream: Sequence[Any],
    ) -> list[Any]:
        """Return the gradient of each argument."""
        inputs, states, shared = self._parts(arguments)
        steps = tf.shape(inputs)[0]
        factors = [shared[place] for place in self._factors]
        others = [shared[place] for place in self._others]
        widths = [inputs.shape[-1]]
        widths += [factor.shape[-2] for factor in factors]
        widths += [factor.shape[-1] for factor in factors]
        products = StepProducts(factors, backward=True)
        # Which of the values that a step writes down is each; found in the loop's body.
        same_as: list[int] = []

        def body(
            position: Any, state_gradients: list[Any], sums: list[Any], written: Any
        ) -> Any:
            row, *output_gradients = [item[position] for item in (inputs, *upstream)]
            kept_values = [array.read(position) for array in kept]
            own_states = kept_values[: len(states)]
            sources = [row, *own_states, *others]
            step_values = KeptValues(kept_values[len(states) :])
            with tf.GradientTape() as tape, products.of_step():
                tape.watch(sources)
                with self._weight_values(shared), step_values.of_step():
                    outputs, new_states = self._step(
                        row, own_states, shared[: self._num_constants]
                    )
            found = tape.gradient(
                [*outputs, *new_states],
                [*sources, *products.results],
                output_gradients=[*output_gradients, *state_gradients],
                unconnected_gradients=tf.UnconnectedGradients.ZERO,
            )
            row_gradient, *found = found
            state_gradients, found = found[: len(states)], found[len(states) :]
            sums = [
                total + gradient
                for total, gradient in zip(sums, found[: len(sums)], strict=True)
            ]
            values = [row_gradient, *products.operands, *found[len(sums) :]]
            # One state may meet two weights, and one gradient be that of two sums.
            names = [id(value) for value in values]
            same_as[:] = [names.index(name) for name in names]
            written = [
                array.write(position, value) if same_as[place] == place else array
                for place, (array, value) in enumerate(
                    zip(written, values, strict=True)
                )
            ]
            return position - 1, state_gradients, sums, written

        _, state_gradients, sums, written = tf.while_loop(
            lambda position, *_: position >= 0,
            body,
            (
                steps - 1,
                [tf.zeros_like(state) for state in states],
                [tf.zeros_like(other) for other in others],
                self._new_arrays(widths, steps),
            ),
            maximum_iterations=steps,
        )
        stacks = {place: written[place].stack() for place in set(same_as)}
        input_gradients, *stacked = [stacks[place] for place in same_as]
        shared_gradients: list[Any] = [None] * len(shared)
        for place, total in zip(self._others, sums, strict=True):
            shared_gradients[place] = total
        operands, gradients = stacked[: len(factors)], stacked[len(factors) :]
        for place, operand, gradient in zip(
            self._factors, operands, gradients, strict=True
        ):
            shared_gradients[place] = factor_gradient(shared[place], operand, gradient)
        return [input_gradients, *state_gradients, *shared_gradients]

    def _parts(self, arguments: Sequence[Any]) -> tuple[Any, list[Any], list[Any]]:
        first_shared = 1 + len(self._state_widths)
        states = list(arguments[1:first_shared])
        return arguments[0], states, list(arguments[first_shared:])

    def _weight_values(self, shared: Sequence[Any]) -> Any:
        """Let the step's weights be the given tensors."""
        values = shared[self._num_constants :]
        return keras.StatelessScope(list(zip(self._weights, values, strict=True)))

    def _new_arrays(self, widths: Sequence[int], steps: Any) -> list[tf.TensorArray]:
        return [
            tf.TensorArray(
                self._dtype,
                steps,
                element_shape=(self._rows, width),
                clear_after_read=False,
            )
            for width in widths
        ]


def swap_time_and_batch(sequence: Any) -> Any:
    """Exchange the first two axes of a sequence of vectors."""
    return tf.transpose(sequence, (1, 0, 2))
