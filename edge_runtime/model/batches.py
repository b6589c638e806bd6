"""Rows of unequal length as batches: similar lengths together, padded on the right."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from edge_runtime.contract import PAD_ID

Result = TypeVar("Result")


def pad_rows(
    rows: Sequence[npt.ArrayLike], width: int | None = None
) -> npt.NDArray[np.int32]:
    """Return rows of ids as one array `(batch, width)`, right-padded with `PAD_ID`.

    Args:
        rows: Ids of each row, lists or arrays of one axis.
        width: Positions of each row; as many as the longest has if not given.
    """
    arrays = [np.asarray(row, dtype=np.int32) for row in rows]
    if width is None:
        width = max(map(len, arrays), default=0)
    padded = np.full((len(arrays), width), PAD_ID, dtype=np.int32)
    for row, array in zip(padded, arrays, strict=True):
        row[: len(array)] = array
    return padded


def pad_sources(sources: Sequence[Sequence[int]]) -> npt.NDArray[np.int32]:
    """Return source ids as one array whose width changes no translation.

    Like `pad_rows`, but never `4 n + 3` positions wide: such an array gets one more.
    Attention multiplies a row of weights with the states of all positions, of which
    onnxruntime adds up four at a time, and of three that remain first two and then
    one. So the same sentence had other last digits alone than beside a longer one.

    Args:
        sources: Ids of each sentence with bos and eos.

    Returns:
        Shape `(batch, source_length)`.
    """
    longest = max(map(len, sources), default=0)
    return pad_rows(sources, longest + (longest % 4 == 3))


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
