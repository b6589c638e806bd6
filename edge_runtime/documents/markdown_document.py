"""Markdown: paragraphs, headings, list items, cells of tables, HTML."""

import bisect
import dataclasses
import functools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import EncodedText, read_text
from edge_runtime.documents.html_document import read_html
from edge_runtime.documents.in_place_document import InPlaceDocument, Place, make_places
from edge_runtime.documents.markdown_inline import (
    InlineError,
    escape_inline,
    escape_text,
    inline_shape,
    make_parser,
    paragraph_shape,
    read_alternatives,
    read_inline,
)
from edge_runtime.documents.marked_text import MarkedText, Piece

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*(?:\r\n|\r|\n)(?:.*?(?:\r\n|\r|\n))??(?:\1|\.\.\.)[ \t]*"
    r"(?:\r\n|\r|\n|\Z)",
    re.DOTALL,
)
_CELLS = ("th_open", "td_open")
_MOST_SENTENCES = 16
"""Of a paragraph that is parsed as a whole for each of them. With more, each is parsed
with its lines alone, an image by itself: a paragraph may be a whole document."""
_LINE_BEFORE = "x\\\n"
"""A line that ends in a hard break: what follows goes on in a paragraph."""


@dataclass(frozen=True)
class _Inline:
    """An inline text and where its characters stand in the document.

    Attributes:
        content: The text, without indentation and marks of quotes.
        places: Where each character stands, and where the last one ends.
        escape: Makes text into Markdown here.
        shape: Returns the markup in a text, were it here.
    """

    content: str
    places: Sequence[int]
    escape: Callable[[str], str]
    shape: Callable[[MarkdownIt, str, dict[str, Any]], list[str] | None]

    def moved(self, piece: Piece) -> Piece:
        """Return a piece of the content as a piece of the document."""
        begin, end = self.places[piece.begin], self._end(piece.end)
        return dataclasses.replace(piece, begin=begin, end=end)

    @functools.cached_property
    def _first_break(self) -> int:
        found = self.content.find("\n")
        return len(self.content) if found < 0 else found

    def _end(self, end: int) -> int:
        # A break ends where the next line begins, all else behind its last character.
        if self.content[end - 1 : end] in ("\n", " ") and end > self._first_break:
            return self.places[end]
        return self.places[end - 1] + 1 if end else self.places[0]

    def render(self, begin: int, end: int) -> str:
        """Return the content that stands at a place of the document."""
        first, last = (bisect.bisect_left(self.places, at) for at in (begin, end))
        return self.content[first:last]


