"""HTML: text, and the attributes that people read."""

import html
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import EncodedText, read_text
from edge_runtime.documents.html_references import unescape
from edge_runtime.documents.html_tokens import Attribute, HtmlToken, read_tokens
from edge_runtime.documents.in_place_document import InPlaceDocument, Place, make_places
from edge_runtime.documents.marked_text import Kind, Piece
from edge_runtime.documents.wrapped_text import read_wrapped

_CHARSET = re.compile(
    rb"<meta[^>]*?charset\s*=\s*(?:[\"']\s*)?([A-Za-z0-9._:\-]+)", re.I
)
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._\-]+)")
_HEAD = 4096
_NO_BREAK = "&nbsp;"

_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()
)
_INLINE = frozenset(
    """
    a abbr acronym b bdi bdo big cite data del dfn em font i img ins label mark nobr q
    rp rt ruby s small span strike strong sub sup time tt u wbr
    """.split()
)
_WORDS = frozenset("code kbd math samp svg var".split())
"""Elements within a sentence that are carried over whole."""

_UNTOUCHED = frozenset("pre script style template textarea".split())
_READ_ATTRIBUTES = ("alt", "aria-label", "placeholder", "title")
_DESCRIPTIONS = frozenset(
    """
    description og:description og:title twitter:description twitter:title
    """.split()
)
_BUTTONS = frozenset({"button", "reset", "submit"})


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read an HTML file, however broken.

    Scripts, styles, preformatted text, code and what is marked with `translate="no"`
    stay.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.
    """
    head = content[:_HEAD]
    found = _DECLARED.match(head) or _CHARSET.search(head)
    declared = found[1].decode() if found else None
    text = read_text(content, chosen=encoding, declared=declared)
    places = read_html(text, 0, len(text.text))
    return InPlaceDocument(text, places, "xmlcharrefreplace")


def read_html(
    text: EncodedText, begin: int, end: int, *, attributes: bool = True
) -> list[Place]:
    """Return the segments of a part of a document that is HTML.

    Args:
        text: The document.
        begin: Where the part begins.
        end: Where it ends.
        attributes: Whether attributes are translated.
    """
    tokens = list(read_tokens(text.text[begin:end], begin))
    # As the document writes it: editors show one like a space.
    has_names = text.names_spaces

    def escape(translation: str) -> str:
        written = html.escape(translation, quote=False)
        return written.replace("\xa0", _NO_BREAK) if has_names else written

    places = make_places(text, _read_sentences(text.text, tokens), escape)
    if attributes:
        for attribute in _read_attributes(tokens):
            piece = Piece(
                Kind.TEXT,
                attribute.begin,
                attribute.begin + len(attribute.value),
                unescape(attribute.value),
            )
            in_quotes = _attribute_escape(attribute.quote, escape)
            places += make_places(text, [[piece]], in_quotes)
    return places


def _attribute_escape(quote: str, escape: Callable[[str], str]) -> Callable[[str], str]:
    if quote == "'":
        return lambda text: escape(text).replace("'", "&#39;")
    # Without quotes a value ends at its first space: it gets some.
    around = "" if quote else '"'
    return lambda text: around + escape(text).replace('"', "&quot;") + around


def _read_sentences(
    document: str, tokens: Sequence[HtmlToken]
) -> Iterator[list[Piece]]:
    pieces: list[Piece] = []
    partners = _find_partners(tokens)
    place = 0
    while place < len(tokens):
        token = tokens[place]
        last = _end_of_untouched(tokens, place, partners)
        kind = _kind(token) if last is None else Kind.WORD
        if last is not None and token.name not in _INLINE | _WORDS:
            kind = None
        if kind is None:
            yield pieces
            pieces = []
        elif kind is Kind.TEXT:
            pieces += read_wrapped(document, token.begin, token.end, unescape)
        else:
            end = tokens[place if last is None else last].end
            pieces.append(Piece(kind, token.begin, end, name=token.name))
        place = (place if last is None else last) + 1
    yield pieces


def _kind(token: HtmlToken) -> Kind | None:
    """Return what a token is to a sentence; None if it ends one."""
    match token.kind:
        case "text":
            return Kind.TEXT
        case "start" if token.name in _INLINE:
            is_single = token.name in _VOID or token.is_closed
            return Kind.SINGLE if is_single else Kind.OPEN
        case "end" if token.name in _INLINE:
            return Kind.CLOSE
        case "other":
            return Kind.SINGLE
    return None


def _find_partners(tokens: Sequence[HtmlToken]) -> dict[int, int]:
    """Return where each element ends that is closed, by where it begins."""
    partners = {}
    waiting: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        if token.kind == "start":
            waiting.setdefault(token.name, []).append(place)
        elif token.kind == "end" and waiting.get(token.name):
            partners[waiting[token.name].pop()] = place
    return partners


def _end_of_untouched(
    tokens: Sequence[HtmlToken], place: int, partners: Mapping[int, int]
) -> int | None:
    """Return where an element ends that stays as it is; None for any other token."""
    token = tokens[place]
    if token.kind != "start" or not (
        token.name in _WORDS | _UNTOUCHED or _is_marked(token)
    ):
        return None
    if token.name in _VOID or token.is_closed:
        return place
    if place in partners:
        return partners[place]
    # Never closed: HTML lets <p> end where the next block begins.
    is_block = (at for at in range(place + 1, len(tokens)) if _kind(tokens[at]) is None)
    return next(is_block, len(tokens)) - 1


def _is_marked(token: HtmlToken) -> bool:
    classes = _value(token, "class").split()
    return _value(token, "translate") == "no" or "notranslate" in classes


def _read_attributes(tokens: Sequence[HtmlToken]) -> Iterator[Attribute]:
    partners = _find_partners(tokens)
    place = 0
    while place < len(tokens):
        last = _end_of_untouched(tokens, place, partners)
        if last is not None:
            place = last + 1
            continue
        token = tokens[place]
        place += 1
        names = [*_READ_ATTRIBUTES]
        if token.name == "meta" and any(
            _value(token, name) in _DESCRIPTIONS for name in ("name", "property")
        ):
            names.append("content")
        if token.name == "input" and _value(token, "type") in _BUTTONS:
            names.append("value")
        for name in names:
            attribute = token.attributes.get(name)
            if attribute is not None and attribute.begin >= 0:
                yield attribute


def _value(token: HtmlToken, name: str) -> str:
    found = token.attributes.get(name)
    return found.value.lower() if found else ""
