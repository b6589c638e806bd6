"""Apple's `.strings`: `"key" = "value";`."""

import re

from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import EncodedText, read_text
from edge_runtime.documents.in_place_document import InPlaceDocument, make_places
from edge_runtime.documents.marked_text import Kind, Piece
from edge_runtime.documents.segment import DocumentError

_STRING = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(
    r"(?P<space>\s+|/\*.*?\*/|//[^\r\n]*)"
    rf"|(?P<key>{_STRING}|[\w.$\-/:]+)"
    r"|(?P<sign>[=;])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\([Uu][0-9A-Fa-f]{4}|[0-7]{1,3}|.)", re.DOTALL)
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read a file of Apple's strings; the values are translated.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.

    Raises:
        DocumentError: It is not a list of `"key" = "value";`.
    """
    declared = None
    if content[1:2] == b"\0":  # UTF-16 without a mark, as old tools wrote it
        declared = "utf-16-le"
    elif content[:1] == b"\0":
        declared = "utf-16-be"
    text = read_text(content, chosen=encoding, declared=declared)
    sentences = [
        [Piece(Kind.TEXT, begin, end, _unescape(text.text[begin:end]))]
        for begin, end in _read_values(text)
    ]
    return InPlaceDocument(text, make_places(text, sentences, _escape))


def _read_values(text: EncodedText) -> list[tuple[int, int]]:
    """Return where the values stand, without their quotes."""
    values = []
    entry: list[re.Match[str]] = []
    place = 0
    while place < len(text.text):
        found = _TOKEN.match(text.text, place)
        if found is None:
            raise _not_strings(text, place)
        place = found.end()
        if found["space"] is not None:
            continue
        entry.append(found)
        if found["sign"] != ";":
            continue
        shape = [each["sign"] or "key" for each in entry]
        if shape == ["key", "=", "key", ";"] and entry[2].group().startswith('"'):
            values.append((entry[2].start() + 1, entry[2].end() - 1))
        elif shape not in (["key", ";"], ["key", "=", "key", ";"]):
            raise _not_strings(text, entry[0].start())
        entry = []
    if entry:
        raise _not_strings(text, entry[0].start())
    return values


def _not_strings(text: EncodedText, place: int) -> DocumentError:
    return DocumentError(
        'Every entry must be `"key" = "value";`. '
        f"Received: another in line {text.line_of(place)}."
    )


def _unescape(raw: str) -> str:
    def resolve(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] in "Uu" and len(code) > 1:
            return chr(int(code[1:], 16))
        if code.isdecimal() and code != "0":
            return chr(int(code, 8))
        return _NAMED.get(code, code)

    value = _ESCAPE.sub(resolve, raw)
    # A pair of escapes may be half a character each; one alone is none.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _escape(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
