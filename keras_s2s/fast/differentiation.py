"""Joins an equation to a gradient that is written down rather than derived.

TensorFlow's own gradients read the shapes of what they were computed from, because a
sum may have been broadcast. In a batch of any size the shapes are known only once the
values are there, so nothing could be left out when a step is traced again. A gradient
that is written down reads what the equation says it needs, and nothing else.
"""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from keras_s2s.fast.loop_step import LoopStep, current_step

Equation = Callable[..., tuple[Any, tuple[Any, ...]]]
"""From tensors to a value (or several) and what its gradient needs."""

Gradient = Callable[..., Any]
"""From what is needed and upstream gradients to those of the floating arguments."""


def differentiated_by(
    gradient: Gradient, everywhere: bool = False
) -> Callable[[Equation], Callable[..., Any]]:
    """Give an equation its gradient, for the steps of a scan.

    What the equation needs is saved for the backward pass. Outside of a scan it is
    differentiated as it is written.

    Args:
        gradient: Takes the list of what is needed, then upstream gradients.
        everywhere: Whether the gradient serves outside of a scan as well.

    Returns:
        A decorator; the decorated function returns the value alone.
    """

    def decorate(equation: Equation) -> Callable[..., Any]:
        @functools.wraps(equation)
        def call(*arguments: Any) -> Any:
            step = current_step()
            if step is None and not everywhere:
                return equation(*arguments)[0]
            return _with_gradient(step, equation, gradient, arguments)

        return call

    return decorate


def _with_gradient(
    step: LoopStep | None,
    equation: Equation,
    gradient: Gradient,
    arguments: tuple[Any, ...],
) -> Any:
    values: list[Any] = [
        argument
        if argument is None or isinstance(argument, float)
        else tf.convert_to_tensor(argument)
        for argument in arguments
    ]
    # A mask has no gradient, nor has a number, so they are no arguments of `run`.
    places = [
        place
        for place, value in enumerate(values)
        if tf.is_tensor(value) and value.dtype.is_floating
    ]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def run(*floating: Any) -> Any:
        for place, value in zip(places, floating, strict=True):
            values[place] = value
        value, needed = equation(*values)
        saved = list(needed) if step is None else step.save(needed)
        return value, lambda *upstream: gradient(saved, *upstream)

    return run(*(values[place] for place in places))
