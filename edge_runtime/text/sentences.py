"""Splitting a long text into sentences, and joining their translations again."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_runtime.text.words import is_cjk

CountTokens = Callable[[str], int]


@dataclass(frozen=True)
class Segment:
    """A part of a text that is translated on its own.

    Attributes:
        text: The part, without white space around it.
        begin: Where it stands in the whole text, in characters.
        gap: The white space between it and the segment before; `None` where a word
            had to be cut, so that nothing may come between the translations.
    """

    text: str
    begin: int
    gap: str | None = ""


# A sentence ends after these marks and the closing quotes and brackets behind them:
# after full-width marks at once, after the others only where white space follows.
_CLOSING = "\"'”’»」』）)\\]】》"
_SENTENCE_END = re.compile(
    rf"[。！？｡]+[。！？｡…!?.]*[{_CLOSING}]*|[.!?…]+[{_CLOSING}]*(?=\s)"
)
_CLAUSE_END = re.compile(rf"[，；、：]+[{_CLOSING}]*|[,;:–—]+[{_CLOSING}]*(?=\s)")
_SPACE = re.compile(r"\s+")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“‘])(?:\w|\d{1,2}|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|No|Nr|Co|Inc|Ltd|"
    r"e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|ca|bzw|usw|Str)\.$"
)


def split_text(
    text: str, max_tokens: int, count_tokens: CountTokens, *, every_sentence: bool
) -> list[Segment]:
    """Split a text into segments of at most `max_tokens` tokens.

    A text that is short enough stays whole unless `every_sentence` is set. A longer
    one is split at sentence ends; a sentence that is still too long at clause marks,
    then at spaces, then anywhere. Nothing but white space is left out.

    Args:
        text: Text to split.
        max_tokens: Most tokens per segment.
        count_tokens: Number of tokens of a text.
        every_sentence: Whether short texts are split into sentences too.

    Returns:
        The segments in order; none for a text of white space only.
    """
    segments = _strip(text, 0, len(text), "")
    if every_sentence or any(count_tokens(s.text) > max_tokens for s in segments):
        segments = _cut(segments, sentence_ends)
        for find_ends in (_clause_ends, _word_ends):
            segments = [
                part
                for segment in segments
                for part in _shorten(segment, find_ends, max_tokens, count_tokens)
            ]
        segments = [
            part
            for segment in segments
            for part in _cut_anywhere(segment, max_tokens, count_tokens)
        ]
    return segments


def join_texts(texts: Sequence[str], gaps: Sequence[str | None]) -> list[str]:
    """Return what stands between the translations of a text's segments.

    The white space of the source is kept, except that its absence (Chinese sentences
    follow one another directly) and a single space are decided by the translations:
    a space, unless Chinese or Japanese stands on both sides. An empty translation is
    as if it were not there.

    Args:
        texts: Translations of the segments.
        gaps: `gap` of each segment; the first is not used.

    Returns:
        One separator before each text; the first is empty.
    """
    separators = []
    before = ""
    for after, gap in zip(texts, gaps, strict=True):
        if gap is None or not before or not after:
            separators.append("")
        elif gap in ("", " "):
            direct = is_cjk(before[-1]) and is_cjk(after[0])
            separators.append("" if direct else " ")
        else:
            separators.append(gap)
        before = after or before
    return separators


def sentence_ends(text: str) -> list[int]:
    """Return the positions behind the sentences of a text, except the last."""
    ends = []
    for match in _SENTENCE_END.finditer(text):
        following = _SPACE.sub("", text[match.end() : match.end() + 16])[:1]
        if following.islower():
            continue  # "… and so on", "e.g. this"
        # Long enough to see the abbreviation, short enough for a page in one line.
        before = text[max(0, match.start() - 12) : match.start() + 1]
        if match.group().startswith(".") and _ABBREVIATION.search(before):
            continue
        ends.append(match.end())
    return ends


def _clause_ends(text: str) -> list[int]:
    return [match.end() for match in _CLAUSE_END.finditer(text)]


def _word_ends(text: str) -> list[int]:
    return [match.start() for match in _SPACE.finditer(text)]


def _strip(text: str, begin: int, end: int, gap: str | None) -> list[Segment]:
    """Return `text[begin:end]` without white space around it, or nothing."""
    part = text[begin:end]
    stripped = part.strip()
    if not stripped:
        return []
    leading = len(part) - len(part.lstrip())
    return [Segment(stripped, begin + leading, gap)]


def _cut(
    segments: Sequence[Segment], find_ends: Callable[[str], list[int]]
) -> list[Segment]:
    """Cut segments at all ends, keeping the white space between as gaps."""
    parts: list[Segment] = []
    for segment in segments:
        bounds = [0, *find_ends(segment.text), len(segment.text)]
        pieces = [
            piece
            for begin, end in itertools.pairwise(bounds)
            for piece in _strip(segment.text, begin, end, "")
        ]
        parts += _place(segment, pieces)
    return parts


def _place(segment: Segment, pieces: Sequence[Segment]) -> list[Segment]:
    """Return pieces of a segment with their places in the whole text and gaps."""
    placed = []
    previous_end = 0
    for number, piece in enumerate(pieces):
        gap = segment.gap if not number else segment.text[previous_end : piece.begin]
        placed.append(Segment(piece.text, segment.begin + piece.begin, gap))
        previous_end = piece.begin + len(piece.text)
    return placed


def _shorten(
    segment: Segment,
    find_ends: Callable[[str], list[int]],
    max_tokens: int,
    count_tokens: CountTokens,
) -> list[Segment]:
    """Cut a segment that is too long, into as few parts as fit one after another."""
    if count_tokens(segment.text) <= max_tokens:
        return [segment]
    bounds = [0, *find_ends(segment.text), len(segment.text)]
    counts = [
        count_tokens(segment.text[begin:end])
        for begin, end in itertools.pairwise(bounds)
    ]
    pieces: list[Segment] = []
    begin, total = 0, 0
    for piece_begin, count in zip(bounds, counts, strict=False):
        if total and total + count > max_tokens:
            pieces += _strip(segment.text, begin, piece_begin, "")
            begin, total = piece_begin, 0
        total += count
    pieces += _strip(segment.text, begin, len(segment.text), "")
    return _place(segment, pieces)


def _cut_anywhere(
    segment: Segment, max_tokens: int, count_tokens: CountTokens
) -> list[Segment]:
    """Halve a segment until its parts fit or are single characters."""
    if len(segment.text) < 2 or count_tokens(segment.text) <= max_tokens:
        return [segment]
    middle = _cuttable(segment.text, len(segment.text) // 2)
    first = Segment(segment.text[:middle], segment.begin, segment.gap)
    rest = Segment(segment.text[middle:], segment.begin + middle, None)
    return [
        *_cut_anywhere(first, max_tokens, count_tokens),
        *_cut_anywhere(rest, max_tokens, count_tokens),
    ]


def _cuttable(text: str, middle: int) -> int:
    """Return a place near `middle` that parts no visible character, if there is one."""
    for position in range(middle, max(0, middle - 16), -1):
        joined = unicodedata.category(text[position]) in ("Mn", "Me", "Mc", "Cf", "Sk")
        if not joined and text[position - 1] != "\u200d":
            return position
    return middle
