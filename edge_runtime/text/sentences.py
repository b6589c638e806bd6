"""Splitting a long text into sentences, and joining their translations again."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from edge_runtime.text.lazy_pattern import LazyPattern
from edge_runtime.text.tokenizer import Span
from edge_runtime.text.words import CJK, is_cjk

CountTokens = Callable[[str], int]
FindEnds = Callable[[str, int, int], Iterator[int]]


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
# after full-width marks at once, after the others where white space follows, and after
# a sentence in Chinese with an ASCII mark (甲. and 一. begin an item). A run of the
# others is tried once, at its first mark: tried at each of its marks, a run costs the
# square of its length.
_MARKS = "\ufdd0-\ufddf"
"""Of spans, see `slotted_text`. What stands before and behind tags decides."""

_TAG_MARKS = "\ufdd8-\ufddf"

# Marks of tags that close a pair, and of single ones, follow as quotes do.
_CLOSING = "\"'”’»」』）)\\]】》\ufddc-\ufddf"
_SPACED_END = rf"(?<![.!?…])[.!?…]++[{_CLOSING}]*+(?=\s)"
_ASCII_SENTENCE_END = re.compile(_SPACED_END)
"""What the rest of `_SENTENCE_END` finds is not there in ASCII."""

_SENTENCE_END = LazyPattern(
    rf"[。！？｡]+[。！？｡…!?.]*[{_CLOSING}]*|{_SPACED_END}|"
    rf"(?<=[{CJK}{_MARKS}])[!?]++[{_CLOSING}]*+(?=[{CJK}\d\ufdd0-\ufddb])|"
    rf"(?<=[{CJK}{_MARKS}]{{2}})\.[{_CLOSING}]*+(?=[{CJK}\ufdd0-\ufddb])"
)
_TAGS = re.compile(f"[{_TAG_MARKS}]")
_LINE_END = re.compile("[\n-\r\x1c-\x1e\x85\u2028\u2029]")  # as `str.splitlines`
_CLAUSE_END = re.compile(
    rf"[，；、：]+[{_CLOSING}]*|(?<![,;:–—])[,;:–—]++[{_CLOSING}]*+(?=\s)"
)
_SPACE = re.compile(r"\s+")
_LEADING_SPACE = re.compile(r"\s*+")
# Behind an apostrophe within a word a single letter is no abbreviation: "didn't."
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"“‘]|(?<!\w)')(?:[^\W\d_]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|Nr|Co|Inc|"
    r"Ltd|e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|ca|bzw|usw|Str)\.$"
)
# "No. 5", but "No. It costs five."
_NUMERO = re.compile(r"(?:^|[^\w])[Nn]o\.$")
_NUMBERED = re.compile(r"\s*[\d#\ufdd0]")
# "am 3. Mai", "der 2. Weltkrieg", and the number of an item of a list.
_ORDINAL = re.compile(
    r"(?:^|\b(?:am|ab|bis|das|dem|den|der|des|die|im|oder|seit|und|vom|zum)\s)"
    r"\d{1,2}\.$",
    re.IGNORECASE,
)
# Words that end sentences, also where the next one begins with a small letter.
_LAST_WORD = re.compile(
    r"(?:[^\W\d_]{4,}|\b(?:it|all|one|him|her|you|me|us|now|too|out|up|so|be|do)|"
    rf"[\ufdd0-\ufddf])[{_CLOSING}]*\.[{_CLOSING}]*$"
)
_LONG_ABBREVIATION = re.compile(
    r"\b(?:approx|appt|assn|bspw|dept|evtl|figs|ggfs?|govt|incl|inkl|insb|resp|sect|"
    r"temp|vols)\.$",
    re.IGNORECASE,
)

_CHARACTERS_PER_TOKEN = 32
"""More characters per token than any text has, but for white space and noise."""


def split_text(
    text: str,
    max_tokens: int,
    count_tokens: CountTokens,
    *,
    every_sentence: bool,
    every_line: bool = False,
) -> Iterator[Segment]:
    """Split a text into segments of at most `max_tokens` tokens.

    A text that is short enough stays whole unless `every_sentence` is set; with
    `every_line` that holds for each of its lines. A longer one is split at sentence
    ends; a sentence that is still too long at clause marks, then at spaces, then
    anywhere. Nothing but white space is left out.

    The time is proportional to the length of the text, and beside the text memory
    holds one segment: what is far too long to fit, see `longest_text`, is split
    without being counted.

    Args:
        text: Text to split.
        max_tokens: Most tokens per segment.
        count_tokens: Number of tokens of a text.
        every_sentence: Whether short texts are split into sentences too.
        every_line: Whether lines are split from each other.

    Yields:
        The segments in order; none for a text of white space only.
    """
    limit = _Limit(max_tokens, count_tokens)
    begin, end = _strip(text, 0, len(text))
    if begin == end:
        return
    if not every_sentence and not every_line and limit.holds(text, begin, end):
        yield Segment(text[begin:end], begin)
        return
    previous_end = begin
    lines = _pieces(_line_ends(text, begin, end) if every_line else (), begin, end)
    sentences = (
        sentence
        for line in _stripped(text, lines)
        for sentence in (
            _stripped(text, _pieces(sentence_ends(text, *line), *line))
            if every_sentence or not limit.holds(text, *line)
            else [line]
        )
    )
    for sentence in sentences:
        for clause in _shorten(text, sentence, _clause_ends, limit):
            for words in _shorten(text, clause, _word_ends, limit):
                gap: str | None = text[previous_end : words[0]]
                for part in _cut_anywhere(text, words, limit):
                    yield Segment(text[slice(*part)], part[0], gap)
                    gap = None
                previous_end = words[1]


def longest_text(max_tokens: int) -> int:
    """Return the most characters of a text that may have only `max_tokens` tokens."""
    return _CHARACTERS_PER_TOKEN * max_tokens


def separator(before: str, after: str, gap: str | None) -> str:
    """Return what stands between the translations of two segments.

    The white space of the source is kept, except that its absence (Chinese sentences
    follow one another directly) and a single space are decided by the translations:
    a space, unless Chinese or Japanese stands on both sides. Beside a translation that
    is empty only line breaks are kept.

    Args:
        before: The last translation that is not empty; empty if there is none.
        after: Translation of the segment.
        gap: `gap` of the segment.
    """
    if gap and _LINE_END.search(gap):
        return gap
    if gap is None or not before or not after:
        return ""
    if gap in ("", " "):
        return "" if is_cjk(before[-1]) and is_cjk(after[0]) else " "
    return gap


def sentence_ends(text: str, begin: int = 0, end: int | None = None) -> Iterator[int]:
    """Yield the positions behind the sentences of `text[begin:end]`, except the last.

    Args:
        text: Any text.
        begin: Where to begin.
        end: Where to end; at the end of the text if not given.
    """
    end = len(text) if end is None else end
    ends = _ASCII_SENTENCE_END if text.isascii() else _SENTENCE_END.compiled
    for match in ends.finditer(text, begin, end):
        # Long enough to see the abbreviation, short enough for a page in one line.
        begin_before = max(begin, match.start() - 12)
        if match.group().startswith("."):
            before = _without_tags(text[begin_before : match.start() + 1])
            if _ABBREVIATION.search(before) or _ORDINAL.search(before):
                continue
            if _NUMERO.search(before) and _NUMBERED.match(text, match.end(), end):
                continue
        following = _without_tags(text[match.end() : min(match.end() + 16, end)])
        if following.lstrip()[:1].islower():
            # "… and so on", "approx. five", but not "in some cases. every time".
            before = _without_tags(text[begin_before : match.end()])
            if not _LAST_WORD.search(before) or _LONG_ABBREVIATION.search(before):
                continue
        yield match.end()


def _without_tags(text: str) -> str:
    return _TAGS.sub("", text)


def clauses(text: str, begin: int = 0, end: int | None = None) -> Iterator[Span]:
    """Yield where the clauses of `text[begin:end]` stand, without white space."""
    end = len(text) if end is None else end
    for sentence in _pieces(sentence_ends(text, begin, end), begin, end):
        yield from _stripped(text, _pieces(_clause_ends(text, *sentence), *sentence))


def _line_ends(text: str, begin: int, end: int) -> Iterator[int]:
    return (match.end() for match in _LINE_END.finditer(text, begin, end))


def _clause_ends(text: str, begin: int, end: int) -> Iterator[int]:
    return (match.end() for match in _CLAUSE_END.finditer(text, begin, end))


def _word_ends(text: str, begin: int, end: int) -> Iterator[int]:
    return (match.start() for match in _SPACE.finditer(text, begin, end))


@dataclass(frozen=True)
class _Limit:
    """How long a segment may be."""

    max_tokens: int
    count_tokens: CountTokens

    @property
    def max_characters(self) -> int:
        return longest_text(self.max_tokens)

    def count(self, text: str, begin: int, end: int) -> int:
        """Return the number of tokens, or any that is too large for a long text."""
        if end - begin > self.max_characters:
            begin, end = _strip(text, begin, end)
        if end - begin > self.max_characters:
            return self.max_tokens + 1
        return self.count_tokens(text[begin:end])

    def holds(self, text: str, begin: int, end: int) -> bool:
        """Return whether `text[begin:end]` is short enough."""
        return (
            end - begin <= self.max_characters
            and self.count_tokens(text[begin:end]) <= self.max_tokens
        )


def _strip(text: str, begin: int, end: int) -> Span:
    """Return the place of `text[begin:end]` without white space around it."""
    leading = _LEADING_SPACE.match(text, begin, end)
    begin = leading.end() if leading else begin
    while end > begin and text[end - 1].isspace():
        end -= 1
    return begin, end


def _stripped(text: str, pieces: Iterable[Span]) -> Iterator[Span]:
    """Yield what is left of pieces without white space around them."""
    for piece in pieces:
        begin, end = _strip(text, *piece)
        if begin < end:
            yield begin, end


def _pieces(ends: Iterable[int], begin: int, end: int) -> Iterator[Span]:
    """Yield the pieces between `begin`, all ends and `end`."""
    for piece_end in ends:
        yield begin, piece_end
        begin = piece_end
    yield begin, end


def _shorten(
    text: str, stretch: Span, find_ends: FindEnds, limit: _Limit
) -> Iterator[Span]:
    """Cut a stretch that is too long, into as few parts as fit one after another."""
    if limit.holds(text, *stretch):
        yield stretch
        return
    yield from _stripped(text, _parts(text, stretch, find_ends, limit))


def _parts(
    text: str, stretch: Span, find_ends: FindEnds, limit: _Limit
) -> Iterator[Span]:
    part_begin, total = stretch[0], 0
    for begin, end in _pieces(find_ends(text, *stretch), *stretch):
        count = limit.count(text, begin, end)
        too_many = total and total + count > limit.max_tokens
        too_long = begin > part_begin and end - part_begin > limit.max_characters
        if too_many or too_long:
            yield part_begin, begin
            part_begin, total = begin, 0
        total += count
    yield part_begin, stretch[1]


def _cut_anywhere(text: str, stretch: Span, limit: _Limit) -> Iterator[Span]:
    """Cut a stretch that no mark and no space divides."""
    begin, end = stretch
    while end - begin > limit.max_characters:
        middle = _cuttable(text, begin, begin + limit.max_characters)
        yield from _halve(text, begin, middle, limit)
        begin = middle
    yield from _halve(text, begin, end, limit)


def _halve(text: str, begin: int, end: int, limit: _Limit) -> Iterator[Span]:
    """Halve a stretch until its parts fit or are single characters."""
    if end - begin < 2 or limit.holds(text, begin, end):
        yield begin, end
        return
    middle = _cuttable(text, begin, begin + (end - begin) // 2)
    yield from _halve(text, begin, middle, limit)
    yield from _halve(text, middle, end, limit)


def _cuttable(text: str, begin: int, middle: int) -> int:
    """Return a place near `middle` that parts no visible character, if there is one."""
    for position in range(middle, max(begin, middle - 16), -1):
        joined = unicodedata.category(text[position]) in ("Mn", "Me", "Mc", "Cf", "Sk")
        if not joined and text[position - 1] != "\u200d":
            return position
    return middle
