"""How many words of a pair have a translation on the other side."""

import zlib
from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.drawn_marks import texts_of, words_of
from keras_s2s.data.slots.word_aligner import ExplainedWords, WordAligner

_LEARNED_PAIRS = 12_000


class PairWords(NamedTuple):
    """The words of a pair.

    Attributes:
        source: Words of the source, without marks; a space where there are none.
        target: Words of the target in the same way.
        half: 0 or 1: the half of all pairs that it belongs to, by its text.
    """

    source: list[str]
    target: list[str]
    half: int


def words_of_pair(pair: SentencePair) -> PairWords:
    """Return the words of a pair."""
    source, target = (
        [word for word in texts_of(text, words_of(text)) if word[0].isalnum()] or [" "]
        for text in (pair.source, pair.target)
    )
    text = f"{pair.source}\t{pair.target}"
    return PairWords(source, target, zlib.crc32(text.encode()) & 1)


class WordCheck:
    """Knows which words translate each other, by pairs most of which are right.

    What was learned from a pair explains it, right or wrong. So each half of the pairs
    is judged by what was learned from the other one.

    Args:
        pairs: Words of pairs.
    """

    def __init__(self, pairs: Sequence[PairWords]) -> None:
        halves = [[each for each in pairs if each.half == half] for half in (1, 0)]
        self._aligners = [
            WordAligner(
                (each.source, each.target) for each in islice(half, _LEARNED_PAIRS)
            )
            for half in halves
        ]

    def explain(self, pairs: Sequence[PairWords]) -> ExplainedWords:
        """Return how many words of each pair have a translation in the other side."""
        halves = np.array([each.half for each in pairs], dtype=np.intp)
        explained = np.zeros(len(pairs), dtype=np.int64)
        known, ends = explained.copy(), np.zeros((len(pairs), 2), dtype=np.int64)
        for half, aligner in enumerate(self._aligners):
            places = np.flatnonzero(halves == half)
            if len(places):
                chosen = [pairs[int(place)] for place in places]
                found = aligner.explain([(each.source, each.target) for each in chosen])
                explained[places], known[places] = found.explained, found.known
                ends[places] = found.open_ends
        return ExplainedWords(explained, known, ends)
