"""Inline Markdown as pieces of sentences, by the parser of markdown-it-py."""

import bisect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    entity,
    escape,
    html_inline,
    image,
    link,
    newline,
)
from markdown_it.token import Token

from edge_runtime.documents.marked_text import Kind, Piece

_RULES: dict[str, Callable[[StateInline, bool], bool]] = {
    "autolink": autolink,
    "backticks": backtick,
    "entity": entity,
    "escape": escape,
    "html_inline": html_inline,
    "image": image,
    "link": link,
    "newline": newline,
}
_END = "end"
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9\-]*)[^>]*?(/?)>", re.DOTALL)
_WORDS = frozenset("code kbd math samp svg var".split())
_VOID = frozenset("br hr img input wbr".split())
_PREFIX = re.compile(r"\[[ xX]\](?=\s)|\[![A-Z]+\]|\[\^[^\]\s]+\]:")
"""A box to tick, the kind of an alert, the name of a footnote."""
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\]")

_SPECIAL = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|\Z)"
    r"|[`*]"
    r"|(?<![^\W_])_|_(?![^\W_])"  # within a word it means itself
    r"|~(?=~)"
    r"|(?<=\])\("
    r"|<(?=[A-Za-z/!?])"
    r"|&(?=#?[A-Za-z0-9]+;)"
)
_BLOCK = re.compile(
    r"\A(\s*)(?:([-+](?=[\s\-]|\Z)|#(?=[\s#]|\Z)|=(?=[\s=]|\Z)|~(?=~)|:(?=-)|>)"
    r"|([0-9]{1,9})([.)](?=\s|\Z)))"
)
"""What begins a block where it begins a line."""


class InlineError(Exception):
    """The places of a text cannot be found."""


def make_parser() -> MarkdownIt:
    """Return a parser of CommonMark with tables, whose tokens know where they end."""
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # Escaped characters stay tokens of their own.
    parser.disable("text_join")
    for name, rule in _RULES.items():
        parser.inline.ruler.at(name, _noting_ends(rule))
    return parser


def _noting_ends(
    rule: Callable[[StateInline, bool], bool],
) -> Callable[[StateInline, bool], bool]:
    def noting(state: StateInline, silent: bool) -> bool:
        count = len(state.tokens)
        found = rule(state, silent)
        if found and not silent and len(state.tokens) > count:
            state.tokens[-1].meta[_END] = state.pos
        return found

    return noting


def read_inline(
    content: str, tokens: Sequence[Token], offset: int = 0
) -> Iterator[Piece]:
    """Yield the pieces of an inline text; a hard break is a `SINGLE` named `break`.

    Args:
        content: The text, as the parser gives it.
        tokens: Its tokens.
        offset: Where it begins in the text that places count in.

    Raises:
        InlineError: The tokens do not fit the text.
    """
    place = 0
    at = 0
    link_begins: list[int] = []
    closings = _find_closings(tokens)
    prefix = _PREFIX.match(content)
    while at < len(tokens):
        token = tokens[at]
        last = _last_of_words(tokens, at, closings)
        begin, place = place, _end(content, place, tokens[at : last + 1])
        kind = _kind(token) if last == at else Kind.WORD
        at = last + 1
        if prefix is not None and kind is Kind.TEXT and place >= prefix.end():
            yield Piece(Kind.SINGLE, offset, offset + prefix.end())
            begin, prefix = prefix.end(), None
            raw = content[begin:place]
            yield from _read_text(raw, raw, offset + begin)
        elif kind is Kind.TEXT:
            yield from _read_text(content[begin:place], token.content, offset + begin)
        elif prefix is None or place > prefix.end():
            written = None
            if kind is Kind.OPEN and token.type == "link_open":
                link_begins.append(place)
            elif kind is Kind.CLOSE and token.type == "link_close":
                label = content[link_begins.pop() : begin]
                # A link by its own text: the text will be another.
                if content[begin:place] in ("]", "][]"):
                    written = f"][{label}]"
            yield Piece(kind, offset + begin, offset + place, "", _name(token), written)
    if content[place:].strip():
        raise InlineError


def read_alternatives(
    content: str, tokens: Sequence[Token]
) -> Iterator[tuple[int, int, Token]]:
    """Yield where each image of an inline text begins and ends, and the image."""
    place = 0
    for token in tokens:
        begin, place = place, _end(content, place, [token])
        if token.type == "image":
            yield begin, place, token


