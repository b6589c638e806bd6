"""Batches of two corpora, in a fixed share."""

from collections.abc import Iterable
from itertools import count, islice
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_s2s.data.batches import IndexArray, TrainingBatches


class MixedBatches(TrainingBatches):
    """All batches of one corpus in every epoch, and some of another one among them.

    The other corpus is passed through over the epochs: the next epoch goes on where one
    ended, so all of it is seen before any of it comes again.

    Args:
        batches: Batches of the first corpus.
        others: Batches of the other one.
        first_count: Pairs of the first corpus; numbers from here on mean pairs of the
            other.
        share: Share of the batches of an epoch that are of the other corpus, in
            `(0, 1)`; at least one batch is.
        seed: Decides the order.
    """

    def __init__(
        self,
        batches: TrainingBatches,
        others: TrainingBatches,
        first_count: int,
        share: float,
        seed: int,
    ) -> None:
        if not 0 < share < 1:
            raise ValueError(f"`share` must be between 0 and 1. Received: {share}.")
        self._batches = batches
        self._others = others
        self._first_count = first_count
        self._other_count = max(1, round(len(batches) * share / (1 - share)))
        self._seed = seed

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return len(self._batches) + self._other_count

    def indices(self, epoch: int) -> list[IndexArray]:
        """Return the pairs of each batch of an epoch, counted from 0."""
        begin = epoch * self._other_count
        others = islice(
            (
                batch
                for passed in count(begin // len(self._others))
                for batch in self._others.indices(passed)
            ),
            begin % len(self._others),
            begin % len(self._others) + self._other_count,
        )
        batches = [
            *self._batches.indices(epoch),
            *(batch.astype(np.int64) + self._first_count for batch in others),
        ]
        rng = np.random.default_rng([self._seed, epoch])
        return [batches[index] for index in rng.permutation(len(batches))]

    def target_tokens(self, batches: Iterable[IndexArray]) -> int:
        """Return the real target tokens of some batches, given by their pairs."""
        return sum(
            self._batches.target_tokens([indices])
            if indices[0] < self._first_count
            else self._others.target_tokens([indices - self._first_count])
            for indices in batches
        )

    def batch(
        self, indices: IndexArray
    ) -> tuple[dict[str, Any], npt.NDArray[np.int32]]:
        """Return the pairs `indices`, which are all of one corpus."""
        if indices[0] < self._first_count:
            return self._batches.batch(indices)
        return self._others.batch(indices - self._first_count)
