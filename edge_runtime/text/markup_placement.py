"""Where the markup of a sentence stands in its translation.

A pair of tags encloses the words that translate those it encloses in the source, as the
attention says. The elements of the translation have the nesting of the source, whatever
the attention is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import Enum

from edge_runtime.arrays import FloatArray
from edge_runtime.text.markup import Element, Tag
from edge_runtime.text.spans import Role
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.word_shares import (
    WordShares,
    best_gap,
    best_prefix,
    best_stretch,
    whole_words,
    words_within,
)


def place_markup(
    elements: Sequence[Element],
    target: TokenizedText,
    attention: FloatArray,
    certain: Sequence[int],
    fixed: int = 0,
) -> TokenizedText:
    """Return a translation with the markup of its source.

    Args:
        elements: The elements, in source tokens, see `in_tokens`.
        target: The translation.
        attention: Of each target token over the source tokens, not negative, shape
            `(target_length, source_length)`.
        certain: Per target token, the source token that it is known to translate; -1
            for none.
        fixed: Characters at the beginning that stay as they are.
    """
    words = whole_words(target)
    placement = _Placement(
        elements,
        WordShares(words, target, attention, certain),
        words_within(words, fixed),
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
    spans = [_without_leading_space(target.text, *span) for span in target.spans]
    return apply_edits(edits, replace(target, spans=spans))


def _without_leading_space(text: str, begin: int, end: int) -> Span:
    while begin < end and text[begin].isspace():
        begin += 1
    return begin, end


class _Placement:
    """Chooses the words that each element encloses."""

    def __init__(
        self, elements: Sequence[Element], shares: WordShares, first_gap: int
    ) -> None:
        self._elements = elements
        self._shares = shares
        self._first_gap = first_gap
        # Between the words, from 0 before the first.
        self._gaps: list[Span] = [(0, 0)] * len(elements)
        # The innermost element so far around each word.
        self._owners: list[int | None] = [None] * len(shares)
        self._children: dict[int | None, list[int]] = {}
        # Those of the elements that the sentence has one half of.
        self._halved: list[int] = []
        for number, element in enumerate(elements):
            self._children.setdefault(element.parent, []).append(number)
        waiting: list[int | None] = [None]
        for parent in waiting:
            children = self._children.get(parent, [])
            for number in sorted(children, key=self._turn):
                self._gaps[number] = self._place(elements[number])
                if elements[number].opened_before or elements[number].closed_after:
                    self._halved.append(number)
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
        """Return when an element gets its place among its siblings, the least first.

        Single tags come last, as they must not come to stand within a pair. Pairs of
        which the sentence has one half begin or end it. Those with slots go before
        others, which would take the words between their slots.
        """
        element = self._elements[number]
        halved = element.opened_before or element.closed_after
        gains = self._shares.within(element.begin, element.end)
        has_slots = any(
            gain > 0 and self._shares.is_certain(word)
            for word, gain in enumerate(gains)
        )
        return element.begin == element.end, not halved, not has_slots

    def _room(self, element: Element) -> Span:
        """Return the gaps among which an element may begin and end.

        They are those within its parent, but for siblings that stay open beyond an end
        of the sentence: what stands there would be within them. They have been placed.
        """
        begin, end = self._first_gap, len(self._shares)
        if element.parent is not None:
            begin, end = self._gaps[element.parent]
        for number in self._halved:
            sibling = self._elements[number]
            if sibling.parent == element.parent and sibling.opened_before:
                begin = max(begin, self._gaps[number][1])
            if sibling.parent == element.parent and sibling.closed_after:
                end = min(end, self._gaps[number][0])
        return begin, max(begin, end)

    def _place(self, element: Element) -> Span:
        begin, end = self._room(element)
        gains = self._shares.within(element.begin, element.end)[begin:end]
        free = [
            self._owners[word] == element.parent
            # What is known to translate something else is never enclosed.
            and not (self._shares.is_certain(word) and gain < 0)
            for word, gain in enumerate(gains, begin)
        ]
        least = int(element.begin < element.end)
        if element.opened_before:
            length = best_prefix(gains, free, least)
            return begin, begin + length
        if element.closed_after:
            length = best_prefix(gains[::-1], free[::-1], least)
            return end - length, end
        if element.begin < element.end and any(free):
            first, last = best_stretch(gains, free)
            return begin + first, begin + last
        before = self._shares.within(0, element.begin)[begin:end]
        gap = begin + best_gap(before, self._owners[begin:end], element.parent)
        return gap, gap


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
