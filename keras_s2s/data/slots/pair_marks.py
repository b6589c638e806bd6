"""Marks on both sides of a pair, written as the pieces of slots."""

from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.text.slots import SLOT_PIECES
from edge_runtime.text.slotted_text import space_behind
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
        apart: Whether a space separates it from a word behind it.
        kept: Whether what it replaces stays before it in the source.
    """

    source: Place
    target: Place
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
    for number, place in enumerate(_order([mark.source for mark in marks]), offset):
        pieces[place] = SLOT_PIECES[number % len(SLOT_PIECES)]
    return SentencePair(
        _write(pair.source, marks, [mark.source for mark in marks], pieces, keep=True),
        _write(pair.target, marks, [mark.target for mark in marks], pieces, keep=False),
    )


def _order(places: Sequence[Place]) -> list[int]:
    """Return the marks of one side from left to right."""
    return sorted(range(len(places)), key=lambda number: (places[number].begin, number))


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
    order = _order(places)
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
