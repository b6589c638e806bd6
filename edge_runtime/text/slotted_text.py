"""A sentence as a model reads it: with slots for its spans, and without markup."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.text.markup import Element, ElementBuilder, Tag, parts_words
from edge_runtime.text.slots import GLUED_KINDS, KEPT_KINDS, SLOT_PIECES, Slot
from edge_runtime.text.span_kinds import TERM
from edge_runtime.text.spans import CarriedSpan, Role
from edge_runtime.text.term import Term
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.text.words import is_cjk

_SLOT_MARK, READ_MARK = "\ufdd0\ufdd1"
_OPENING_MARK, _CLOSING_MARK, _SINGLE_MARK = "\ufdd8\ufddc\ufddd"
"""What stands for a span while a text is cut into sentences. Behind the end of one, a
closing tag and a single one belong to it, see `sentences`. `READ_MARK` stands for a
span whose text the encoder reads."""

_MARK = re.compile("[\ufdd0\ufdd1\ufdd8\ufddc\ufddd]")

READ_KINDS = KEPT_KINDS | {TERM}
"""Kinds whose text the encoder reads."""


def mark_spans(source: str, spans: Sequence[CarriedSpan]) -> str:
    """Return a text with a character in the place of every span.

    Sentences can be cut out of it, and no cut goes through a span.
    """
    parts: list[str] = []
    done = 0
    for span in spans:
        parts += [source[done : span.begin], _mark_of(span)]
        done = span.end
    return "".join([*parts, source[done:]])


def _mark_of(span: CarriedSpan) -> str:
    if span.role is Role.PLAIN:
        if span.is_markup:
            return _SINGLE_MARK
        return READ_MARK if span.kind in READ_KINDS else _SLOT_MARK
    return _OPENING_MARK if span.role is Role.OPENING else _CLOSING_MARK


@dataclass(frozen=True)
class SlottedText:
    """One sentence as a model reads it: slots for spans, and no markup.

    Attributes:
        text: The sentence with the pieces of its slots.
        slots: The slots in order.
        owners: Per slot, place of the innermost element around it; `None` for none.
        elements: The markup that was taken out.
        terms: The terms of a glossary, which stay in the text.
        has_all_numbers: Whether there are slots of numbers, and no digits elsewhere.
        slot_edits: What gives slots back what they stand for.
        markup_edits: What gives the sentence its markup back.
    """

    text: str
    slots: tuple[Slot, ...] = ()
    owners: tuple[int | None, ...] = ()
    elements: tuple[Element, ...] = ()
    terms: tuple[Term, ...] = ()
    has_all_numbers: bool = False
    slot_edits: tuple[Edit, ...] = ()
    markup_edits: tuple[Edit, ...] = ()

    @property
    def num_spans(self) -> int:
        """Slots, terms and tags, each of which has an edit of its own."""
        return len(self.slots) + len(self.terms) + len(self.markup_edits)

    def content(self, tokenized: TokenizedText) -> TokenizedText:
        """Return the tokens of the sentence with their places in it without markup."""
        return apply_edits(self.slot_edits, tokenized) if self.slots else tokenized

    def original(self, tokenized: TokenizedText) -> TokenizedText:
        """Return the tokens of the sentence with their places in the original."""
        edits = sorted(
            # Of two at one place, what was taken out stood before the slot.
            (*self.markup_edits, *self.slot_edits),
            key=lambda edit: edit.begin,
        )
        return apply_edits(edits, tokenized) if edits else tokenized


def space_behind(following: str) -> str:
    """Return the space between a symbol and the character behind it.

    Vocabularies have words as they stand behind a space. A word that follows a slot
    without one is made of small pieces, which no sentence of the training text holds.

    Args:
        following: The character; empty at the end of a text.
    """
    stands_apart = not following or following.isspace() or is_cjk(following)
    return "" if stands_apart or _MARK.match(following) else " "


def number_slots(text: str, spans: Sequence[CarriedSpan], first: int) -> SlottedText:
    """Return a part of a marked text with numbered slots and without markup.

    Slots are numbered in the order of the source. There are a few numbers only: they
    begin again after the last.

    Args:
        text: The part.
        spans: Spans of the whole text.
        first: Place of the part's first span among them.
    """
    marks = list(_MARK.finditer(text))
    if not marks:
        return SlottedText(text)
    writer = _SlotWriter(text)
    place = 0
    while place < len(marks):
        here = spans[first + place]
        end = place + 1
        if here.is_markup:
            while (
                end < len(marks)
                and marks[end].start() == marks[end - 1].end()
                and spans[first + end].is_markup
            ):
                end += 1
            writer.take_out(marks[place:end], spans[first + place : first + end])
        elif here.kind == TERM:
            writer.put_term(marks[place], here)
        else:
            behind = end  # the next span that is not taken out
            after = marks[place].end()
            while (
                behind < len(marks)
                and marks[behind].start() == after
                and spans[first + behind].is_markup
            ):
                after = marks[behind].end()
                behind += 1
            following = text[after : after + 1]
            if _MARK.match(following) and spans[first + behind].kind in READ_KINDS:
                following = spans[first + behind].text[:1]
            writer.put_slot(marks[place], here, following)
        place = end
    return writer.finish()


class _SlotWriter:
    """Writes a sentence part by part."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._done = 0
        self._last_slot = -1  # where the mark of the last one ends
        self._parts: list[str] = []
        self._length = 0
        self._slots: list[Slot] = []
        self._terms: list[Term] = []
        self._elements = ElementBuilder()
        self._slot_edits: list[Edit] = []
        self._markup_edits: list[Edit] = []

    def put_slot(self, mark: re.Match[str], span: CarriedSpan, following: str) -> None:
        """Put a slot in the place of a mark that a character follows."""
        self._write_until(mark)
        gap = None
        if self._last_slot >= 0:
            between = self._text[self._last_slot : mark.start()]
            gap = between if _is_punctuation(between) else None
        self._last_slot = mark.end()
        touches = (
            span.kind in GLUED_KINDS
            and mark.end() < len(self._text)
            and not self._text[mark.end()].isspace()
        )
        place = len(self._slots)
        piece = SLOT_PIECES[place % len(SLOT_PIECES)]
        self._slots.append(Slot(piece, span, touches, place, gap))
        self._elements.add_slot()
        kept = span.kind in KEPT_KINDS
        if kept:
            self._write(span.text)
        begin = self._length
        self._write(piece + (space_behind(following) if touches else ""))
        edit = Edit(begin, self._length, "" if kept else span.text)
        self._slot_edits.append(edit)

    def put_term(self, mark: re.Match[str], span: CarriedSpan) -> None:
        """Write a term as it is."""
        self._write_until(mark)
        begin = self._length
        self._write(span.text)
        self._terms.append(Term(begin, self._length, span.translations))

    def take_out(
        self, marks: Sequence[re.Match[str]], spans: Sequence[CarriedSpan]
    ) -> None:
        """Leave out tags that stand beside each other."""
        self._write_until(marks[0])
        self._done = marks[-1].end()
        begin = marks[0].start()
        beside = self._text[max(begin - 1, 0) : begin]
        before = self._parts[-1][-1:] if self._parts else ""
        behind = self._text[self._done : self._done + 1]
        place = self._length
        for span in spans:
            tag = Tag(span.text, _is_space(beside), _is_space(behind))
            self._elements.add_tag(span.role, tag, place)
        texts = [span.text for span in spans]
        if parts_words(spans, before, behind):
            self._write(" ")
        elif behind.isspace() and (not before or before.isspace()):
            self._done += 1  # one space is enough
            texts[-1] += behind
        ends = [place] * (len(texts) - 1) + [self._length]
        self._markup_edits += [
            Edit(place, end, text) for end, text in zip(ends, texts, strict=True)
        ]

    def finish(self) -> SlottedText:
        """Return the sentence."""
        self._write(self._text[self._done :])
        text = "".join(self._parts)
        has_numbers = any(slot.span.kind == "number" for slot in self._slots)
        terms = (text[term.begin : term.end] for term in self._terms)
        others = (self._text, *terms)
        return SlottedText(
            text,
            tuple(self._slots),
            tuple(self._elements.owners),
            self._elements.finish(self._length),
            tuple(self._terms),
            has_numbers and not any(map(str.isdecimal, "".join(others))),
            tuple(self._slot_edits),
            tuple(self._markup_edits),
        )

    def _write_until(self, mark: re.Match[str]) -> None:
        self._write(self._text[self._done : mark.start()])
        self._done = mark.end()

    def _write(self, text: str) -> None:
        if text:
            self._parts.append(text)
            self._length += len(text)


def _is_punctuation(text: str) -> bool:
    """Return whether a text has neither letters nor digits nor marks of spans."""
    return not any(map(str.isalnum, text)) and not _MARK.search(text)


def _is_space(character: str) -> bool | None:
    return None if not character or is_cjk(character) else character.isspace()
