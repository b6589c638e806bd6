"""Pairs one side of which breaks off."""

import random
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from keras_s2s.cleaning.evidence import Cells, Evidence, LogOdds
from keras_s2s.cleaning.lengths import LengthModel
from keras_s2s.cleaning.word_check import WordCheck, words_of_pair
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.word_aligner import ExplainedWords

_END_MARKS: Final = frozenset(".!?…。！？؟।\"”“»«'’)）」』】")
_LEAST_ODDS: Final = 4.5
"""Log-odds from which on a side breaks off: as if one of ninety pairs did."""

_DOUBTFUL_ODDS: Final = 1.0
_ROUNDS: Final = 3

_DEVIATIONS: Final = (-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6)
_USUAL_COLUMNS: Final = (_DEVIATIONS.index(0), _DEVIATIONS.index(0) + 1)
"""Columns of sides that are about as long as one expects."""

_OPEN: Final = (1, 2, 3, 4, 6, 8, 11)
_CELL_COUNTS: Final = (4 * (len(_DEVIATIONS) + 1), (len(_OPEN) + 1) ** 2)


class CutCheck:
    """Finds pairs of which one side was cut off.

    Three things tell: one side alone has a mark at its end, one is too short for the
    other, and the last words of the other have no translation. How much they tell
    follows from right pairs, and from the same pairs after they were cut. A mark alone
    is not enough: people leave it out.

    Some of the examples break off themselves: they are left out once they are known.

    Args:
        words: Tells how many words are explained.
        lengths: How long translations are.
        examples: Pairs, most of which are right.
    """

    def __init__(
        self, words: WordCheck, lengths: LengthModel, examples: Sequence[SentencePair]
    ) -> None:
        self._lengths = lengths
        generator = random.Random(1)
        cut = [
            pair
            for pair in (cut_off(pair, generator) for pair in examples)
            if pair is not None
        ]
        right_cells, cut_cells = (
            self._cells(pairs, words.explain(list(map(words_of_pair, pairs))))
            for pairs in (examples, cut)
        )
        right = np.ones(len(examples), dtype=np.bool_)
        for _ in range(_ROUNDS):
            self._evidence = [
                Evidence(these, those[right], count)
                for these, those, count in zip(
                    cut_cells, right_cells, _CELL_COUNTS, strict=True
                )
            ]
            right = self._odds(right_cells) < _DOUBTFUL_ODDS

    def are_cut(
        self, pairs: Sequence[SentencePair], found: ExplainedWords
    ) -> npt.NDArray[np.bool_]:
        """Return whether one side of each pair breaks off.

        Args:
            pairs: The pairs.
            found: How many of their words are explained.
        """
        cells = self._cells(pairs, found)
        column = cells[0] % (len(_DEVIATIONS) + 1)
        is_usual = (_USUAL_COLUMNS[0] <= column) & (column <= _USUAL_COLUMNS[1])
        has_all_words = self._evidence[1].log_odds(cells[1]) <= 0
        is_likely = self._odds(cells) > _LEAST_ODDS
        return np.asarray(is_likely & ~(is_usual & has_all_words))

    def _odds(self, cells: Sequence[Cells]) -> LogOdds:
        return np.asarray(
            self._evidence[0].log_odds(cells[0]) + self._evidence[1].log_odds(cells[1])
        )

    def _cells(
        self, pairs: Sequence[SentencePair], found: ExplainedWords
    ) -> tuple[Cells, Cells]:
        """Return in which cells of two tables pairs lie, by marks and by words."""
        sources = np.array([len(pair.source) for pair in pairs])
        targets = np.array([len(pair.target) for pair in pairs])
        deviations = np.searchsorted(
            _DEVIATIONS, self._lengths.deviations(sources, targets)
        )
        ends = np.array(
            [
                (pair.source.rstrip()[-1:] in _END_MARKS)
                + 2 * (pair.target.rstrip()[-1:] in _END_MARKS)
                for pair in pairs
            ],
            dtype=np.intp,
        )
        opens = np.searchsorted(_OPEN, found.open_ends, side="right")
        return (
            np.asarray(ends * (len(_DEVIATIONS) + 1) + deviations),
            np.asarray(opens[:, 0] * (len(_OPEN) + 1) + opens[:, 1]),
        )


def cut_off(pair: SentencePair, generator: random.Random) -> SentencePair | None:
    """Return a pair one side of which breaks off after a part of it.

    Args:
        pair: The pair.
        generator: Draws the side, and the place in the middle half of its characters.

    Returns:
        None where the side is too short to be cut.
    """
    side = generator.randrange(2)
    texts = [pair.source.strip(), pair.target.strip()]
    place = round(len(texts[side]) * generator.uniform(0.25, 0.75))
    cut = texts[side][:place]
    # Between two words, where there are spaces.
    cut = (cut.rpartition(" ")[0] if " " in cut else cut).rstrip(" ,;:")
    if len(texts[side]) < 8 or not cut:
        return None
    texts[side] = cut
    return SentencePair(texts[0], texts[1])
