"""HTML as tokens that know where they stand in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from edge_runtime.documents.html_scanner import scan

_ATTRIBUTE = re.compile(
    r"\s([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'][^\s>]*)))?"
)


@dataclass(frozen=True)
class Attribute:
    """An attribute of a tag.

    Attributes:
        value: Its value as it stands in the text.
        begin: Where the value begins in the text, after its quote; -1 if it has none.
        quote: What stands around the value; empty for nothing.
    """

    value: str
    begin: int
    quote: str


@dataclass(frozen=True)
class HtmlToken:
    """A tag, a text or something else, and its place in the text.

    Attributes:
        kind: `start`, `end`, `text` or `other`, such as a comment.
        begin: Where it begins.
        end: Where it ends.
        name: Of a tag.
        attributes: Of a tag that opens, by their names.
        is_closed: Whether a tag that opens ends in `/>`.
    """

    kind: str
    begin: int
    end: int
    name: str = ""
    attributes: dict[str, Attribute] = field(default_factory=dict)
    is_closed: bool = False


def read_tokens(text: str, offset: int = 0) -> Iterator[HtmlToken]:
    """Yield the tokens of a document or of a part of one; together they are its text.

    Args:
        text: HTML, however broken.
        offset: Where it begins in the document.
    """
    for kind, begin, end, name, is_raw in scan(text):
        raw = text[begin:end]
        attributes = {}
        if kind == "start":
            attributes = _read_attributes(raw, offset + begin)
        is_closed = raw.endswith("/>") and not is_raw
        yield HtmlToken(kind, offset + begin, offset + end, name, attributes, is_closed)


def _read_attributes(tag: str, begin: int) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    for match in _ATTRIBUTE.finditer(tag):
        group = next((number for number in (2, 3, 4) if match[number] is not None), 0)
        place = begin + match.start(group) if group else -1
        quote = {2: '"', 3: "'"}.get(group, "")
        attribute = Attribute(match[group] if group else "", place, quote)
        # Of two with one name, browsers take the first.
        found.setdefault(match[1].lower(), attribute)
    return found
