"""A unit of an XML file that holds a text and its translation."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edge_runtime.documents.encoded_text import EncodedText
from edge_runtime.documents.in_place_document import InPlaceDocument, Place
from edge_runtime.documents.marked_text import Kind, Piece, mark
from edge_runtime.documents.segment import Segment, State
from edge_runtime.documents.wrapped_text import read_wrapped
from edge_runtime.documents.xml_inline import Roles, Run, read_runs
from edge_runtime.documents.xml_tree import Element, Token


@dataclass(frozen=True)
class BilingualUnit:
    """A unit of an XML file that holds a text and its translation.

    Attributes:
        source: The element with the text.
        target: The element for the translation, if there is one.
        places: The sentences in `source`.
    """

    source: Element
    target: Element | None
    places: tuple[Place, ...]

    @property
    def state(self) -> State:
        """How far the unit is translated now: as far as each of its sentences."""
        states = {place.segment.state for place in self.places}
        for state in (State.UNTRANSLATED, State.FUZZY):
            if state in states:
                return state
        return State.TRANSLATED

    @property
    def has_target(self) -> bool:
        """Whether a translation stands in the file."""
        return self.target is not None and has_text(self.target)

    @property
    def is_changed(self) -> bool:
        """Whether a translation was found for a part of it."""
        return any(place.segment.translation is not None for place in self.places)

    @property
    def is_done(self) -> bool:
        """Whether a translation was looked for."""
        return any(place.segment.is_done for place in self.places)

    def write_target(self, text: EncodedText) -> str:
        """Return the content of the target element, written like that of the source."""
        document = InPlaceDocument(text, self.places)
        return document.render(*self.source.inner)


def read_unit(
    text: EncodedText,
    content: Element,
    target: Element | None,
    before: State,
    roles: Roles,
    is_boundary: Callable[[Token], bool] = lambda token: False,
) -> BilingualUnit:
    """Return the unit of a source element and a target element.

    Args:
        text: The document.
        content: The element with the source text.
        target: The element for the translation, if there is one.
        before: How far the unit is translated.
        roles: Roles of the inline elements.
        is_boundary: See `read_runs`.
    """
    places = []
    keeps_space = _keeps_space(content)
    for run in read_runs(content.inner_tokens, roles, is_boundary):
        pieces = list(run.pieces if keeps_space else _read_pieces(text.text, run))
        marked = mark(text.text, pieces, needs_words=False)
        if marked is not None:
            line = text.line_of(marked.begin)
            segment = Segment(marked.source, line, state=before)
            places.append(Place(marked, run.escape, segment))
    return BilingualUnit(content, target, tuple(places))


def _keeps_space(element: Element) -> bool:
    """Return whether line breaks in an element are those of its text."""
    return element.inherited("xml:space") == "preserve"


def _read_pieces(document: str, run: Run) -> Iterator[Piece]:
    for piece in run.pieces:
        if piece.kind is Kind.TEXT:
            yield from read_wrapped(document, piece.begin, piece.end, run.unescape)
        else:
            yield piece


def has_text(element: Element) -> bool:
    """Return whether any text stands in an element."""
    return any(token.text.strip() for token in element.inner_tokens)


def space_before(text: str, place: int) -> str:
    """Return the line break and the indentation before a place, or nothing.

    Nothing if something else stands before it in its line.
    """
    begin = place
    while text[begin - 1 : begin] in (" ", "\t"):
        begin -= 1
    if text[begin - 1 : begin] not in ("\r", "\n"):
        return ""
    return text[begin - 1 - (text[begin - 2 : begin] == "\r\n") : place]
