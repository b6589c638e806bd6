"""What slots stand for, in their places in a translation."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from edge_runtime.text.slots import GLUED_KINDS, SLOT_PIECES, Slot
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.text.words import is_cjk

_INFLECTED_KINDS = frozenset({"number"})
"""Kinds that endings follow: 43rd."""

_NUMBER_GOES_ON = re.compile(r"\d[.,:/'’–−-]$")


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

    What is a word of its own is not glued to the word beside it, and a symbol touches
    the text that it touches in the source.

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
            space = target.text.startswith(" ", end)
            edits.append(Edit(begin, end + space, filling.text))
        else:
            between = target.text[previous.end : begin]
            before = f"{previous.replacement}{between}"[-2:]
            after = target.text[end : end + 1]
            edits.append(Edit(begin, end, _set_apart(filling, before, after)))
    return apply_edits(edits, target)


def _set_apart(filling: Filling, before: str, after: str) -> str:
    """Return the text of a slot, with a space where two words would be glued.

    Args:
        filling: What stands in the place of the slot.
        before: The two characters before the slot; fewer at the beginning.
        after: The character behind it; empty at the end.
    """
    text, kind = filling.text, filling.slot.span.kind
    if kind in GLUED_KINDS:
        return text
    if _would_touch(before[-1:], text[:1]) or (
        # Of "43," and "44" one would read a single number.
        kind == "number" and _NUMBER_GOES_ON.match(before)
    ):
        text = f" {text}"
    if kind not in _INFLECTED_KINDS and _would_touch(text[-1:], after):
        text = f"{text} "
    return text


def _would_touch(before: str, after: str) -> bool:
    return (
        bool(before and after)
        and (before.isalnum() or before in "_%/")
        # A sign before a number is part of it, as is a slash before a path.
        and (after.isalnum() or after in "_%/~.+-−±$€£¥")
        and not (is_cjk(before) or is_cjk(after))
    )
