"""Where the markup of a sentence stands in its translation.

A pair of tags encloses the words that translate those it encloses in the source, as the
attention says. The elements of the translation have the nesting of the source, whatever
the attention is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

import numpy as np

from edge_runtime.arrays import FloatArray, IntArray
from edge_runtime.text.markup import Element, Tag
from edge_runtime.text.spans import Role
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.word_alignment import word_of_tokens
from edge_runtime.text.words import CJK

_WHOLE = 1000
"""A word, in the unit of its shares. They are whole numbers: what differs in the last
bit of a float, as it does in another batch, does not move a tag."""

_CERTAIN = 10**6
"""Weight of a word that is known to translate a token: more than all others have."""

# Words without the marks beside them.
_WORD = re.compile(rf"[{CJK}]|[^\W{CJK}]+(?:['’-][^\W{CJK}]+)*|[^\w\s]")


def place_markup(
    elements: Sequence[Element],
    target: TokenizedText,
    attention: FloatArray,
    certain: Sequence[int],
) -> TokenizedText:
    """Return a translation with the markup of its source.

    Args:
        elements: The elements, in source tokens, see `in_tokens`.
        target: The translation.
        attention: Of each target token over the source tokens, not negative, shape
            `(target_length, source_length)`.
        certain: Per target token, the source token that it is known to translate; -1
            for none.
    """
    words = _words(target)
    of_tokens = word_of_tokens(target.spans, words)
    placement = _Placement(
        elements, _Weights(attention, of_tokens, len(words), certain)
    )
    by_gap: list[list[tuple[Tag, Role]]] = [[] for _ in range(len(words) + 1)]
    for gap, tag, role in placement.tags():
        by_gap[gap].append((tag, role))
    edits = []
    for gap, tags in enumerate(by_gap):
        if tags:
            begin = words[gap - 1][1] if gap else 0
            end = words[gap][0] if gap < len(words) else len(target.text)
            if gap == 0:
                written = _write_at_begin(tags)
            elif gap == len(words):
                written = _write_at_end(tags)
            else:
                written = _write(tags, target.text[begin:end])
            edits.append(Edit(begin, end, written))
    # A token with the space before a word would hold the tags there.
    spans = [_stripped(target.text, *span) for span in target.spans]
    return apply_edits(edits, replace(target, spans=spans))


def _stripped(text: str, begin: int, end: int) -> Span:
    while begin < end and text[begin].isspace():
        begin += 1
    return begin, end


def _words(target: TokenizedText) -> list[Span]:
    """Return the words of a translation, into which nothing is put.

    Words that share a token are one: what a slot stands for is a token too.
    """
    words: list[Span] = []
    token = reach = 0
    for match in _WORD.finditer(target.text):
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


class _Weights:
    """How much of each target word translates which source tokens."""

    def __init__(
        self,
        attention: FloatArray,
        word_of_token: IntArray,
        num_words: int,
        certain: Sequence[int],
    ) -> None:
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
        # Of the tokens before each.
        before = np.zeros((num_words, attention.shape[1] + 1), dtype=np.int64)
        before[:, 1:] = np.cumsum(shares, axis=1)
        self._before = before

    def __len__(self) -> int:
        return len(self._weights)

    def within(self, begin: int, end: int) -> list[int]:
        """Return, per word, how much more of it translates some tokens than others."""
        share = self._before[:, end] - self._before[:, begin]
        gains: list[int] = (self._weights * (2 * share - _WHOLE)).tolist()
        return gains


class _Placement:
    """Chooses the words that each element encloses."""

    def __init__(self, elements: Sequence[Element], weights: _Weights) -> None:
        self._elements = elements
        self._weights = weights
        # Between the words, from 0 before the first.
        self._gaps: list[Span] = [(0, 0)] * len(elements)
        # The innermost element so far around each word.
        self._owners: list[int | None] = [None] * len(weights)
        self._children: dict[int | None, list[int]] = {}
        for number, element in enumerate(elements):
            self._children.setdefault(element.parent, []).append(number)
        waiting: list[int | None] = [None]
        for parent in waiting:
            children = self._children.get(parent, [])
            # Pairs first: a single tag must not come to stand within one.
            for number in sorted(children, key=self._turn):
                self._gaps[number] = self._place(elements[number])
                for word in range(*self._gaps[number]):
                    self._owners[word] = number
            waiting += children

    def tags(self) -> Iterator[tuple[int, Tag, Role]]:
        """Yield all tags from left to right, each with its gap."""
        remaining: list[Iterator[int]] = [self._in_order(None)]
        around: list[int] = []
        while remaining:
            number = next(remaining[-1], None)
            if number is not None:
                element = self._elements[number]
                if element.opening:
                    role = Role.OPENING if element.is_pair else Role.PLAIN
                    yield self._gaps[number][0], element.opening, role
                around.append(number)
                remaining.append(self._in_order(number))
                continue
            remaining.pop()
            if around:
                closed = around.pop()
                closing = self._elements[closed].closing
                if closing:
                    yield self._gaps[closed][1], closing, Role.CLOSING

    def _in_order(self, parent: int | None) -> Iterator[int]:
        children = self._children.get(parent, [])
        return iter(sorted(children, key=lambda number: (*self._gaps[number], number)))

    def _turn(self, number: int) -> tuple[bool, bool, bool]:
        element = self._elements[number]
        halved = element.opened_before or element.closed_after
        gains = self._weights.within(element.begin, element.end)
        has_slots = any(gain >= _CERTAIN for gain in gains)
        return element.begin == element.end, not halved, not has_slots

    def _place(self, element: Element) -> Span:
        begin, end = 0, len(self._weights)
        if element.parent is not None:
            begin, end = self._gaps[element.parent]
        free = [self._owners[word] == element.parent for word in range(begin, end)]
        gains = self._weights.within(element.begin, element.end)[begin:end]
        if element.opened_before:
            length = _best_prefix(gains, free)
            return begin, begin + length
        if element.closed_after:
            length = _best_prefix(gains[::-1], free[::-1])
            return end - length, end
        if element.begin < element.end and any(free):
            first, last = _best_stretch(gains, free)
            return begin + first, begin + last
        before = self._weights.within(0, element.begin)[begin:end]
        gap = begin + _best_gap(before, self._owners[begin:end], element.parent)
        return gap, gap


def _best_prefix(gains: Sequence[int], free: Sequence[bool]) -> int:
    """Return how many words from the first on gain most together."""
    best, length, total = 0, 0, 0
    for place, gain in enumerate(gains):
        if not free[place]:
            break
        total += gain
        if total > best:
            best, length = total, place + 1
    return length


def _best_stretch(gains: Sequence[int], free: Sequence[bool]) -> Span:
    """Return the free words beside each other that gain most together, at least one."""
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


def _best_gap(
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


class _Touch(Enum):
    """Which of its neighbours a tag touches."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"
    BOTH = "both"


