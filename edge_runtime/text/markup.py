"""Markup of a sentence: elements that are taken out before it is translated.

A model reads the words as if there were no tags, so they do not make its translation
worse. `markup_placement` puts the tags around the words that translate theirs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from edge_runtime.text.spans import CarriedSpan, Role
from edge_runtime.text.tokenizer import Span
from edge_runtime.text.words import is_cjk

_NUMBERED_PAIR = re.compile("g[0-9]*")
_NAME = re.compile(r"</?([\w:.-]+)")

# Elements of HTML within a word or a line, and pairs of XLIFF and of documents. Words
# around the tags of any other one are words of their own, even without a space.
_WITHIN_WORDS = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span "
    "strike strong sub sup tt u var wbr".split()
)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, or half of another pair.

    Attributes:
        text: What stands in the source and in the translation.
        space_before: Whether white space stands before it in the source, or before
            the tags that it follows; `None` at the beginning of the sentence, and in
            scripts without spaces.
        space_behind: The same behind it, or at the end.
    """

    text: str
    space_before: bool | None
    space_behind: bool | None


@dataclass(frozen=True, slots=True)
class Element:
    """A pair of tags around a part of a sentence, or a single tag.

    Attributes:
        begin: Where the part begins: a character of the sentence without markup, or a
            source token, see `in_tokens`.
        end: Where it ends; for a single tag, where it begins.
        parent: Place of the innermost element around it, among those of the sentence;
            `None` for none.
        opening: The first tag, or the single one; `None` if an earlier sentence has it.
        closing: The last tag; `None` for a single tag, or if a later sentence has it.
        is_pair: Whether it encloses a part.
    """

    begin: int
    end: int
    parent: int | None
    opening: Tag | None
    closing: Tag | None
    is_pair: bool

    @property
    def opened_before(self) -> bool:
        """Whether the sentence begins within it."""
        return self.opening is None

    @property
    def closed_after(self) -> bool:
        """Whether the sentence ends within it."""
        return self.is_pair and self.closing is None


@dataclass
class ElementBuilder:
    """Makes elements of the tags of a sentence, in order.

    Attributes:
        owners: Per slot, place of the innermost element around it; `None` for none.
    """

    owners: list[int | None] = field(default_factory=list)
    _elements: list[Element] = field(default_factory=list)
    _open: list[int] = field(default_factory=list)
    _outermost: list[int] = field(default_factory=list)  # elements in none so far
    _free: list[int] = field(default_factory=list)  # slots in none so far

    def add_slot(self) -> None:
        """Take the next slot."""
        if not self._open:
            self._free.append(len(self.owners))
        self.owners.append(self._innermost)

    def add_tag(self, role: Role, tag: Tag, place: int) -> None:
        """Take the next tag, which stands at a place of the sentence."""
        number = len(self._elements)
        if role is Role.CLOSING and self._open:
            number = self._open.pop()
            self._elements[number] = replace(
                self._elements[number], end=place, closing=tag
            )
        elif role is Role.CLOSING:
            # An earlier sentence opened it: everything so far stands within it.
            for other in self._outermost:
                self._elements[other] = replace(self._elements[other], parent=number)
            for slot in self._free:
                self.owners[slot] = number
            self._elements.append(Element(0, place, None, None, tag, True))
            self._outermost, self._free = [number], []
        else:
            if not self._open:
                self._outermost.append(number)
            is_pair = role is Role.OPENING
            self._elements.append(
                Element(place, place, self._innermost, tag, None, is_pair)
            )
            if is_pair:
                self._open.append(number)

    @property
    def _innermost(self) -> int | None:
        return self._open[-1] if self._open else None

    def finish(self, length: int) -> tuple[Element, ...]:
        """Return the elements of a sentence of some characters."""
        for number in self._open:
            self._elements[number] = replace(self._elements[number], end=length)
        return tuple(self._elements)


class Enclosed(NamedTuple):
    """Slots that a pair of tags encloses.

    Attributes:
        first: The first of them.
        end: The one behind the last.
        opened_before: Whether the sentence begins within the pair.
        closed_after: Whether the sentence ends within the pair.
    """

    first: int
    end: int
    opened_before: bool
    closed_after: bool


def enclosed_slots(
    owners: Sequence[int | None], elements: Sequence[Element]
) -> list[Enclosed]:
    """Return which slots pairs of tags enclose, but for those that enclose all.

    Args:
        owners: Per slot, the innermost element around it.
        elements: The elements of the sentence.
    """
    stretches: dict[int, Span] = {}
    for slot, owner in enumerate(owners):
        element = owner
        while element is not None:
            stretches[element] = (stretches.get(element, (slot, 0))[0], slot + 1)
            element = elements[element].parent
    enclosed = {
        Enclosed(*stretch, elements[place].opened_before, elements[place].closed_after)
        for place, stretch in stretches.items()
        if stretch != (0, len(owners))
    }
    return sorted(enclosed)


def parts_words(spans: Sequence[CarriedSpan], before: str, behind: str) -> bool:
    """Return whether a space must stand where tags were taken out.

    Args:
        spans: Tags that stand beside each other.
        before: The character before them; empty at the beginning.
        behind: The character behind them; empty at the end.
    """
    if not before or not behind or before.isspace() or behind.isspace():
        return False
    if is_cjk(before) or is_cjk(behind):
        return False
    return not all(_is_within_words(span) for span in spans)


def _is_within_words(span: CarriedSpan) -> bool:
    found = _NAME.match(span.text)
    name = found[1].lower() if found else ""
    return (
        span.kind != "tag"
        or name in _WITHIN_WORDS
        or (span.role is not Role.PLAIN and bool(_NUMBERED_PAIR.fullmatch(name)))
    )
