"""XML as elements that know where they stand in the text."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from xml.parsers import expat

from edge_runtime.documents.encoded_text import EncodedText, read_text
from edge_runtime.documents.segment import DocumentError

_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._\-]+)")
_ATTRIBUTE = re.compile(r"\s([^\s=<>/\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class TokenKind(Enum):
    """What a token of XML is."""

    START = "start"
    END = "end"
    EMPTY = "empty"
    TEXT = "text"
    CDATA_BEGIN = "cdata begin"
    CDATA_END = "cdata end"
    ENTITY = "entity"
    """A reference to an entity that the document declares."""
    OTHER = "other"


@dataclass(frozen=True)
class Token:
    """A token and its place in the text.

    Attributes:
        kind: What it is.
        begin: Where it begins.
        end: Where it ends.
        name: Of a tag, without the prefix of a namespace.
        attributes: Of a tag that opens.
        text: Of text, without escapes.
    """

    kind: TokenKind
    begin: int
    end: int
    name: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@dataclass(eq=False)
class Element:
    """An element and its place in the text.

    Attributes:
        tokens: Tokens of the whole document.
        first: Which of them opens the element.
        last: Which of them closes it; the same for an empty tag.
        parent: The element around it.
        children: The elements in it.
    """

    tokens: Sequence[Token]
    first: int
    last: int = -1
    parent: "Element | None" = None
    children: list["Element"] = field(default_factory=list)
    _inherited: dict[str, str | None] = field(default_factory=dict)

    def inherited(self, attribute: str) -> str | None:
        """Return an attribute of the element, or of the nearest around it with one."""
        # What was asked before is kept: elements may stand a thousand deep.
        asked = []
        value = None
        around: Element | None = self
        while around is not None:
            value = around.attributes.get(attribute)
            if value is None and attribute in around._inherited:
                value, around = around._inherited[attribute], None
            elif value is None:
                asked.append(around)
                around = around.parent
            else:
                around = None
        for element in asked:
            element._inherited[attribute] = value
        return value

    @property
    def name(self) -> str:
        """Its name, without the prefix of a namespace."""
        return self.tokens[self.first].name

    @property
    def attributes(self) -> Mapping[str, str]:
        """Its attributes."""
        return self.tokens[self.first].attributes

    @property
    def begin(self) -> int:
        """Where it begins in the text."""
        return self.tokens[self.first].begin

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return self.tokens[self.last].end

    @property
    def is_empty_tag(self) -> bool:
        """Whether it is one tag, `<name/>`."""
        return self.first == self.last

    @property
    def inner(self) -> tuple[int, int]:
        """Where its content begins and ends; an empty place for an empty tag."""
        return self.tokens[self.first].end, self.tokens[self.last].begin

    @property
    def inner_tokens(self) -> Sequence[Token]:
        """Tokens of its content."""
        return self.tokens[self.first + 1 : self.last]

    def find(self, name: str) -> "Element | None":
        """Return its first child of a name."""
        return next(self.find_all(name), None)

    def find_all(self, *names: str) -> Iterator["Element"]:
        """Yield its children of the names."""
        return (child for child in self.children if child.name in names)

    def descendants(self, name: str) -> Iterator["Element"]:
        """Yield the elements of a name in it, in the order of the text.

        One within another of its name is left out: it is a part of that one.
        """
        waiting = [*reversed(self.children)]
        while waiting:
            element = waiting.pop()
            if element.name == name:
                yield element
            else:
                waiting += reversed(element.children)


def read_xml(content: bytes, chosen: str | None) -> tuple[EncodedText, Element]:
    """Return the text of an XML file and its root.

    Entities that the document declares are not expanded.

    Args:
        content: Bytes of the file.
        chosen: Encoding that the user names.

    Raises:
        DocumentError: It is not well-formed.
    """
    found = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf"))
    declared = found[1].decode() if found else None
    text = read_text(content, chosen=chosen, declared=declared)
    return text, _build_tree(list(_read_tokens(text.text)))


def _build_tree(tokens: Sequence[Token]) -> Element:
    root = current = None
    for place, token in enumerate(tokens):
        if token.kind in (TokenKind.START, TokenKind.EMPTY):
            element = Element(tokens, place, place, current)
            if current is not None:
                current.children.append(element)
            root = root or element
            if token.kind is TokenKind.START:
                current = element
        elif token.kind is TokenKind.END and current is not None:
            current.last = place
            current = current.parent
    if root is None:
        raise DocumentError("The file must be XML. Received: no element.")
    return root


def _read_tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a document that together are all of its text."""
    content = text.encode()
    events = [*_parse(content), (len(content), TokenKind.OTHER, "", {}, "")]
    place = 0  # in the text, while events count bytes
    waiting: list[str] = []  # texts of one token
    waiting_begin = 0
    skips_end = False
    for event, (end, next_kind, *_) in itertools.pairwise(events):
        begin, kind, name, attributes, data = event
        raw = content[begin:end]
        begin_place, place = place, place + len(raw.decode())
        if kind is TokenKind.TEXT:
            waiting_begin = waiting_begin if waiting else begin_place
            waiting.append(data)
            if next_kind is not TokenKind.TEXT:
                yield Token(kind, waiting_begin, place, text="".join(waiting))
                waiting = []
        elif kind is TokenKind.START and raw.endswith(b"/>"):
            yield Token(TokenKind.EMPTY, begin_place, place, name, attributes)
            skips_end = True
        elif kind is TokenKind.END and skips_end:
            skips_end = False  # expat reports the end of an empty tag
        else:
            yield Token(kind, begin_place, place, name, attributes)


