"""Text that was decoded with another encoding than it was written in."""

import re
from typing import Final

_LOST: Final = re.compile(
    # What decoders put in the place of what they cannot read, and control characters.
    "[\ufffd\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f]"
)
_QUESTION: Final = re.compile(r"[^\W\d_]\?[^\W\d_]")
"""Where letters became question marks, as in `sch?n`."""


def is_broken(text: str) -> bool:
    """Return whether a text holds what only a wrong decoding makes."""
    if _LOST.search(text):
        return True
    if "?" in text and "://" not in text and _QUESTION.search(text):
        return True
    if text.isascii():
        return False
    # Imported late: other commands import this package without the library.
    from ftfy import fix_encoding

    return bool(fix_encoding(text) != text)
