"""What a step of a loop computes once, and its backward pass reads.

The backward pass of `scan` runs every step again, to have the gradient taken of it. A
value that a step passes through `keep` is computed the first time and given the second
time; what nothing else needs then, TensorFlow leaves out.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf


class KeptValues:
    """The values that one step keeps, in the order of its calls.

    Args:
        given: What the step kept the first time; None if this is the first time.

    Attributes:
        values: What was kept so far.
    """

    def __init__(self, given: Sequence[Any] | None = None) -> None:
        self.values: list[Any] = []
        self._given = given

    @contextmanager
    def of_step(self) -> Iterator[None]:
        """Keep, or give, the values of the step that is taken inside."""
        token = _values_of_step.set(self)
        try:
            yield
        finally:
            _values_of_step.reset(token)

    def pass_through(self, value: Any) -> Any:
        """Return the value, or what it was the first time."""
        if self._given is not None:
            value = self._given[len(self.values)]
        self.values.append(value)
        return value


_values_of_step: ContextVar[KeptValues | None] = ContextVar(
    "values_of_step", default=None
)


def in_scan() -> bool:
    """Return whether a step of a scan is being taken."""
    return _values_of_step.get() is not None


def keep(value: Any) -> Any:
    """Return a value; its gradient must not be one that reads it.

    Outside of a scan nothing is kept.
    """
    kept = _values_of_step.get()
    if kept is None:
        return value

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def pass_through(value: Any) -> Any:
        return kept.pass_through(value), lambda upstream: upstream

    return pass_through(value)