def _end(content: str, place: int, tokens: Sequence[Token]) -> int:
    """Return where some tokens end that begin at a place."""
    for token in tokens:
        end = token.meta.get(_END)
        if end is not None:
            place = end
        elif token.type == "text":
            if content[place : place + len(token.content)] != token.content:
                raise InlineError
            place += len(token.content)
        elif token.type == "link_open":
            place += 1
        else:
            if content[place : place + len(token.markup)] != token.markup:
                raise InlineError
            place += len(token.markup)
    return place


def _find_closings(tokens: Sequence[Token]) -> dict[str, list[int]]:
    """Return where the closing tags of each name stand, in small letters."""
    found: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        if token.content.startswith("</"):
            found.setdefault(token.content.lower(), []).append(place)
    return found


def _last_of_words(
    tokens: Sequence[Token], place: int, closings: Mapping[str, Sequence[int]]
) -> int:
    """Return where a token ends that stands for words with all up to its partner."""
    token = tokens[place]
    if token.type == "link_open" and token.markup == "autolink":
        return place + 2
    tag = _TAG.match(token.content) if token.type == "html_inline" else None
    if tag is not None and tag[2].lower() in _WORDS and not tag[1]:
        places = closings.get(f"</{tag[2]}>".lower(), ())
        after = bisect.bisect_left(places, place)
        if after < len(places):
            return places[after]
    return place


def _kind(token: Token) -> Kind:
    if token.type in ("text", "text_special"):
        return Kind.TEXT
    if token.type == "softbreak":
        return Kind.BREAK
    if token.type == "code_inline":
        return Kind.WORD
    if token.type == "html_inline":
        tag = _TAG.match(token.content)
        if tag is None or tag[3] or tag[2].lower() in _VOID:
            return Kind.SINGLE
        return Kind.CLOSE if tag[1] else Kind.OPEN
    return {1: Kind.OPEN, -1: Kind.CLOSE}.get(token.nesting, Kind.SINGLE)


def _name(token: Token) -> str:
    if token.type == "hardbreak":
        return "break"
    tag = _TAG.match(token.content) if token.type == "html_inline" else None
    return f"<{tag[2].lower()}" if tag else token.tag


def _read_text(raw: str, text: str, begin: int) -> Iterator[Piece]:
    """Yield text, and footnotes in it as words."""
    if raw != text:  # an escaped character
        yield Piece(Kind.TEXT, begin, begin + len(raw), text)
        return
    done = 0
    for found in _FOOTNOTE.finditer(raw):
        if found.start() > done:
            piece = raw[done : found.start()]
            yield Piece(Kind.TEXT, begin + done, begin + found.start(), piece)
        done = found.end()
        yield Piece(Kind.WORD, begin + found.start(), begin + done)
    if done < len(raw):
        yield Piece(Kind.TEXT, begin + done, begin + len(raw), raw[done:])


def escape_inline(text: str) -> str:
    """Return text that means itself in Markdown, where no block begins."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def escape_text(text: str) -> str:
    """Return text that means itself in Markdown, also where it begins a line."""
    return _BLOCK.sub(_escape_block, escape_inline(text))


def _escape_block(match: re.Match[str]) -> str:
    space, sign, number, end = match.groups()
    return f"{space}\\{sign}" if sign else f"{space}{number}\\{end}"


def inline_shape(parser: MarkdownIt, text: str, env: dict[str, Any]) -> list[str]:
    """Return the markup in an inline text, sorted.

    Args:
        parser: From `make_parser`.
        text: The text, such as that of a heading.
        env: What the parser noted of the document, such as its links by reference.
    """
    (token,) = parser.parseInline(text, env)
    return sorted(_shapes(token.children or []))


def paragraph_shape(
    parser: MarkdownIt, text: str, env: dict[str, Any]
) -> list[str] | None:
    """Return the markup in a paragraph, sorted; None if it is more than a paragraph.

    Args:
        parser: From `make_parser`.
        text: A text of one or several lines.
        env: What the parser noted of the document, such as its links by reference.
    """
    tokens = parser.parse(text, env)
    if [token.type for token in tokens] != [
        "paragraph_open",
        "inline",
        "paragraph_close",
    ]:
        return None
    return sorted(_shapes(tokens[1].children or []))


def _shapes(tokens: Iterable[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("text", "text_special", "softbreak"):
            continue
        content = "" if token.type == "image" else token.content
        attributes = sorted(token.attrs.items()) if token.type != "image" else []
        source = token.attrGet("src") if token.type == "image" else ""
        yield f"{token.type} {token.markup} {content} {attributes} {source}"
