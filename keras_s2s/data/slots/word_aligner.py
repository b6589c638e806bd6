"""Which words of a pair translate each other, from the pairs alone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Words = Sequence[str]
Links = list[tuple[int, int]]
"""Places of a source and of a target word, pair by pair, sorted."""


class Alignment(NamedTuple):
    """Words of a pair that translate each other.

    Attributes:
        certain: Links that both directions find.
        possible: Links that at least one direction finds.
    """

    certain: Links
    possible: Links


_ROUNDS = 5
_NULL_PRIOR = 0.08
"""Probability that a target word has no source word."""

_DIAGONAL = 4.0
"""How much more probable a source word at the same relative place is."""

_MOST_WORDS = 40
"""Longer sentences teach little for their number of word pairs."""


@dataclass(frozen=True)
class _LexicalTable:
    """Probabilities of target words given source words, in one direction.

    Attributes:
        source_ids: Id of each source word; 0 is no word.
        target_ids: Id of each target word.
        keys: `source_id * len(target_ids) + target_id`, sorted.
        probabilities: One per key.
    """

    source_ids: dict[str, int]
    target_ids: dict[str, int]
    keys: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]

    def best_sources(self, source: Words, target: Words) -> list[int]:
        """Return the most probable source word of each target word, -1 for none."""
        if not source or not target:
            return [-1] * len(target)
        # Id -1 makes keys that are not in the table.
        sources = np.array([0, *(self.source_ids.get(word, -1) for word in source)])
        targets = np.array([self.target_ids.get(word, -1) for word in target])
        keys = sources[None] * len(self.target_ids) + targets[:, None]
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        known = (
            (self.keys[places] == keys) & (sources >= 0)[None] & (targets >= 0)[:, None]
        )
        found = np.where(known, self.probabilities[places], 0.0)
        found *= _prior(len(source), len(target))
        best = found.argmax(axis=1)
        return [
            int(place) - 1 if found[row, place] > 0 else -1
            for row, place in enumerate(best)
        ]

    def explain(
        self, pairs: Sequence[tuple[Words, Words]]
    ) -> tuple[npt.NDArray[np.int64], ...]:
        """Return, of the targets: explained and known words, and words after the last.

        A word is explained where a source word makes it at least twice as probable as
        no word does.
        """
        source_counts = np.array([len(source) for source, _ in pairs])
        target_counts = np.array([len(target) for _, target in pairs])
        sources = _ids(
            [word for source, _ in pairs for word in source], self.source_ids
        )
        targets = _ids(
            [word for _, target in pairs for word in target], self.target_ids
        )
        # All words of the source beside each word of the target.
        source_begins = np.repeat(
            np.cumsum(source_counts) - source_counts, target_counts
        )
        widths = np.repeat(source_counts, target_counts)
        begins = np.cumsum(widths) - widths
        places = np.arange(widths.sum()) - np.repeat(begins - source_begins, widths)
        best = np.maximum.reduceat(
            self._look_up(sources[places], np.repeat(targets, widths)), begins
        )
        found = best > 2 * self._look_up(np.zeros_like(targets), targets) + 1e-3
        target_begins = np.cumsum(target_counts) - target_counts
        explained = np.add.reduceat(found.astype(np.int64), target_begins)
        known = np.add.reduceat((targets >= 0).astype(np.int64), target_begins)
        # Places from 1 in each target; 0 where nothing is explained.
        order = np.arange(len(targets)) - np.repeat(target_begins, target_counts) + 1
        last = np.maximum.reduceat(np.where(found, order, 0), target_begins)
        return explained, known, target_counts - last

    def _look_up(
        self, sources: npt.NDArray[np.int64], targets: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return the probability of each target word given its source word."""
        keys = sources * len(self.target_ids) + targets
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        known = (self.keys[places] == keys) & (sources >= 0) & (targets >= 0)
        return np.where(known, self.probabilities[places], 0.0)


@dataclass(frozen=True)
class ExplainedWords:
    """Which words have a translation on the other side of their pairs.

    Attributes:
        explained: Words of both sides of each pair that have one, shape `(pairs,)`.
        known: Words of both sides that could have one: those that were learned.
        open_ends: Words at the end of the source and of the target after the last one
            that has one, shape `(pairs, 2)`; words that were not learned count, too.
    """

    explained: npt.NDArray[np.int64]
    known: npt.NDArray[np.int64]
    open_ends: npt.NDArray[np.int64]