@dataclass(frozen=True)
class _Context:
    """A part of an inline text in which translations must leave the markup as it is.

    Attributes:
        inline: The inline text.
        begin: Where the part begins in the document.
        end: Where it ends.
        parser: From `make_parser`.
        env: What the parser noted of the document.
        before: What is parsed before the part.
    """

    inline: _Inline
    begin: int
    end: int
    parser: MarkdownIt
    env: dict[str, Any]
    before: str = ""

    @functools.cached_property
    def _expected(self) -> list[str] | None:
        return self._shape(self.inline.render(self.begin, self.end))

    def _shape(self, text: str) -> list[str] | None:
        return self.inline.shape(self.parser, self.before + text, self.env)

    def find_problem(self, marked: MarkedText, translation: str) -> str | None:
        """Return what is wrong with the translation of a sentence of the part."""
        render = self.inline.render
        written = marked.restore(translation, self.inline.escape, render)
        around = render(self.begin, marked.begin), render(marked.end, self.end)
        found = self._shape(written.join(around))
        return None if found is not None and found == self._expected else "markup"


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read a Markdown file.

    Front matter, code, link targets, and attributes in HTML stay.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.
    """
    text = read_text(content, chosen=encoding)
    front = _FRONT_MATTER.match(text.text)
    begin = front.end() if front else 0
    lines = [found.span() for found in _LINE.finditer(text.text, begin)]
    parser = make_parser()
    env: dict[str, Any] = {}
    places: list[Place] = []
    cell_end = begin  # where the last cell of a table ends
    tokens = parser.parse(text.text[begin:], env)
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.map is None:
            continue
        block = lines[token.map[0] : token.map[1]]
        if token.type == "html_block":
            whole = (block[0][0], block[-1][1])
            if _as_parsed(text.text[slice(*whole)]).rstrip() == token.content.rstrip():
                places += read_html(text, *whole, attributes=False)
        elif token.type == "inline":
            is_cell = before is not None and before.type in _CELLS
            is_heading = before is not None and before.markup.startswith("#")
            if is_cell:
                found = _find_cell(text.text, block[0], cell_end, token.content)
                cell_end = found[-1] if found else cell_end
            else:
                found = _find_lines(text.text, block, token.content)
            if not found:
                continue
            escape, shape = escape_text, paragraph_shape
            if is_cell or is_heading:
                escape = _escape_cell if is_cell else escape_inline
                shape = inline_shape
            inline = _Inline(token.content, found, escape, shape)
            places += _read_inline(text, inline, token.children or [], parser, env)
    return InPlaceDocument(text, places)


def _read_inline(
    text: EncodedText,
    inline: _Inline,
    tokens: Sequence[Any],
    parser: MarkdownIt,
    env: dict[str, Any],
) -> Iterator[Place]:
    whole = _Context(inline, inline.places[0], inline.places[-1], parser, env)
    # Sentences, and each with what it is checked in where that is not the whole.
    found: list[tuple[list[Piece], _Context]] = []
    try:
        for number, sentence in enumerate(
            _sentences(list(read_inline(inline.content, tokens)))
        ):
            moved = [inline.moved(piece) for piece in sentence]
            if moved:
                around = moved[0].begin, moved[-1].end
                before = _LINE_BEFORE if number else ""
                found.append((moved, _Context(inline, *around, parser, env, before)))
        for begin, end, image in read_alternatives(inline.content, tokens):
            alternative = read_inline(image.content, image.children or [], begin + 2)
            around = inline.places[begin], inline.places[end - 1] + 1
            context = _Context(inline, *around, parser, env)
            for sentence in _sentences(list(alternative)):
                found.append(([inline.moved(piece) for piece in sentence], context))
    except InlineError:
        return  # written in a way whose places are not found: it stays
    is_long = len(found) > _MOST_SENTENCES
    for pieces, context in found:
        for place in make_places(text, [pieces], inline.escape):
            check = (context if is_long else whole).find_problem
            place.segment.find_problem = functools.partial(check, place.marked)
            yield place


def _sentences(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Split pieces at hard breaks."""
    sentences: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.name == "break":
            sentences.append([])
        else:
            sentences[-1].append(piece)
    return sentences


def _find_lines(text: str, lines: Sequence[tuple[int, int]], content: str) -> list[int]:
    """Return where each character of a content of several lines stands."""
    places: list[int] = []
    parts = content.split("\n")
    for number, (line, part) in enumerate(
        zip(lines, parts, strict=False)  # a heading may have a line below
    ):
        whole = text[slice(*line)].rstrip("\r\n")
        column = whole.rfind(part.rstrip()) if part.strip() else len(whole)
        if column < 0 or (whole[column + len(part.rstrip()) :].strip(" \t#")):
            return []
        begin = line[0] + column
        places += range(begin, begin + len(part) + (number < len(parts) - 1))
    if len(places) != len(content):
        return []
    return [*places, places[-1] + 1] if places else []


def _find_cell(text: str, line: tuple[int, int], after: int, content: str) -> list[int]:
    """Return where each character of a table's cell stands."""
    written = content.replace("|", r"\|")
    begin = text.find(written, max(line[0], after), line[1])
    if begin < 0 or not content:
        return []
    places = []
    for char in content:
        begin += char == "|"  # behind its backslash
        places.append(begin)
        begin += 1
    return [*places, begin]


def _escape_cell(text: str) -> str:
    return escape_inline(text).replace("|", r"\|")


def _as_parsed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
