"""Slots: pieces of the vocabulary that stand for spans while a text is translated."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.text.spans import CarriedSpan, Role
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import TokenizedText, Tokenizer
from edge_runtime.text.words import is_cjk

# Unicode keeps these 32 characters free for use within a program: no text has them.
PLAIN_PIECES = tuple(map(chr, range(0xFDD0, 0xFDD8)))
"""Slots of single spans."""

OPENING_PIECES = tuple(map(chr, range(0xFDD8, 0xFDDC)))
"""Slots of spans that open a pair."""

CLOSING_PIECES = tuple(map(chr, range(0xFDDC, 0xFDE0)))
"""Slots of spans that close a pair, each for the opening one of the same place."""

SLOT_PIECES = (*PLAIN_PIECES, *OPENING_PIECES, *CLOSING_PIECES)
"""All slots, in the order in which tokenizers have them."""

_BYTE = re.compile("<0x[0-9A-F]{2}>")
_RESERVED = re.compile("[\ufdd0-\ufdef]")
_MARK = re.compile(f"[{SLOT_PIECES[0]}-{SLOT_PIECES[-1]}]")

_PIECES = {
    Role.PLAIN: PLAIN_PIECES,
    Role.OPENING: OPENING_PIECES,
    Role.CLOSING: CLOSING_PIECES,
}


def slot_ids(tokenizer: Tokenizer) -> range | None:
    """Return the ids of all slots; `None` for a vocabulary without them."""
    ids = tokenizer.ids_of(SLOT_PIECES)
    found = range(ids[0], ids[0] + len(ids))
    return found if ids == list(found) else None


def digit_ids(tokenizer: Tokenizer) -> list[int]:
    """Return the ids of all pieces with digits, those of single bytes among them."""
    return [
        token_id
        for token_id, piece in enumerate(tokenizer.pieces)
        if (
            "0" <= chr(int(piece[3:5], 16)) <= "9"
            if _BYTE.fullmatch(piece)
            else any(map(str.isdecimal, piece))
        )
    ]


def without_reserved(text: str) -> str:
    """Return a text in which nothing but slots can be taken for slots."""
    return _RESERVED.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Slot:
    """A span that is translated as one piece of the vocabulary.

    Attributes:
        piece: The piece.
        span: What it stands for.
        parent: The pair that it stands in: place of the pair's opening half among the
            slots of its sentence; negative for a pair that an earlier sentence opens.
        opens: Whether it opens a pair.
        closes: The pair that it closes, as in `parent`.
        touches: Whether text of the source stands directly behind a tag or symbol,
            before one that closes a pair: no space between them is translated.
    """

    piece: str
    span: CarriedSpan
    parent: int | None = None
    opens: bool = False
    closes: int | None = None
    touches: bool = False


def mark_spans(source: str, spans: Sequence[CarriedSpan]) -> str:
    """Return a text with a character in the place of every span.

    Sentences can be cut out of it, and no cut goes through a span.
    """
    parts: list[str] = []
    done = 0
    for span in spans:
        parts += [source[done : span.begin], _PIECES[span.role][0]]
        done = span.end
    return "".join([*parts, source[done:]])


@dataclass(frozen=True)
class SlottedText:
    """One sentence with slots.

    Attributes:
        text: The sentence with the pieces of its slots.
        slots: The slots in order.
        has_all_numbers: Whether there are slots of numbers, and no digits elsewhere.
    """

    text: str
    slots: tuple[Slot, ...] = ()
    has_all_numbers: bool = False

    def original(self, tokenized: TokenizedText) -> TokenizedText:
        """Return the tokens of the sentence with their places in the original."""
        if not self.slots:
            return tokenized
        text = tokenized.text
        edits: list[Edit] = []
        for match, slot in zip(_MARK.finditer(text), self.slots, strict=True):
            end = match.end()
            if _leads(slot) and text.startswith(" ", end):
                end += 1  # the space that was put behind it
            replacement = "" if slot.span.kind in KEPT_KINDS else slot.span.text
            edits.append(Edit(match.start(), end, replacement))
        return apply_edits(edits, tokenized)


def space_behind(following: str) -> str:
    """Return the space between a tag or symbol and the character behind it.

    Vocabularies have words as they stand behind a space. A word that follows a slot
    without one is made of small pieces, which no sentence of the training text holds.

    Args:
        following: The character; empty at the end of a text.
    """
    stands_apart = not following or following.isspace() or is_cjk(following)
    return "" if stands_apart or _MARK.match(following) else " "


def number_slots(text: str, spans: Sequence[CarriedSpan], first: int) -> SlottedText:
    """Return a part of a marked text with numbered slots in place of its marks.

    Slots are numbered in the order of the source, pairs apart from single spans. There
    are a few numbers only: they begin again after the last. Half of a pair whose other
    half stands in another part has the piece of a single span.

    Args:
        text: The part.
        spans: Spans of the whole text.
        first: Place of the part's first span among them.
    """
    marks = list(_MARK.finditer(text))
    if not marks:
        return SlottedText(text)
    part = range(first, first + len(marks))
    opened_before = sum(
        spans[place].role is Role.CLOSING and spans[place].partner not in part
        for place in part
    )
    open_pairs = list(range(-opened_before, 0))
    slots: list[Slot] = []
    parts: list[str] = []
    numbers: dict[int, int] = {}
    plain = pairs = done = 0
    for place, mark in zip(part, marks, strict=True):
        span = spans[place]
        opens, closes = span.role is Role.OPENING, None
        if span.role is Role.CLOSING:
            closes = open_pairs.pop()
        parent = open_pairs[-1] if open_pairs else None
        if span.partner is None or span.partner not in part:
            piece = PLAIN_PIECES[plain % len(PLAIN_PIECES)]
            plain += 1
        elif opens:
            number = numbers[place] = pairs % len(OPENING_PIECES)
            piece = OPENING_PIECES[number]
            pairs += 1
        else:
            piece = CLOSING_PIECES[numbers[span.partner]]
        if opens:
            open_pairs.append(len(slots))
        slot = Slot(piece, span, parent, opens, closes, _touches(text, mark, span))
        slots.append(slot)
        parts.append(text[done : mark.start()])
        if span.kind in KEPT_KINDS:
            parts.append(span.text)
        parts.append(piece)
        done = mark.end()
        if _leads(slot):
            following = text[done : done + 1]
            if _MARK.match(following) and spans[place + 1].kind in KEPT_KINDS:
                following = spans[place + 1].text[:1]
            parts.append(space_behind(following))
    has_all_numbers = any(spans[place].kind == "number" for place in part) and not any(
        map(str.isdecimal, text)
    )
    return SlottedText("".join([*parts, text[done:]]), tuple(slots), has_all_numbers)


def _touches(text: str, mark: re.Match[str], span: CarriedSpan) -> bool:
    """Return whether a tag or symbol touches the text that belongs to it."""
    if span.kind not in GLUED_KINDS:
        return False
    if span.role is Role.CLOSING:
        beside = text[max(mark.start() - 1, 0) : mark.start()]
    else:
        beside = text[mark.end() : mark.end() + 1]
    return bool(beside) and not beside.isspace()


def _leads(slot: Slot) -> bool:
    """Return whether a slot touches the text behind it."""
    return slot.touches and slot.span.role is not Role.CLOSING


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands in the place of a slot.

    Attributes:
        text: Its text.
        slot: The slot of the source.
    """

    text: str
    slot: Slot


