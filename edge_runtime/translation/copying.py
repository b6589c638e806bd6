"""Copying of unknown words, numbers, addresses and placeholders from the source."""

import bisect
import re
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from edge_runtime.arrays import FloatArray
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.word_alignment import link_words, word_of_tokens
from edge_runtime.text.words import word_spans

_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"，。！？、；（）]*[^\s<>\"，。！？、；（）.,;:!?)]"
    r"|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|\{\{?\w+\}?\}|%\(\w+\)[sd]|%[sd]|\$\{\w+\}|__\w+?__|<\w+/?>",
    re.ASCII,
)
"""Web and mail addresses, and the placeholders of common template languages.

The part before the @ and the labels behind it are as long as RFC 5321 and RFC 1035
allow: without a bound, every letter of a long word would be tried as the first.
"""

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")

# One character that no vocabulary holds and no space surrounds, so that an unknown
# token stays part of the word that it is in.
_UNKNOWN = "\ufffc"


@dataclass(frozen=True)
class _Edit:
    begin: int
    end: int
    replacement: str


def copy_from_source(
    source: TokenizedText,
    target: TokenizedText,
    alignment: FloatArray,
    unk_id: int,
) -> TokenizedText:
    """Return the target with words, numbers and addresses copied from the source.

    Each target word is linked to the source word it attended to most. Then

    - a target word with an unknown token becomes the source word linked to it;
    - an address or placeholder of the source that the target does not have replaces
      the target words linked to it;
    - so does a number, where those target words are numbers too ("3" may well have
      become "three").

    Args:
        source: Text and tokens that the encoder read, bos and eos with empty spans.
        target: Text and tokens that the decoder wrote, eos with an empty span.
        alignment: Shape `(target_length, source_length)`.
        unk_id: Id of the unknown token.
    """
    target = _mark_unknown(target, unk_id)
    addresses = {match.span() for match in _ADDRESS.finditer(source.text)}
    numbers = set(_NUMBER.findall(target.text))
    source_words = _units(source.text, addresses)
    target_words = word_spans(target.text)
    links = link_words(
        alignment,
        word_of_tokens(source.spans, source_words),
        word_of_tokens(target.spans, target_words),
    )
    linked: dict[int, list[Span]] = {}
    for source_word, target_word in links:
        linked.setdefault(source_word, []).append(target_words[target_word])
    edits = [
        edit
        for source_word, spans in linked.items()
        for edit in _edits(
            source.text[slice(*source_words[source_word])],
            source_words[source_word] in addresses,
            spans,
            target.text,
            numbers,
        )
    ]
    return _apply(sorted(edits, key=lambda edit: edit.begin), target)


def _units(text: str, addresses: Set[Span]) -> list[Span]:
    """Return the words of a text, each address or placeholder as one word."""
    units: list[Span] = []
    for unit in sorted([*word_spans(text), *addresses]):
        if unit in addresses:
            # A word that the address begins in.
            if units and units[-1][1] > unit[0]:
                units.pop()
        elif units and unit[0] < units[-1][1]:
            continue
        units.append(unit)
    return units


def _edits(
    copied: str,
    is_address: bool,
    spans: Sequence[Span],
    target: str,
    numbers: Set[str],
) -> list[_Edit]:
    """Return what one source word replaces among the target words linked to it.

    Args:
        copied: The source word.
        is_address: Whether it is an address or placeholder.
        spans: Where the target words stand.
        target: The whole target.
        numbers: All numbers in it.
    """
    if is_address:
        if copied in target:
            return []
        # An address is translated into a row of fragments: all of them go.
        return [_Edit(spans[0][0], spans[-1][1], copied)]
    edits: list[_Edit] = []
    for begin, end in spans:
        word = target[begin:end]
        number = _NUMBER.search(copied)
        found = _NUMBER.search(word)
        if _UNKNOWN in word:
            first, last = _without_marks(word)
            edit = _Edit(
                begin + first, begin + last, copied[slice(*_without_marks(copied))]
            )
            if edits and not target[edits[-1].end : edit.begin].strip():
                edit = replace(edit, begin=edits.pop().begin)
            edits.append(edit)
        elif number and found and number.group() not in numbers:
            first, last = begin + found.start(), begin + found.end()
            edits.append(_Edit(first, last, number.group()))
    return edits


def _without_marks(word: str) -> Span:
    """Return the span of a word without the punctuation marks around it."""
    kept = [
        place
        for place, character in enumerate(word)
        if not unicodedata.category(character).startswith("P")
    ]
    return (kept[0], kept[-1] + 1) if kept else (0, len(word))


def _mark_unknown(target: TokenizedText, unk_id: int) -> TokenizedText:
    """Write every unknown token as one mark, without the spaces SentencePiece adds."""
    if unk_id not in target.token_ids:
        return target
    edits = [
        _Edit(begin, end, _UNKNOWN)
        for token_id, (begin, end) in zip(target.token_ids, target.spans, strict=True)
        if token_id == unk_id
    ]
    return _apply(edits, target)


def _apply(edits: Sequence[_Edit], target: TokenizedText) -> TokenizedText:
    """Apply edits to a text and move the spans of its tokens accordingly."""
    parts: list[str] = []
    moved: list[tuple[_Edit, int]] = []  # each edit with its new beginning
    length = done = 0
    for edit in edits:
        if edit.begin < done:
            continue  # two source words claim the same place: the first has it
        kept = target.text[done : edit.begin]
        parts += [kept, edit.replacement]
        moved.append((edit, length + len(kept)))
        length += len(kept) + len(edit.replacement)
        done = edit.end
    parts.append(target.text[done:])

    ends = [edit.end for edit, _ in moved]

    def move(position: int, is_end: bool) -> int:
        passed = bisect.bisect_right(ends, position)  # edits that end before
        if passed < len(moved):
            edit, begin = moved[passed]
            if position > edit.begin or (position == edit.begin and not is_end):
                return begin + (len(edit.replacement) if is_end else 0)
        if not passed:
            return position
        edit, begin = moved[passed - 1]
        return position + begin + len(edit.replacement) - edit.end

    spans = [(move(begin, False), move(end, True)) for begin, end in target.spans]
    return TokenizedText("".join(parts), target.token_ids, target.tokens, spans)
