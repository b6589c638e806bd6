"""How much of each word of a translation translates which tokens of the source."""

from collections.abc import Sequence

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.text.lazy_pattern import LazyPattern
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.word_alignment import word_of_tokens
from edge_runtime.text.words import CJK

_WHOLE = 1000
"""A word, in the unit of its shares. They are whole numbers: what differs in the last
bit of a float, as it does in another batch, does not move a tag."""

_CERTAIN = 10**6
"""Weight of a word that is known to translate a token: more than all others have."""

_PUNCTUATION = "!-/:-@[-`{-~\u00a1-\u00bf\u2010-\u205e\u3001-\u303f\uff01-\uff0f"
_LETTERS = rf"[^\s{CJK}{_PUNCTUATION}]+"
# Words without the marks beside them: don't, 14:30, AT&T.
_WORD = LazyPattern(rf"[{CJK}]|{_LETTERS}(?:['’.,:&/-]{_LETTERS})*|[{_PUNCTUATION}]")


def whole_words(target: TokenizedText) -> list[Span]:
    """Return the words of a translation, into which nothing is put.

    Words that share a token are one: what a slot stands for is a token too.
    """
    words: list[Span] = []
    token = reach = 0
    for match in _WORD.compiled.finditer(target.text):
        begin, end = match.span()
        last = words[-1][1] if words else 0
        while token < len(target.spans) and target.spans[token][0] < last:
            reach = max(reach, target.spans[token][1])
            token += 1
        if reach > begin:
            words[-1] = (words[-1][0], end)
        else:
            words.append((begin, end))
    return words


def words_within(words: Sequence[Span], length: int) -> int:
    """Return how many words begin among the first characters of a text."""
    return sum(begin < length for begin, _ in words)


class WordShares:
    """How much of each target word translates which source tokens.

    Args:
        words: The words of the translation, see `whole_words`.
        target: The translation.
        attention: Of each target token over the source tokens, not negative, shape
            `(target_length, source_length)`.
        certain: Per target token, the source token that it is known to translate; -1
            for none.
    """

    def __init__(
        self,
        words: Sequence[Span],
        target: TokenizedText,
        attention: FloatArray,
        certain: Sequence[int],
    ) -> None:
        num_words = len(words)
        word_of_token = word_of_tokens(target.spans, words)
        tokens = np.flatnonzero(word_of_token >= 0)
        rows = attention[tokens].astype(np.float64)
        known = np.asarray(certain, dtype=np.int64)[tokens]
        rows[known >= 0] = 0.0
        rows[known >= 0, known[known >= 0]] = _CERTAIN
        sums = np.zeros((num_words, attention.shape[1]))
        np.add.at(sums, word_of_token[tokens], rows)
        totals = sums.sum(axis=1)
        shares = np.floor(_WHOLE * sums / np.maximum(totals, 1e-9)[:, None] + 0.5)
        self._weights = np.where(totals >= _CERTAIN, _CERTAIN, 1)
        self._most = shares.argmax(axis=1) if shares.shape[1] else np.zeros(num_words)
        # Of the tokens before each.
        before = np.zeros((num_words, attention.shape[1] + 1), dtype=np.int64)
        before[:, 1:] = np.cumsum(shares, axis=1)
        self._before = before

    def __len__(self) -> int:
        return len(self._weights)

    def is_certain(self, word: int) -> bool:
        """Return whether it is known what a word translates."""
        return bool(self._weights[word] == _CERTAIN)

    def attends_most(self, word: int, begin: int, end: int) -> bool:
        """Return whether the token that a word translates most is one of some."""
        return begin <= int(self._most[word]) < end

    def within(self, begin: int, end: int) -> list[int]:
        """Return, per word, how much more of it translates some tokens than others."""
        share = self._before[:, end] - self._before[:, begin]
        gains: list[int] = (self._weights * (2 * share - _WHOLE)).tolist()
        return gains


def best_prefix(gains: Sequence[int], free: Sequence[bool], least: int = 0) -> int:
    """Return how many words from the first on gain most together.

    Args:
        gains: What each word gains.
        free: Whether it can be one of them.
        least: The fewest words, if so many are free.
    """
    best, length, total = 0, 0, 0
    for place, gain in enumerate(gains):
        if not free[place]:
            break
        total += gain
        if total > best or place < least:
            best, length = total, place + 1
    return length


def best_stretch(gains: Sequence[int], free: Sequence[bool]) -> Span:
    """Return the free words beside each other that gain most together.

    That is at least one, where one is free: what they enclose is not empty.
    """
    best: int | None = None
    stretch = (0, 0)
    total = begin = 0
    for place, gain in enumerate(gains):
        if not free[place]:
            total, begin = 0, place + 1
            continue
        if total <= 0:
            total, begin = 0, place
        total += gain
        if best is None or total > best:
            best, stretch = total, (begin, place + 1)
    return stretch


def best_gap(
    gains: Sequence[int], owners: Sequence[int | None], parent: int | None
) -> int:
    """Return the gap that parts most of what stands before it from the rest.

    Args:
        gains: Per word, how much more of it translates what stands before.
        owners: Per word, the innermost element around it.
        parent: The element that the gap stands in, and in no other within that.
    """
    best, gap, total = 0, None, 0
    for place in range(len(gains) + 1):
        inside = (
            0 < place < len(gains)
            and owners[place - 1] == owners[place]
            and owners[place] != parent
        )
        if not inside and (gap is None or total > best):
            best, gap = total, place
        if place < len(gains):
            total += gains[place]
    return gap or 0
