"""Content of XML elements as pieces of sentences."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from edge_runtime.documents.marked_text import Kind, Piece
from edge_runtime.documents.xml_tree import Token, TokenKind

_REFERENCE = re.compile(r"&(#x[0-9A-Fa-f]+|#[0-9]+|lt|gt|amp|quot|apos);")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


@dataclass(frozen=True)
class Role:
    """What an inline element is to a sentence.

    Attributes:
        kind: Kind of its piece.
        keys: Attributes that its partner is found by; the first that it has.
    """

    kind: Kind
    keys: tuple[str, ...] = ()


_OPENING = (TokenKind.START, TokenKind.EMPTY)
_KINDS = {
    TokenKind.START: Kind.OPEN,
    TokenKind.END: Kind.CLOSE,
    TokenKind.EMPTY: Kind.SINGLE,
    TokenKind.TEXT: Kind.TEXT,
    TokenKind.ENTITY: Kind.WORD,
    TokenKind.OTHER: Kind.SINGLE,
}

Roles = Callable[[Token], Role | None]
"""The role of an element that is one piece with all that it holds; None for a pair of
tags with text in between."""


@dataclass(frozen=True)
class Run:
    """Pieces that follow each other without a break of CDATA.

    Attributes:
        pieces: The pieces.
        in_cdata: Whether they stand in a CDATA section.
    """

    pieces: Sequence[Piece]
    in_cdata: bool

    @property
    def escape(self) -> Callable[[str], str]:
        """What makes text into text of XML here."""
        return escape_cdata if self.in_cdata else escape_text

    @property
    def unescape(self) -> Callable[[str], str]:
        """What makes text of XML here into text."""
        return str if self.in_cdata else unescape_text


def escape_text(text: str) -> str:
    """Return text as it stands in XML."""
    return escape(text)


def unescape_text(text: str) -> str:
    """Return what text of XML says; entities of the document's own stay."""
    return _REFERENCE.sub(_resolve, text)


def _resolve(match: re.Match[str]) -> str:
    name = match[1]
    if name.startswith("#x"):
        return chr(int(name[2:], 16))
    return chr(int(name[1:])) if name.startswith("#") else _NAMED[name]


def escape_cdata(text: str) -> str:
    """Return text as it stands in a CDATA section."""
    return text.replace("]]>", "]]]]><![CDATA[>")


def roles_of(table: Mapping[str, Role]) -> Roles:
    """Return the roles of a table by the names of elements.

    Whatever its name, an element with `translate="no"` stands for words.
    """

    def role(token: Token) -> Role | None:
        if token.attributes.get("translate") == "no":
            return Role(Kind.WORD)
        return table.get(token.name)

    return role


def read_runs(
    tokens: Sequence[Token],
    roles: Roles,
    is_boundary: Callable[[Token], bool] = lambda token: False,
) -> Iterator[Run]:
    """Yield the pieces of an element's content, run by run.

    Args:
        tokens: Tokens of the content.
        roles: Roles of the elements in it.
        is_boundary: Whether a tag that opens is no part of any sentence; nor is the
            one that closes it.
    """
    pieces: list[Piece] = []
    in_cdata = False
    boundaries: list[bool] = []  # of the tags that are open
    place = 0
    while place < len(tokens):
        token = tokens[place]
        role = roles(token) if token.kind in _OPENING else None
        if role is not None:
            last = _partner(tokens, place)
            pieces.append(_whole(token, tokens[last], role))
            place = last + 1
            continue
        place += 1
        ends_run = token.kind in (TokenKind.CDATA_BEGIN, TokenKind.CDATA_END)
        if token.kind is TokenKind.START:
            ends_run = is_boundary(token)
            boundaries.append(ends_run)
        elif token.kind is TokenKind.END and boundaries:
            ends_run = boundaries.pop()
        if not ends_run:
            kind = _KINDS[token.kind]
            pieces.append(Piece(kind, token.begin, token.end, token.text, token.name))
            continue
        if pieces:
            yield Run(pieces, in_cdata)
        pieces = []
        in_cdata = token.kind is TokenKind.CDATA_BEGIN
    if pieces:
        yield Run(pieces, in_cdata)


def _whole(first: Token, last: Token, role: Role) -> Piece:
    key = next(
        (first.attributes[key] for key in role.keys if key in first.attributes), ""
    )
    # A name that no tag has: `<bpt>` and `<ept>` find each other by their number.
    return Piece(role.kind, first.begin, last.end, name=f"#{key}")


def _partner(tokens: Sequence[Token], place: int) -> int:
    """Return where the element ends that begins at a place."""
    depth = 0
    for at in range(place, len(tokens)):
        depth += tokens[at].kind is TokenKind.START
        depth -= tokens[at].kind is TokenKind.END
        if depth == 0:
            return at
    raise ValueError("`tokens` must hold the whole of every element.")
