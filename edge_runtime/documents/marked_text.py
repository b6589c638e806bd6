"""Text with markup, as the translator sees it: tags with numbers for markup."""

import dataclasses
import itertools
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from edge_runtime.documents.line_breaks import break_lines, joint, width
from edge_runtime.documents.soundness import has_words

_NUMBERED = re.compile(r"</?([gx])([0-9]+)/?>")
_SPACE = " \t\r\n\f"


def _visible_width(text: str) -> int:
    return width(_NUMBERED.sub("", text))


class Kind(Enum):
    """What a piece of a document is to a sentence."""

    TEXT = "text"
    OPEN = "open"
    CLOSE = "close"
    SINGLE = "single"
    """Markup without an end: an image, or a tag whose partner is elsewhere."""
    WORD = "word"
    """Markup that stands for words, such as code or a variable."""
    BREAK = "break"
    """A line break that only wraps the text."""


@dataclass(frozen=True)
class Piece:
    """A part of a document: some text, or some markup.

    Attributes:
        kind: What it is.
        begin: Where it begins in the document.
        end: Where it ends.
        text: For text: what it says, without escapes.
        name: For markup that opens and closes: what its partner is found by.
        written: What is written for markup in a translation, if it is something else
            than what stands in the document.
    """

    kind: Kind
    begin: int
    end: int
    text: str = ""
    name: str = ""
    written: str | None = None


@dataclass(frozen=True)
class MarkedText:
    """A sentence with its markup.

    Attributes:
        begin: Where it begins in the document.
        end: Where it ends.
        source: Its text for the translator, markup as numbered tags.
        markup: The markup that each tag stands for.
        breaks: The line breaks that were taken out.
    """

    begin: int
    end: int
    source: str
    markup: dict[str, Piece]
    breaks: tuple[Piece, ...]

    def restore(
        self,
        translation: str,
        escape: Callable[[str], str],
        render: Callable[[int, int], str],
    ) -> str:
        """Return a translation as it stands in the document.

        Args:
            translation: Text with the tags of `source`.
            escape: Makes text into the format's text.
            render: Returns a part of the document, for markup.
        """
        lines = [translation]
        if self.breaks:
            lines = break_lines(translation, len(self.breaks) + 1, _visible_width)
        parts = []
        for number, line in enumerate(lines):
            if number:
                wrap = self.breaks[number - 1]
                parts.append(render(wrap.begin, wrap.end))
            done = 0
            for tag in _NUMBERED.finditer(line):
                piece = self.markup.get(tag.group())
                if piece is not None:
                    parts.append(escape(line[done : tag.start()]))
                    written = piece.written
                    if written is None:
                        written = render(piece.begin, piece.end)
                    parts.append(written)
                    done = tag.end()
            parts.append(escape(line[done:]))
        return "".join(parts)


def mark(
    document: str, pieces: Sequence[Piece], *, needs_words: bool = True
) -> MarkedText | None:
    """Return the sentence that pieces make up; None if there is none.

    Space and markup around the words stay in the document and out of the sentence.

    Args:
        document: Text of the document.
        pieces: Pieces of it that follow each other without gaps.
        needs_words: Whether a text without words is no sentence.
    """
    kept = _without_space(document, _without_edges(_join_empty_pairs(_pair(pieces))))
    literal = "".join(piece.text for piece in kept if piece.kind is Kind.TEXT)
    if not literal.strip() or (needs_words and not has_words(literal)):
        return None
    # Text about such tags has numbers of its own, of as many digits as it likes.
    taken = {found[2] for found in _NUMBERED.finditer(literal)}
    numbers = (number for number in itertools.count(1) if f"{number}" not in taken)
    parts: list[str] = []
    markup: dict[str, Piece] = {}
    breaks = []
    open_numbers: list[int] = []
    for place, piece in enumerate(kept):
        match piece.kind:
            case Kind.TEXT:
                parts.append(piece.text)
                continue
            case Kind.BREAK:
                breaks.append(piece)
                parts.append(joint("".join(parts[-1:]), _beginning(kept[place + 1])))
                continue
            case Kind.OPEN:
                number = next(numbers)
                open_numbers.append(number)
                tag = f"<g{number}>"
            case Kind.CLOSE:
                tag = f"</g{open_numbers.pop()}>"
            case _:
                number = next(numbers)
                # What stands for words is a word to the translator, too.
                tag = f"<{'x' if piece.kind is Kind.WORD else 'g'}{number}/>"
        markup[tag] = piece
        parts.append(tag)
    begin, end = kept[0].begin, kept[-1].end
    return MarkedText(begin, end, "".join(parts), markup, tuple(breaks))


