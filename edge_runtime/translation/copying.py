"""Copying from the source through the alignment: spans and unknown words."""

import re
import unicodedata
from collections.abc import Sequence, Set
from dataclasses import replace

from edge_runtime.arrays import FloatArray
from edge_runtime.text.spans import CarriedSpan
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.word_alignment import link_words, word_of_tokens
from edge_runtime.text.words import word_spans

_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")

# One character that no vocabulary holds and no space surrounds, so that an unknown
# token stays part of the word that it is in.
_UNKNOWN = "\ufffc"


def copy_from_source(
    source: TokenizedText,
    target: TokenizedText,
    alignment: FloatArray,
    unk_id: int,
    *,
    spans: Sequence[CarriedSpan] = (),
    unknown_words: bool = True,
    fixed_tokens: int = 0,
) -> TokenizedText:
    """Return the target with spans and words copied from the source.

    Each target word is linked to the source word it attended to most. Then

    - a target word with an unknown token becomes the source word linked to it;
    - a span of the source that the target does not have replaces the target words
      linked to it;
    - so does a number, where those target words are numbers too ("3" may well have
      become "three").

    Args:
        source: Text and tokens that the encoder read, bos and eos with empty spans.
        target: Text and tokens that the decoder wrote, eos with an empty span.
        alignment: Shape `(target_length, source_length)`.
        unk_id: Id of the unknown token.
        spans: Spans of the source that are carried over.
        unknown_words: Whether words with an unknown token are replaced.
        fixed_tokens: Target tokens at the beginning that stay as they are, but for
            words with an unknown token.
    """
    if unknown_words:
        target = _mark_unknown(target, unk_id)
    copied = {(span.begin, span.end): span for span in spans if span.kind != "number"}
    carries_numbers = any(span.kind == "number" for span in spans)
    numbers = set(_NUMBER.findall(target.text))
    source_words = _units(source.text, copied.keys())
    target_words = word_spans(target.text)
    links = link_words(
        alignment,
        word_of_tokens(source.spans, source_words),
        word_of_tokens(target.spans, target_words),
    )
    linked: dict[int, list[Span]] = {}
    for source_word, target_word in links:
        linked.setdefault(source_word, []).append(target_words[target_word])
    edits: list[Edit] = []
    for source_word, places in linked.items():
        span = copied.get(source_words[source_word])
        if span:
            edits += _span_edits(span, places, target.text)
        else:
            word = source.text[slice(*source_words[source_word])]
            edits += _word_edits(
                word, places, target.text, numbers if carries_numbers else None
            )
    fixed = max((end for _, end in target.spans[:fixed_tokens]), default=0)
    edits = [kept for edit in edits if (kept := _behind(fixed, edit, target.text))]
    return apply_edits(sorted(edits, key=lambda edit: edit.begin), target)


def _behind(fixed: int, edit: Edit, target: str) -> Edit | None:
    """Return what of an edit changes nothing that is fixed but unknown tokens.

    Args:
        fixed: Characters at the beginning of the target that are fixed.
        edit: What is to be replaced.
        target: The whole target.
    """
    if edit.begin >= fixed or _UNKNOWN in target[edit.begin : fixed]:
        return edit
    # An unknown token that was found behind the last fixed word, without a space.
    if _UNKNOWN in target[fixed : edit.end]:
        return replace(edit, begin=fixed)
    return None


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


def _span_edits(span: CarriedSpan, places: Sequence[Span], target: str) -> list[Edit]:
    """Return what a span replaces: all the target words linked to it."""
    if any(form in target for form in span.translations):
        return []
    # An address is translated into a row of fragments: all of them go.
    return [Edit(places[0][0], places[-1][1], span.translations[0])]


def _word_edits(
    copied: str, places: Sequence[Span], target: str, numbers: Set[str] | None
) -> list[Edit]:
    """Return what one source word replaces among the target words linked to it.

    Args:
        copied: The source word.
        places: Where the target words stand.
        target: The whole target.
        numbers: All numbers in it; `None` where numbers are not carried over.
    """
    edits: list[Edit] = []
    for begin, end in places:
        word = target[begin:end]
        number = _NUMBER.search(copied)
        found = _NUMBER.search(word)
        if _UNKNOWN in word:
            first, last = _without_marks(word)
            edit = Edit(
                begin + first, begin + last, copied[slice(*_without_marks(copied))]
            )
            if edits and not target[edits[-1].end : edit.begin].strip():
                edit = replace(edit, begin=edits.pop().begin)
            edits.append(edit)
        elif numbers is not None and number and found and number.group() not in numbers:
            first, last = begin + found.start(), begin + found.end()
            edits.append(Edit(first, last, number.group()))
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
        Edit(begin, end, _UNKNOWN)
        for token_id, (begin, end) in zip(target.token_ids, target.spans, strict=True)
        if token_id == unk_id
    ]
    return apply_edits(edits, target)
