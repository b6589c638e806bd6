"""Removing finished rows from a batch with few copies."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]


class RowCompaction:
    """Removes rows from the states of one search, step after step.

    The last rows move to the places of those that leave. Arrays that depend on the
    source alone are by far the largest, and the step returns them unchanged: they are
    copied when the first rows leave. From then on the copy is changed in place, which
    moves at most as many rows as leave.
    """

    def __init__(self) -> None:
        self._own: dict[str, npt.NDArray[Any]] = {}

    def __call__(
        self, states: Arrays, staying: Sequence[bool]
    ) -> tuple[Arrays, list[int]]:
        """Return the states of the rows that stay, and which rows those are.

        Args:
            states: Arrays whose first axis is the row.
            staying: Which rows stay.

        Returns:
            The states, and the row that each of theirs was before.
        """
        count = sum(staying)
        gaps = [row for row in range(count) if not staying[row]]
        movers = [row for row in range(count, len(staying)) if staying[row]]
        rows = list(range(count))
        for gap, mover in zip(gaps, movers, strict=True):
            rows[gap] = mover
        compacted = {}
        for name, array in states.items():
            if array is self._own.get(name):
                for gap, mover in zip(gaps, movers, strict=True):
                    array[gap] = array[mover]
                compacted[name] = array[:count]
            else:
                compacted[name] = array.take(rows, axis=0)
        self._own = compacted
        return compacted, rows
