"""JSON: every value that is a string."""

import json
import re

from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import read_text
from edge_runtime.documents.in_place_document import InPlaceDocument, make_places
from edge_runtime.documents.marked_text import Kind, Piece
from edge_runtime.documents.segment import DocumentError

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?', re.DOTALL)
_ESCAPED = re.compile(r"\\u[0-9A-Fa-f]{4}")


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read a JSON file; names, numbers and all else stay.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.

    Raises:
        DocumentError: It is not JSON.
    """
    text = read_text(content, chosen=encoding, declared=json.detect_encoding(content))
    try:
        json.loads(text.text)
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"The file must be JSON. {error}.") from None
    # A file that has only ASCII, by escapes, goes on to have only ASCII.
    ascii_only = text.text.isascii() and _ESCAPED.search(text.text) is not None

    def escape(value: str) -> str:
        return json.dumps(value, ensure_ascii=ascii_only)[1:-1]

    # The file is JSON: all that looks like a string is one.
    sentences = [
        [Piece(Kind.TEXT, *found.span(1), _read_string(found[1]))]
        for found in _STRING.finditer(text.text)
        if found[2] is None
    ]
    return InPlaceDocument(text, make_places(text, sentences, escape))


def _read_string(raw: str) -> str:
    # A pair of escapes may be half a character each; one alone is none.
    value: str = json.loads(f'"{raw}"', strict=False)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
