"""A document whose texts are replaced where they stand."""

import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from edge_runtime.documents.encoded_text import EncodedText
from edge_runtime.documents.marked_text import MarkedText, Piece, mark
from edge_runtime.documents.segment import Segment


@dataclass(frozen=True)
class Place:
    """A segment and where it stands.

    Attributes:
        marked: Its text, with its place in the document.
        escape: Makes text into the format's text.
        segment: What is translated.
    """

    marked: MarkedText
    escape: Callable[[str], str]
    segment: Segment


class InPlaceDocument:
    """A document whose texts are replaced where they stand.

    Args:
        text: The document.
        places: Its segments. One may lie within the markup of another, as does an
            attribute within a tag of a sentence.
        unencodable: What is written for characters that the encoding lacks, as in
            `EncodedText.encode`.
    """

    marks_review = False

    def __init__(
        self, text: EncodedText, places: Iterable[Place], unencodable: str = "strict"
    ) -> None:
        self._text = text
        self._places = sorted(
            places, key=lambda place: (place.marked.begin, -place.marked.end)
        )
        self._begins = [place.marked.begin for place in self._places]
        self._unencodable = unencodable

    @property
    def segments(self) -> Sequence[Segment]:
        """The texts to translate."""
        return [place.segment for place in self._places]

    def write(self) -> bytes:
        """Return the file with what its segments hold now; see `Document`."""
        written = self.render(0, len(self._text.text))
        return self._text.encode(written, self._unencodable)

    def render(self, begin: int, end: int) -> str:
        """Return a part of the document with what its segments hold now."""
        parts = []
        done = begin
        for place in range(bisect.bisect_left(self._begins, begin), len(self._places)):
            marked, segment = self._places[place].marked, self._places[place].segment
            if marked.begin >= end:
                break
            if marked.begin < done or marked.end > end:
                continue  # around this part, or in one that is written already
            if segment.translation in (None, segment.source):
                continue
            parts.append(self._text.text[done : marked.begin])
            parts.append(
                marked.restore(
                    segment.translation or "",
                    self._places[place].escape,
                    self.render,
                )
            )
            done = marked.end
        return "".join([*parts, self._text.text[done:end]])


def make_places(
    text: EncodedText,
    sentences: Iterable[Sequence[Piece]],
    escape: Callable[[str], str],
) -> list[Place]:
    """Return the places of all sentences that have words.

    Args:
        text: The document.
        sentences: The pieces of each.
        escape: Makes text into the format's text.
    """
    places = []
    for pieces in sentences:
        marked = mark(text.text, pieces)
        if marked is not None:
            segment = Segment(marked.source, text.line_of(marked.begin))
            places.append(Place(marked, escape, segment))
    return places