_Event = tuple[int, TokenKind, str, Mapping[str, str], str]


def _parse(content: bytes) -> list[_Event]:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = False
    # Those that a DTD adds stand in no tag, and may add a long text to each.
    parser.specified_attributes = True
    events: list[_Event] = []

    def add(
        kind: TokenKind,
        name: str = "",
        attributes: Mapping[str, str] | None = None,
        text: str = "",
    ) -> None:
        local = name.rpartition(":")[2]
        place = parser.CurrentByteIndex
        events.append((place, kind, local, attributes or {}, text))

    def add_default(data: str) -> None:
        is_entity = data.startswith("&") and data.endswith(";")
        add(TokenKind.ENTITY if is_entity else TokenKind.OTHER)

    def add_other(*_: Any) -> None:
        add(TokenKind.OTHER)

    parser.StartElementHandler = lambda name, found: add(TokenKind.START, name, found)
    parser.EndElementHandler = lambda name: add(TokenKind.END, name)
    parser.CharacterDataHandler = lambda data: add(TokenKind.TEXT, text=data)
    parser.StartCdataSectionHandler = lambda: add(TokenKind.CDATA_BEGIN)
    parser.EndCdataSectionHandler = lambda: add(TokenKind.CDATA_END)
    parser.CommentHandler = parser.ProcessingInstructionHandler = add_other
    # Without one that expands: what entities hold is not in this text.
    parser.DefaultHandler = add_default
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise DocumentError(f"The file must be well-formed XML. {error}.") from None
    return events


def with_attributes(tag: str, values: Mapping[str, str | None]) -> str:
    """Return an opening tag with some attributes set, added or (None) removed.

    Args:
        tag: The tag as it stands in the text.
        values: Values by name, which need no escapes.
    """
    for name, value in values.items():
        found = next(
            (match for match in _ATTRIBUTE.finditer(tag) if match[1] == name), None
        )
        written = "" if value is None else f' {name}="{value}"'
        if found is not None:
            tag = tag[: found.start()] + written + tag[found.end() :]
        else:
            end = -2 if tag.endswith("/>") else -1
            body = tag[:end].rstrip()
            tag = body + written + tag[len(body) :]
    return tag
