"""HTML as tokens that know where they stand in the text."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_ATTRIBUTE = re.compile(
    r"\s([^\s=>/\"']+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+)))?"
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


class _Reader(HTMLParser):
    """Notes where each token begins."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str, str]] = []
        self._line_begins = [0] + [
            place + 1 for place, char in enumerate(text) if char == "\n"
        ]
        self.feed(text)
        self.close()

    def _add(self, kind: str, name: str = "") -> None:
        line, column = self.getpos()
        self.found.append((self._line_begins[line - 1] + column, kind, name))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._add("start", tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self._add("start", tag)

    def handle_endtag(self, tag: str) -> None:
        self._add("end", tag)

    def handle_data(self, data: str) -> None:
        self._add("text")

    def handle_entityref(self, name: str) -> None:
        self._add("text")

    def handle_charref(self, name: str) -> None:
        self._add("text")

    def handle_comment(self, data: str) -> None:
        self._add("other")

    def handle_decl(self, decl: str) -> None:
        self._add("other")

    def handle_pi(self, data: str) -> None:
        self._add("other")

    def unknown_decl(self, data: str) -> None:
        self._add("other")


def read_tokens(text: str, offset: int = 0) -> Iterator[HtmlToken]:
    """Yield the tokens of a document or of a part of one; together they are its text.

    Args:
        text: HTML, however broken.
        offset: Where it begins in the document.
    """
    found = _Reader(text).found
    if not found or found[0][0] > 0:
        found.insert(0, (0, "other", ""))
    ends = [*(begin for begin, _, _ in found[1:]), len(text)]
    tokens = zip(found, ends, strict=True)
    # References such as &amp; are tokens of their own to the parser.
    for kind, group in itertools.groupby(tokens, lambda each: each[0][1]):
        parts = list(group)
        if kind == "text":
            yield HtmlToken(kind, offset + parts[0][0][0], offset + parts[-1][1])
            continue
        for (begin, _, name), end in parts:
            raw = text[begin:end]
            attributes = {}
            if kind == "start":
                attributes = _read_attributes(raw, offset + begin)
            yield HtmlToken(
                kind,
                offset + begin,
                offset + end,
                name,
                attributes,
                raw.endswith("/>"),
            )


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
