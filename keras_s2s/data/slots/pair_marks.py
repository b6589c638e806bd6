"""Marks on both sides of a pair, written as the pieces of slots."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.text.slots import (
    CLOSING_PIECES,
    OPENING_PIECES,
    PLAIN_PIECES,
    space_behind,
)
from edge_runtime.text.spans import Role
from keras_s2s.data.corpus import SentencePair


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of one side that a slot replaces; none where it is put in between."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class PairMark:
    """A slot that stands on both sides of a pair.

    Attributes:
        source: What it replaces in the source.
        target: What it replaces in the target.
        role: Whether it opens or closes a pair of slots.
        partner: For a closing one, place of the opening one among the marks.
        apart: Whether a space separates it from a word behind it.
        kept: Whether what it replaces stays before it in the source.
    """

    source: Place
    target: Place
    role: Role = Role.PLAIN
    partner: int | None = None
    apart: bool = False
    kept: bool = False


def write_marks(
    pair: SentencePair, marks: Sequence[PairMark], offset: int = 0
) -> SentencePair:
    """Return a pair with slots in the place of marks.

    Slots are numbered in the order of the source, as they are when a text is
    translated, but for the offset.

    Args:
        pair: The pair.
        marks: What becomes a slot; no two share characters.
        offset: Number of the first slot.
    """
    if not marks:
        return pair
    pieces: dict[int, str] = {}
    numbers: dict[int, int] = {}
    plain = pairs = offset
    for place in _order(marks, [mark.source for mark in marks]):
        mark = marks[place]
        if mark.role is Role.PLAIN:
            pieces[place] = PLAIN_PIECES[plain % len(PLAIN_PIECES)]
            plain += 1
        elif mark.role is Role.OPENING:
            numbers[place] = pairs % len(OPENING_PIECES)
            pieces[place] = OPENING_PIECES[numbers[place]]
            pairs += 1
        elif mark.partner is not None:
            pieces[place] = CLOSING_PIECES[numbers[mark.partner]]
    return SentencePair(
        _write(pair.source, marks, [mark.source for mark in marks], pieces, keep=True),
        _write(pair.target, marks, [mark.target for mark in marks], pieces, keep=False),
    )


def _order(marks: Sequence[PairMark], places: Sequence[Place]) -> list[int]:
    """Return the marks of one side from left to right, pairs well nested."""

    def key(number: int) -> tuple[int, int, int]:
        place, mark = places[number], marks[number]
        if mark.role is Role.CLOSING and mark.partner is not None:
            # Where several pairs end, the one that began last ends first.
            return place.begin, 0, -places[mark.partner].begin
        if mark.role is Role.OPENING:
            # Where several begin, the one that ends last begins first.
            ends = (
                places[other].begin
                for other, found in enumerate(marks)
                if found.partner == number
            )
            return place.begin, 1, -max(ends)
        return place.begin, 2, 0

    return sorted(range(len(marks)), key=key)


def _write(
    text: str,
    marks: Sequence[PairMark],
    places: Sequence[Place],
    pieces: dict[int, str],
    *,
    keep: bool,
) -> str:
    parts: list[str] = []
    done = 0
    order = _order(marks, places)
    for number, following in zip(order, [*order[1:], None], strict=True):
        place = places[number]
        kept = place.end if keep and marks[number].kept else place.begin
        parts += [text[done:kept], pieces[number]]
        done = place.end
        before_slot = (
            following is not None
            and places[following].begin == done
            and not (keep and marks[following].kept)
        )
        if marks[number].apart and not before_slot:
            parts.append(space_behind(text[done : done + 1]))
    return "".join([*parts, text[done:]])