def _touch(tag: Tag, role: Role) -> _Touch:
    match (tag.space_before, tag.space_behind):
        case (True, True):
            return _Touch.NONE
        case (True, _):
            return _Touch.RIGHT
        case (_, True):
            return _Touch.LEFT
        case (False, False) if role is Role.PLAIN:
            return _Touch.BOTH
    return _Touch.LEFT if role is Role.CLOSING else _Touch.RIGHT


def _write_at_begin(tags: Sequence[tuple[Tag, Role]]) -> str:
    space = " " if tags[-1][0].space_behind else ""
    return "".join([*(tag.text for tag, _ in tags), space])


def _write_at_end(tags: Sequence[tuple[Tag, Role]]) -> str:
    space = " " if tags[0][0].space_before else ""
    return "".join([space, *(tag.text for tag, _ in tags)])


def _write(tags: Sequence[tuple[Tag, Role]], space: str) -> str:
    """Return the tags between two words with the white space there.

    Args:
        tags: The tags in order.
        space: The white space that stands there without them.
    """
    texts = [tag.text for tag, _ in tags]
    if not space:
        return "".join(texts)
    touches = [_touch(tag, role) for tag, role in tags]
    places: set[int] = set()
    if _Touch.NONE in touches:
        for place, touch in enumerate(touches):
            if touch is _Touch.NONE:
                places |= {place, place + 1}
    elif _Touch.LEFT in touches:
        places.add(len(touches) - touches[::-1].index(_Touch.LEFT))
    elif _Touch.RIGHT in touches:
        places.add(touches.index(_Touch.RIGHT))
    parts = []
    for place, text in enumerate([*texts, ""]):
        parts += [space if place in places else "", text]
    return "".join(parts)
