"""What slots stand for, in their places in a translation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.lazy_pattern import LazyPattern
from edge_runtime.text.slots import GLUED_KINDS, SLOT_PIECES, Slot
from edge_runtime.text.span_kinds import DATE_CHARACTERS
from edge_runtime.text.spans import find_spans
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.words import CJK_TEXT, is_cjk

_INFLECTED_KINDS = frozenset({"number"})
"""Kinds that endings follow: 43rd."""

_NUMBER_GOES_ON = re.compile(r"\d[.,:/'’−-]\Z")

_WINDOW = 40
"""Characters to each side of a slot that can be read as a part of what it holds."""

_ALL_KINDS = frozenset(SPAN_KINDS)
_SIGNS = ("+", "-", "\u2212", "\u2013", "±")
_PART_OF_NUMBER = re.compile(r"[\d+\u2212\u2013±.,:/'’-]")

_HYPHEN = re.compile(rf"(?:(?![{CJK_TEXT}])[^\W\d_][-–]|\d–)\Z")
"""Joins words (Typ-2) or makes a range (5–10): no sign of what follows."""

_HYPHENATED_KINDS = frozenset({"number", "version"})

# Reserved characters are the slots that follow.
_BETWEEN_WORDS = re.compile(r"[\s\ufdd0-\ufdef]")
_READ_UNTIL = LazyPattern(rf"[\s\ufdd0-\ufdef]|(?![{DATE_CHARACTERS}])[{CJK_TEXT}]")
"""Ends what is read as a part of a span: white space, and Chinese but for dates."""

_SPACES_TOO_MANY = re.compile("(?<= ) +")


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

    What is a word of its own is not glued to the word beside it, nor to punctuation
    that would be read as a part of it, and a symbol touches the text that it touches in
    the source. Punctuation between two slots that the source has too keeps the spaces
    of the source.

    Args:
        target: The translation.
        fillings: Per slot of the translation, in order, what stands in its place;
            `None` for a slot that the source does not have, which is dropped.
    """
    if "  " in target.text:  # that no training text has
        runs = _SPACES_TOO_MANY.finditer(target.text)
        target = apply_edits([Edit(*run.span(), "") for run in runs], target)
    edits: list[Edit] = []
    places = _slot_spans(target)
    joined = [
        _is_joined(filling, following, target.text[end:begin])
        for filling, following, (_, end), (begin, _) in zip(
            fillings, fillings[1:], places, places[1:], strict=False
        )
    ]
    for place, ((begin, end), filling) in enumerate(zip(places, fillings, strict=True)):
        is_joined = place > 0 and joined[place - 1]
        is_joined_behind = place < len(joined) and joined[place]
        previous = edits[-1] if edits else Edit(0, 0, "")
        if filling and is_joined:
            edits.append(Edit(previous.end, begin, filling.slot.gap or ""))
        if filling is None:
            # Of two spaces around it one goes, too.
            space = _is_between_spaces(target.text, begin, end)
            edits.append(Edit(begin, end + space, ""))
        elif filling.slot.touches:
            space = target.text.startswith(" ", end)
            edits.append(Edit(begin, end + space, filling.text))
        else:
            between = target.text[previous.end : begin]
            before = f"{previous.replacement}{between}"[-_WINDOW:]
            after = target.text[end : end + _WINDOW]
            text = _set_apart(
                filling,
                "" if is_joined else before,
                "" if is_joined_behind else after,
            )
            edits.append(Edit(begin, end, text))
    return apply_edits(edits, target)


def settled_text(target: TokenizedText) -> str:
    """Return the beginning of a filled translation that further tokens do not change.

    What is written behind a slot decides whether it is set apart, and with the next
    slot what stands between both.

    Args:
        target: What `fill_slots` made of the tokens so far.
    """
    text = target.text
    slots = _slot_spans(target)
    if not slots:
        return text
    begin, end = slots[-1]
    behind = text[end:]
    is_read = _READ_UNTIL.compiled.search(behind) and any(map(str.isalnum, behind))
    if is_read or len(behind) >= _WINDOW:
        return text
    return text[: begin - len(_last_word(text[:begin]))].rstrip()