def _beginning(piece: Piece) -> str:
    return piece.text if piece.kind is Kind.TEXT else "<"


def _pair(pieces: Iterable[Piece]) -> list[Piece]:
    """Give both pieces of a pair a name of its own; what has no partner is single."""
    paired: list[Piece] = []
    waiting: list[int] = []  # places of opening pieces
    by_name: defaultdict[str, list[int]] = defaultdict(list)  # the same places
    for piece in pieces:
        paired.append(piece)
        if piece.kind is Kind.OPEN:
            waiting.append(len(paired) - 1)
            by_name[piece.name].append(len(paired) - 1)
        elif piece.kind is Kind.CLOSE:
            if not by_name[piece.name]:
                paired[-1] = dataclasses.replace(piece, kind=Kind.SINGLE)
                continue
            partner = by_name[piece.name][-1]
            while (place := waiting.pop()) != partner:
                by_name[paired[place].name].pop()
                paired[place] = dataclasses.replace(paired[place], kind=Kind.SINGLE)
            by_name[piece.name].pop()
            for place in (partner, len(paired) - 1):
                paired[place] = dataclasses.replace(paired[place], name=f"{partner}")
    for place in waiting:
        paired[place] = dataclasses.replace(paired[place], kind=Kind.SINGLE)
    return paired


def _join_empty_pairs(pieces: Iterable[Piece]) -> list[Piece]:
    """Make a pair without anything in it, such as an anchor, a single piece."""
    joined: list[Piece] = []
    for piece in pieces:
        before = joined[-1] if joined else None
        if before is not None and _encloses(before, piece):
            joined[-1] = Piece(Kind.SINGLE, before.begin, piece.end)
        else:
            joined.append(piece)
    return joined


def _encloses(first: Piece, last: Piece) -> bool:
    return (
        first.kind is Kind.OPEN and last.kind is Kind.CLOSE and first.name == last.name
    )


def _without_edges(pieces: Iterable[Piece]) -> list[Piece]:
    """Leave out the markup around a sentence, and the space around that."""
    kept = deque(pieces)
    while kept:
        if _is_edge(kept[0]):
            kept.popleft()
        elif _is_edge(kept[-1]):
            kept.pop()
        elif _encloses(kept[0], kept[-1]):
            kept.popleft()
            kept.pop()
        else:
            break
    return list(kept)


def _is_edge(piece: Piece) -> bool:
    if piece.kind is Kind.TEXT:
        return not piece.text.strip()
    return piece.kind in (Kind.SINGLE, Kind.BREAK)


def _without_space(document: str, pieces: list[Piece]) -> list[Piece]:
    """Leave out the space around a sentence; space that is escaped stays in it."""
    kept = list(pieces)
    if kept and kept[0].kind is Kind.TEXT:
        first = kept[0]
        raw = document[first.begin : first.end]
        space = len(raw) - len(raw.lstrip(_SPACE))
        if space:
            text = first.text.lstrip(_SPACE)
            kept[0] = dataclasses.replace(first, begin=first.begin + space, text=text)
    if kept and kept[-1].kind is Kind.TEXT:
        last = kept[-1]
        raw = document[last.begin : last.end]
        space = len(raw) - len(raw.rstrip(_SPACE))
        if space:
            text = last.text.rstrip(_SPACE)
            kept[-1] = dataclasses.replace(last, end=last.end - space, text=text)
    return kept
