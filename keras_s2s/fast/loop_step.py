"""One step of a scan while it is traced: what it saves, and its matmuls.

Layers call `step_matmul`, and equations are joined to their gradients by
`differentiation.py`; both ask here whether a scan traces them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import tensorflow as tf
from keras import ops

from keras_s2s.fast.loop_invariants import LoopInvariants
from keras_s2s.fast.matmul import matmul
from keras_s2s.fast.saved_tensors import SavedTensors


class LoopStep:
    """What a step of a scan is traced with.

    Args:
        saved: Takes, or gives back, the tensors saved for the backward pass.
        invariants: The matrices that are the same in all steps.
    """

    def __init__(self, saved: SavedTensors, invariants: LoopInvariants) -> None:
        self._saved = saved
        self._invariants = invariants
        count = len(invariants.matrices)
        self.results: list[Any] = [None] * count
        self.operands: list[int] = [-1] * count

    @contextmanager
    def tracing(self) -> Iterator[None]:
        """Make this the step that `step_matmul` and the equations belong to.

        Raises:
            ValueError: A loop-invariant matrix is not used in the step.
        """
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)
        if any(result is None for result in self.results):
            raise ValueError("A loop-invariant matrix is not used in its step.")

    def save(self, tensors: Sequence[Any]) -> list[Any]:
        """Save tensors for the backward pass; in it, return the saved ones."""
        return [
            self._saved.save(tensor) if tf.is_tensor(tensor) else tensor
            for tensor in tensors
        ]

    def matmul(self, inputs: Any, matrix: Any) -> Any:
        """Multiply; note inputs and result where the matrix is loop-invariant."""
        place = self._invariants.place(matrix)
        if place is None:
            return _matmul(inputs, matrix)
        if self.results[place] is not None:
            raise ValueError("A loop-invariant matrix is used twice in a step.")
        self.operands[place] = self._saved.place(inputs)
        result = self._invariants.matmul(inputs, place)
        self.results[place] = result
        return result


_current: ContextVar[LoopStep | None] = ContextVar("loop_step", default=None)


def current_step() -> LoopStep | None:
    """Return the step of a scan that is being traced, if one is."""
    return _current.get()


def step_matmul(inputs: Any, matrix: Any) -> Any:
    """Multiply what changes in every step by what stays the same.

    Args:
        inputs: Shape `(batch, n)`.
        matrix: A weight of shape `(n, m)`, or one matrix for each row, shape
            `(batch, n, m)`.

    Returns:
        Shape `(batch, m)`.
    """
    step = current_step()
    return _matmul(inputs, matrix) if step is None else step.matmul(inputs, matrix)


def _matmul(inputs: Any, matrix: Any) -> Any:
    if len(matrix.shape) == 2:
        return matmul(inputs, matrix)
    result = ops.matmul(ops.expand_dims(inputs, axis=1), matrix)
    return ops.squeeze(result, axis=1)