def _slot_spans(target: TokenizedText) -> list[Span]:
    """Return where slots stand; bytes that spell such a character are none."""
    return [
        place
        for token, place in zip(target.tokens, target.spans, strict=True)
        if token in SLOT_PIECES
    ]


def _is_joined(
    filling: Filling | None, following: Filling | None, between: str
) -> bool:
    """Return whether the source has two slots with the same punctuation between them.

    Args:
        filling: What stands in the place of the first.
        following: What stands in the place of the second.
        between: What stands between them in the translation.
    """
    if not filling or not following:
        return False
    first, second = filling.slot, following.slot
    return (
        second.place == first.place + 1
        and second.gap is not None
        and second.gap.strip() == between.strip()
        and not GLUED_KINDS.intersection((first.span.kind, second.span.kind))
    )


def _last_word(text: str) -> str:
    ends = [space.end() for space in _BETWEEN_WORDS.finditer(text)]
    return text[ends[-1] :] if ends else text


def _is_between_spaces(text: str, begin: int, end: int) -> bool:
    return text.startswith(" ", end) and (begin == 0 or text[begin - 1] == " ")


def _set_apart(filling: Filling, before: str, after: str) -> str:
    """Return the text of a slot, with a space where two words would be glued.

    Args:
        filling: What stands in the place of the slot.
        before: What stands before the slot.
        after: What stands behind it.
    """
    text, kind = filling.text, filling.slot.span.kind
    if kind in GLUED_KINDS:
        return text
    first = last = ""
    if _is_glued(before[-1:], text[:1], "_%/~.+-−±$€£¥") or (
        # Of "43," and "44" one would read a single number.
        kind == "number" and _NUMBER_GOES_ON.search(before)
    ):
        first = " "
    if kind not in _INFLECTED_KINDS and _is_glued(text[-1:], after[:1], "_"):
        last = " "
    beside = _last_word(before), _READ_UNTIL.compiled.split(after, 1)[0]
    if _is_read(filling, *beside, first, last) or not _is_read(filling):
        return f"{first}{text}{last}"
    # What is before it is set apart first: punctuation behind a word is usual.
    spaces = [(" ", last), (first, " "), (" ", " ")]
    found = (both for both in spaces if _is_read(filling, *beside, *both))
    first, last = next(found, (first, last))
    return f"{first}{text}{last}"


def _is_read(
    filling: Filling, before: str = "", after: str = "", first: str = "", last: str = ""
) -> bool:
    """Return whether one reads the text of a slot there, and not a longer span.

    Args:
        filling: What stands in the place of the slot.
        before: What touches it, without white space.
        after: What touches it behind.
        first: White space between `before` and it.
        last: White space between it and `after`.
    """
    text, kind = filling.text, filling.slot.span.kind
    is_hyphenated = kind in _HYPHENATED_KINDS and text[:1].isalnum() and not first
    if is_hyphenated and _HYPHEN.search(before):
        before = ""
    begin = len(before + first)
    end = begin + len(text)
    for span in find_spans(f"{before}{first}{text}{last}{after}", _ALL_KINDS):
        if span.begin <= begin and end <= span.end:
            added = span.text[: begin - span.begin] + span.text[end - span.begin :]
            if kind != "number":
                return not added
            is_signed_twice = (
                not first and before.endswith(_SIGNS) and text.startswith(_SIGNS)
            )
            # A percent sign or a currency leaves a number what it is.
            return not is_signed_twice and not _PART_OF_NUMBER.search(added)
    return False


def _is_glued(before: str, after: str, begin_words: str) -> bool:
    """Return whether two characters would be a part of one word.

    Args:
        before: One character or none.
        after: One character or none.
        begin_words: What a word begins with besides letters and digits: a sign before a
            number is part of it, as is a slash before a path.
    """
    return (
        bool(before and after)
        and (before.isalnum() or before in "_%/")
        and (after.isalnum() or after in begin_words)
        and not (is_cjk(before) or is_cjk(after))
    )
