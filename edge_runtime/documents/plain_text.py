"""Plain text: lines, and paragraphs that are wrapped over several lines."""

import re
from collections.abc import Iterator

from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import EncodedText, read_text
from edge_runtime.documents.in_place_document import InPlaceDocument, make_places
from edge_runtime.documents.line_breaks import width
from edge_runtime.documents.marked_text import Kind, Piece

_LINE = re.compile(r"[^\r\n]+")
_BREAK = re.compile(r"(?:\r\n|\r|\n)([ \t]*)")
_WRAPPED_WIDTH = 50
"""Columns from which a line may have been wrapped."""
_SENTENCE_END = re.compile(r"[.!?:;。！？：；…][\"'”’»)\]]*$")
_ITEM = re.compile(r"\s*(?:[-*+•·–—>#|=~_]|\(?[0-9A-Za-z]{1,3}[.)]\s)")


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read plain text.

    A line is translated by itself, unless it looks wrapped: then it is one text with
    the next. It does if it is long, does not end as sentences do, and the next is
    indented alike and is no item of a list.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.
    """
    text = read_text(content, chosen=encoding)
    places = make_places(text, _read_paragraphs(text), lambda translation: translation)
    return InPlaceDocument(text, places)


def _read_paragraphs(text: EncodedText) -> Iterator[list[Piece]]:
    pieces: list[Piece] = []
    before: Piece | None = None
    for found in _LINE.finditer(text.text):
        whole = line = Piece(Kind.TEXT, *found.span(), found.group())
        if before is not None and _is_wrapped(text.text, before, line):
            pieces[-1] = _without_end(pieces[-1])
            indent = len(line.text) - len(line.text.lstrip(" \t"))
            begin = line.begin + indent
            pieces.append(Piece(Kind.BREAK, pieces[-1].end, begin))
            line = Piece(Kind.TEXT, begin, line.end, line.text[indent:])
        elif pieces:
            yield pieces
            pieces = []
        pieces.append(line)
        before = whole
    if pieces:
        yield pieces


def _is_wrapped(text: str, before: Piece, after: Piece) -> bool:
    between = _BREAK.fullmatch(text, before.end, after.begin)
    if between is None or not after.text.strip() or _ITEM.match(after.text):
        return False
    line = before.text
    if width(line.rstrip()) < _WRAPPED_WIDTH or _SENTENCE_END.search(line.rstrip()):
        return False
    return _indent(line) == _indent(after.text) or _ITEM.match(line) is not None


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _without_end(piece: Piece) -> Piece:
    """Return a piece without the space at its end."""
    text = piece.text.rstrip(" \t")
    return Piece(piece.kind, piece.begin, piece.begin + len(text), text)
