"""Android's `strings.xml`."""

import re
from collections.abc import Callable, Iterator

from edge_runtime.documents.document import Document
from edge_runtime.documents.in_place_document import InPlaceDocument, Place, make_places
from edge_runtime.documents.marked_text import Kind, Piece
from edge_runtime.documents.segment import DocumentError
from edge_runtime.documents.wrapped_text import read_wrapped
from edge_runtime.documents.xml_inline import Role, Run, read_runs
from edge_runtime.documents.xml_tree import Element, Token, read_xml

_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_QUOTE = '"'
_QUOTED = re.compile(r'\s*"(?P<text>.*)(?<!\\)"\s*', re.DOTALL)
_BARE_QUOTE = re.compile(r'(?<!\\)"')
_REFERENCE = re.compile(r"\s*[@?](?:[\w.]+:)?\w+/[\w.]+\s*")


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read a file of Android's strings.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.

    Raises:
        DocumentError: It is not well-formed, or holds no resources.
    """
    text, root = read_xml(content, encoding)
    if root.name != "resources":
        raise DocumentError(
            "A file of Android's strings must hold <resources>. Received: "
            f"<{root.name}>."
        )
    places: list[Place] = []
    for element in _strings(root):
        if _REFERENCE.fullmatch(text.text[slice(*element.inner)]):
            continue
        for run in read_runs(element.inner_tokens, _role):
            pieces = list(_read_pieces(text.text, run))
            quotes = [piece for piece in pieces if piece.name == _QUOTE]
            escape = _escape_in(run, is_quoted=bool(quotes), document=text.text)
            places += make_places(text, [pieces], escape)
    return InPlaceDocument(text, places, "xmlcharrefreplace")


def _strings(root: Element) -> Iterator[Element]:
    for element in root.find_all("string", "string-array", "plurals"):
        if element.attributes.get("translatable") != "false":
            yield from [element] if element.name == "string" else element.children


def _role(token: Token) -> Role | None:
    # <xliff:g> holds what is not to be translated, such as a variable.
    is_fixed = token.name == "g" or token.attributes.get("translatable") == "false"
    return Role(Kind.WORD) if is_fixed else None


def _read_pieces(document: str, run: Run) -> Iterator[Piece]:
    """Yield the pieces of a string, escapes of Android resolved."""

    def unescape(raw: str) -> str:
        return _ESCAPE.sub(_unescape, run.unescape(raw))

    begin, end = run.pieces[0].begin, run.pieces[-1].end
    quoted = _QUOTED.fullmatch(document, begin, end)
    quotes = quoted.span("text") if quoted else (begin, end)
    for piece in run.pieces:
        if piece.kind is not Kind.TEXT:
            yield piece
            continue
        first, last = max(piece.begin, quotes[0]), min(piece.end, quotes[1])
        if piece.begin < first:
            yield Piece(Kind.SINGLE, piece.begin, first, name=_QUOTE)
        yield from read_wrapped(document, first, last, unescape)
        if last < piece.end:
            yield Piece(Kind.SINGLE, last, piece.end, name=_QUOTE)


def _unescape(match: re.Match[str]) -> str:
    code = match[1]
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return {"n": "\n", "t": "\t"}.get(code, code)


def _escape_in(run: Run, *, is_quoted: bool, document: str) -> Callable[[str], str]:
    """Return what escapes the text of a string.

    Args:
        run: The string.
        is_quoted: Whether it stands in quotes, where an apostrophe means itself.
        document: The document.
    """
    inner = "".join(
        document[piece.begin : piece.end]
        for piece in run.pieces
        if piece.kind is Kind.TEXT
    )
    # Quotes around attributes, in a CDATA section: others are written like them.
    has_bare_quotes = not is_quoted and _BARE_QUOTE.search(inner) is not None

    def escape(text: str) -> str:
        text = text.replace("\\", "\\\\")
        text = text.replace("\n", "\\n").replace("\t", "\\t")
        if not has_bare_quotes:
            text = text.replace('"', '\\"')
        if not is_quoted:
            text = text.replace("'", "\\'")
        if text[:1] in ("@", "?"):
            text = f"\\{text}"
        return run.escape(text)

    return escape
