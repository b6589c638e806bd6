"""How often the pairs of each of several corpora are in an epoch."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_s2s.data.corpus import CorpusError

Lengths = npt.NDArray[np.int32]
PairNumbers = npt.NDArray[np.uint32]


def require_weights(weights: Sequence[float], corpus_count: int) -> None:
    """Refuse weights that are not one for each corpus; none at all are fine.

    Raises:
        CorpusError: There are more or less.
    """
    if weights and len(weights) != corpus_count:
        raise CorpusError(
            "`corpus_weights` must have a weight for each corpus. Received: "
            f"{len(weights)} weights, {corpus_count} "
            f"{'corpus' if corpus_count == 1 else 'corpora'}."
        )


class EpochPairs:
    """Which pairs an epoch has, some of them several times.

    With a weight of 3 each pair of a corpus is there three times. With 2.5 it is there
    twice, and every second one a third time: which ones, is drawn anew for every epoch,
    one of each two neighbours by target length. So all epochs have as many pairs, and
    hardly differ in their lengths.

    Args:
        target_lengths: Target tokens of each pair, corpus after corpus.
        by_corpus: Number of pairs of each corpus.
        weights: Weight of each corpus, positive; empty for each pair once.
    """

    def __init__(
        self,
        target_lengths: Lengths,
        by_corpus: Sequence[int],
        weights: Sequence[float],
    ) -> None:
        self._count = len(target_lengths)
        self._parts: list[_Part] = []
        begin = 0
        for count, weight in zip(by_corpus, weights, strict=True) if weights else ():
            lengths = target_lengths[begin : begin + count]
            self._parts.append(_Part(begin, lengths, weight))
            begin += count

    def longest(self, target_lengths: Lengths) -> Lengths:
        """Return the target tokens of the pairs of an epoch, sorted.

        No epoch has a longer pair in any place.

        Args:
            target_lengths: Those that this was made of; they are not kept.
        """
        parts = [part.longest(target_lengths) for part in self._parts]
        found: Lengths = np.sort(np.concatenate(parts) if parts else target_lengths)
        return found

    def draw(self, rng: np.random.Generator) -> PairNumbers:
        """Return the numbers of the pairs of an epoch, in no particular order."""
        if not self._parts:
            return np.arange(self._count, dtype=np.uint32)
        return np.concatenate([part.draw(rng) for part in self._parts])


class _Part:
    """One corpus of several."""

    def __init__(self, begin: int, lengths: Lengths, weight: float) -> None:
        numbers = np.arange(begin, begin + len(lengths), dtype=np.uint32)
        times = int(weight)
        drawn = round((weight - times) * len(lengths))
        if not times and not drawn and len(lengths):
            drawn = 1
        self._begin, self._count, self._times = begin, len(lengths), times
        self._whole = np.tile(numbers, times)
        self._by_length = numbers[np.argsort(lengths, kind="stable")] if drawn else None
        # One pair is drawn between each two of these places.
        self._places: npt.NDArray[np.integer[Any]] = (
            np.arange(drawn + 1, dtype=np.int64) * len(lengths) // max(drawn, 1)
        )

    def longest(self, target_lengths: Lengths) -> Lengths:
        """Return the target tokens of its pairs, of those drawn the longest."""
        lengths = target_lengths[self._begin : self._begin + self._count]
        drawn = np.sort(lengths)[self._places[1:] - 1]
        found: Lengths = np.concatenate([np.tile(lengths, self._times), drawn])
        return found

    def draw(self, rng: np.random.Generator) -> PairNumbers:
        if self._by_length is None:
            return self._whole
        places = rng.integers(self._places[:-1], self._places[1:])
        return np.concatenate([self._whole, self._by_length[places]])
