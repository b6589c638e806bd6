"""Stretches of lines whose source and target are out of step."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keras_s2s.cleaning.evidence import Evidence, LogOdds
from keras_s2s.cleaning.word_check import PairWords, WordCheck
from keras_s2s.data.slots.word_aligner import ExplainedWords

_FARTHEST = 3
"""Most lines by which one side is moved that are looked for."""

_CHANGE = 7.0
"""Log-odds against a change of step between two lines."""

_WINDOW = 5
_SHARES, _SIZES = 11, (4, 8, 14)


class StepCheck:
    """Finds lines whose target translates a neighbouring line.

    How many words of a pair have a translation on the other side tells a pair from two
    sentences that have nothing to do with each other. A single line proves nothing, as
    translations are free; the most probable path through all lines changes its step
    only where several lines speak for it.

    Args:
        words: Tells how many words are explained.
        examples: Words of pairs, most of which are right.
    """

    def __init__(self, words: WordCheck, examples: Sequence[PairWords]) -> None:
        self._words = words
        half = len(examples) // 2
        mixed = [
            pair._replace(source=examples[(place + half) % len(examples)].source)
            for place, pair in enumerate(examples)
        ]
        right, wrong = map(_cells, map(words.explain, (examples, mixed)))
        self._evidence = Evidence(right, wrong, _SHARES * (len(_SIZES) + 1))

    def log_odds(self, found: ExplainedWords) -> LogOdds:
        """Return how much more probable each pair is as one than as two sentences."""
        return self._evidence.log_odds(_cells(found))

    def shifts(self, words: Sequence[PairWords], own: LogOdds) -> npt.NDArray[np.int8]:
        """Return for a stretch of lines by how many lines each target is moved.

        Args:
            words: Words of each line.
            own: Log-odds of each line, see `log_odds`.

        Returns:
            0 for lines in step; `k` where the target translates the source `k` lines
            further on, -k where it is that many lines before.
        """
        count = len(words)
        moves = [0, *(sign * by for by in range(1, _FARTHEST + 1) for sign in (1, -1))]
        odds = np.zeros((count, len(moves)))
        odds[:, 0] = own
        for column, move in enumerate(moves[1:], start=1):
            lines = range(max(0, -move), min(count, count - move))
            if lines:
                moved = [
                    words[line]._replace(source=words[line + move].source)
                    for line in lines
                ]
                odds[lines.start : lines.stop, column] = self.log_odds(
                    self._words.explain(moved)
                )
        path = _most_probable_path(odds)
        return np.array(moves, dtype=np.int8)[path]


def suspicious_lines(own: LogOdds) -> list[range]:
    """Return stretches of lines that include all that may be out of step.

    Args:
        own: Log-odds of each line, see `StepCheck.log_odds`.
    """
    if not len(own):
        return []
    doubtful = _sums_around(own, _WINDOW // 2) < 0
    near = _sums_around(doubtful.astype(float), _WINDOW + _FARTHEST) > 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], near, [0]])))
    return [
        range(int(begin), int(end))
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
    ]


def _sums_around(values: LogOdds, radius: int) -> LogOdds:
    """Return the sum of the values at most `radius` places from each."""
    sums = np.convolve(values, np.ones(2 * radius + 1))
    return np.asarray(sums[radius : radius + len(values)])


def _cells(found: ExplainedWords) -> npt.NDArray[np.intp]:
    shares = found.explained / np.maximum(found.known, 1) * (_SHARES - 1)
    columns = np.round(shares).astype(np.intp)
    return np.asarray(np.searchsorted(_SIZES, found.known) * _SHARES + columns)


def _most_probable_path(odds: LogOdds) -> npt.NDArray[np.intp]:
    """Return the column of each row (Viterbi); all begins and ends in the first."""
    count, columns = odds.shape
    change = np.full((columns, columns), -_CHANGE)
    np.fill_diagonal(change, 0.0)
    best = odds[0] + change[0]
    before = np.zeros((count, columns), dtype=np.intp)
    for row in range(1, count):
        scores = best[:, None] + change
        before[row] = scores.argmax(axis=0)
        best = scores.max(axis=0) + odds[row]
    path = np.zeros(count, dtype=np.intp)
    path[-1] = (best + change[:, 0]).argmax()
    for row in range(count - 1, 0, -1):
        path[row - 1] = before[row, path[row]]
    return path
