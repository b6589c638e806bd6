"""Slots: pieces of the vocabulary that stand for spans while a text is translated."""

import re
from dataclasses import dataclass

from edge_runtime.text.spans import CarriedSpan
from edge_runtime.text.tokenizer import Tokenizer

# Unicode keeps 32 characters, from U+FDD0 on, free for use within a program: no text
# has them.
SLOT_PIECES = tuple(map(chr, range(0xFDD0, 0xFDD8)))
"""All slots, in the order in which tokenizers have them."""

KEPT_KINDS = frozenset({"number"})
"""Kinds whose text the encoder reads too, before their slots."""


GLUED_KINDS = frozenset({"tag", "symbol"})
"""Kinds that stand directly beside words; tags that are slots are entities."""

_BYTE = re.compile("<0x[0-9A-F]{2}>")
_RESERVED = re.compile("[\ufdd0-\ufdef]")


@dataclass(frozen=True, slots=True)
class Slot:
    """A span that is translated as one piece of the vocabulary.

    Attributes:
        piece: The piece.
        span: What it stands for.
        touches: Whether text of the source stands directly behind a symbol: no space
            between them is translated.
        place: Place among the slots of the sentence.
        gap: White space and punctuation between the slot before and it in the
            source; `None` where anything else stands there.
    """

    piece: str
    span: CarriedSpan
    touches: bool = False
    place: int = 0
    gap: str | None = None


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