def fill_slots(
    target: TokenizedText, fillings: Sequence[Filling | None]
) -> TokenizedText:
    """Return a translation with text in its slots.

    What is a word of its own is not glued to the word beside it, and a tag touches the
    text that it touches in the source.

    Args:
        target: The translation.
        fillings: Per slot of the translation, in order, what stands in its place;
            `None` for a slot that the source does not have, which is dropped.
    """
    edits: list[Edit] = []
    # The tokens, not the text: tokens of single bytes can spell such a character too.
    slots = (
        place
        for token, place in zip(target.tokens, target.spans, strict=True)
        if token in SLOT_PIECES
    )
    for (begin, end), filling in zip(slots, fillings, strict=True):
        previous = edits[-1] if edits else Edit(0, 0, "")
        if filling is None:
            edits.append(Edit(begin, end, ""))
        elif filling.slot.touches:
            space_after = _leads(filling.slot) and target.text.startswith(" ", end)
            space_before = not _leads(filling.slot) and target.text.endswith(
                " ", previous.end, begin
            )
            edits.append(Edit(begin - space_before, end + space_after, filling.text))
        else:
            before = target.text[max(begin - 1, 0) : begin]
            if previous.end == begin:
                before = previous.replacement[-1:]
            after = target.text[end : end + 1]
            edits.append(Edit(begin, end, set_apart(filling, before, after)))
    return apply_edits(edits, target)


def set_apart(filling: Filling, before: str, after: str) -> str:
    """Return the text of a slot, with a space where two words would be glued.

    Args:
        filling: What stands in the place of the slot.
        before: The character before the slot; empty at the beginning.
        after: The character behind it; empty at the end.
    """
    text, kind = filling.text, filling.slot.span.kind
    if kind in GLUED_KINDS:
        return text
    if _would_touch(before, text[:1]):
        text = f" {text}"
    if kind not in _INFLECTED_KINDS and _would_touch(text[-1:], after):
        text = f"{text} "
    return text


KEPT_KINDS = frozenset({"number", "term"})
"""Kinds whose text the encoder reads too, before their slots."""

GLUED_KINDS = frozenset({"tag", "symbol"})
"""Kinds that stand directly beside words."""

_INFLECTED_KINDS = frozenset({"term", "number"})
"""Kinds that endings follow: 43rd, and the plural of a term."""


def _would_touch(before: str, after: str) -> bool:
    return (
        bool(before and after)
        and (before.isalnum() or before in "_%/")
        # A sign before a number is part of it, as is a slash before a path.
        and (after.isalnum() or after in "_%/~.+-−±$€£¥")
        and not (is_cjk(before) or is_cjk(after))
    )