class WordAligner:
    """Links words of sentence pairs.

    Args:
        pairs: Words of both sides of many pairs, kept in memory while it learns.

    Reference:
        IBM model 1 ([Brown et al., 1993](https://aclanthology.org/J93-2003)) with the
        prior over positions of
        [Dyer et al., 2013](https://aclanthology.org/N13-1073), equation 1.
    """

    def __init__(self, pairs: Iterable[tuple[Words, Words]]) -> None:
        kept = [
            (_folded(source), _folded(target))
            for source, target in pairs
            if 0 < len(source) <= _MOST_WORDS and 0 < len(target) <= _MOST_WORDS
        ]
        self._forward = _learn(kept)
        self._backward = _learn([(target, source) for source, target in kept])

    def align(self, source: Words, target: Words) -> Alignment:
        """Return pairs of places of a source and a target word."""
        source, target = _folded(source), _folded(target)
        forward = self._forward.best_sources(source, target)
        backward = self._backward.best_sources(target, source)
        found_forward = {
            (source_place, target_place)
            for target_place, source_place in enumerate(forward)
            if source_place >= 0
        }
        found_backward = {
            (source_place, target_place)
            for source_place, target_place in enumerate(backward)
            if target_place >= 0
        }
        return Alignment(
            sorted(found_forward & found_backward),
            sorted(found_forward | found_backward),
        )

    def explain(self, pairs: Sequence[tuple[Words, Words]]) -> ExplainedWords:
        """Return how many words of many pairs have a translation in the other side.

        Faster than `align`, and blind to places: what is asked for is whether a pair is
        one at all.

        Args:
            pairs: Words of both sides; none is empty.
        """
        folded = [(_folded(source), _folded(target)) for source, target in pairs]
        turned = [(target, source) for source, target in folded]
        sides = self._backward.explain(turned), self._forward.explain(folded)
        return ExplainedWords(
            sides[0][0] + sides[1][0],
            sides[0][1] + sides[1][1],
            np.stack([sides[0][2], sides[1][2]], axis=1),
        )


def _ids(words: Sequence[str], ids: dict[str, int]) -> npt.NDArray[np.int64]:
    return np.array([ids.get(word, -1) for word in words], dtype=np.int64)


def _folded(words: Words) -> list[str]:
    return [word.lower() for word in words]


def _prior(source_length: int, target_length: int) -> npt.NDArray[np.float64]:
    """Return `p(source place | target place)`, shape `(target, 1 + source)`.

    The first column is that of no word.
    """
    rows = (np.arange(target_length) + 0.5) / target_length
    columns = (np.arange(source_length) + 0.5) / source_length
    weights = np.exp(-_DIAGONAL * np.abs(rows[:, None] - columns[None]))
    weights *= (1 - _NULL_PRIOR) / weights.sum(axis=1, keepdims=True)
    nothing = np.full((target_length, 1), _NULL_PRIOR)
    return np.concatenate([nothing, weights], axis=1)


def _learn(pairs: Sequence[tuple[Words, Words]]) -> _LexicalTable:
    """Estimate a table by expectation maximisation."""
    source_ids: dict[str, int] = defaultdict(lambda: len(source_ids))
    target_ids: dict[str, int] = defaultdict(lambda: len(target_ids))
    source_ids[""]  # no word
    ids = [
        (
            np.array([0, *(source_ids[word] for word in source)], dtype=np.int64),
            np.array([target_ids[word] for word in target], dtype=np.int64),
        )
        for source, target in pairs
    ]
    if not ids:
        empty = np.zeros(1)
        return _LexicalTable({}, {}, empty.astype(np.int64) - 1, empty)
    width = len(target_ids)
    keys = np.concatenate(
        [(source[None] * width + target[:, None]).ravel() for source, target in ids]
    )
    priors = np.concatenate(
        [_prior(len(source) - 1, len(target)).ravel() for source, target in ids]
    )
    # The target word that each entry explains.
    lengths = np.concatenate(
        [np.full(len(target), len(source)) for source, target in ids]
    )
    owners = np.repeat(np.arange(len(lengths)), lengths)
    known, entries = np.unique(keys, return_inverse=True)
    sources = known // width
    probabilities = np.ones(len(known))
    for _ in range(_ROUNDS):
        joint = probabilities[entries] * priors
        joint /= np.bincount(owners, joint)[owners]
        counts = np.bincount(entries, joint)
        probabilities = counts / np.bincount(sources, counts)[sources]
    return _LexicalTable(dict(source_ids), dict(target_ids), known, probabilities)
