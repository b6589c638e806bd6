"""Rows of unequal length as batches: similar lengths together, padded on the right."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from edge_runtime.contract import PAD_ID

Result = TypeVar("Result")


def pad_rows(rows: Sequence[npt.ArrayLike]) -> npt.NDArray[np.int32]:
    """Return rows of ids as one array `(batch, longest)`, right-padded with `PAD_ID`.

    Args:
        rows: Ids of each row, lists or arrays of one axis.
    """
    arrays = [np.asarray(row, dtype=np.int32) for row in rows]
    longest = max(map(len, arrays), default=0)
    padded = np.full((len(arrays), longest), PAD_ID, dtype=np.int32)
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return padded


def batches_by_length(lengths: Sequence[int], batch_size: int) -> list[list[int]]:
    """Cut rows into batches of similar length, which need little padding.

    Args:
        lengths: Length of every row.
        batch_size: Most rows of a batch.

    Returns:
        The places of the rows in `lengths`, batch by batch, the shortest rows first
        and equally long ones in their order.
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    return [
        order[begin : begin + batch_size] for begin in range(0, len(order), batch_size)
    ]


def restore_order(
    batches: Sequence[Sequence[int]], results: Iterable[Sequence[Result]]
) -> list[Result]:
    """Return the results of batches in the order of the rows, one for each.

    Args:
        batches: What `batches_by_length` returned.
        results: The results of each batch; taken one batch after the other.
    """
    by_place: dict[int, Result] = {}
    for places, found in zip(batches, results, strict=True):
        by_place.update(zip(places, found, strict=True))
    return [by_place[place] for place in range(len(by_place))]
