"""Text of a document in which line breaks are spaces."""

import re
from collections.abc import Callable, Iterator

from edge_runtime.documents.marked_text import Kind, Piece

# Begins where the space begins: a long line of spaces costs no more than its length.
_WRAP = re.compile(r"(?<![ \t\f])[ \t\f]*(?:\r\n|\r|\n)[ \t\r\n\f]*")


def read_wrapped(
    document: str, begin: int, end: int, unescape: Callable[[str], str]
) -> Iterator[Piece]:
    """Yield the pieces of text in which line breaks are spaces.

    Args:
        document: The document.
        begin: Where the text begins.
        end: Where it ends.
        unescape: Returns what escaped text says.
    """
    done = begin
    for wrap in _WRAP.finditer(document, begin, end):
        if wrap.start() > done:
            raw = document[done : wrap.start()]
            yield Piece(Kind.TEXT, done, wrap.start(), unescape(raw))
        yield Piece(Kind.BREAK, *wrap.span())
        done = wrap.end()
    if done < end:
        yield Piece(Kind.TEXT, done, end, unescape(document[done:end]))
