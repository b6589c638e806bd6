"""Training pairs as they are tokenized: spans and some words as slots."""

import hashlib
import math
import random
from collections.abc import Iterable, Sequence
from itertools import islice

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.letter_case import in_sentence_case
from edge_runtime.text.slots import (
    GLUED_KINDS,
    KEPT_KINDS,
    SLOT_PIECES,
    without_reserved,
)
from edge_runtime.text.slotted_text import mark_spans, number_slots
from edge_runtime.text.spans import CarriedSpan, find_spans
from keras_s2s.config import DataConfig
from keras_s2s.data.back_translation_tag import split_tag
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.drawn_marks import draw_marks, texts_of, words_of
from keras_s2s.data.slots.matched_spans import Match, match_spans
from keras_s2s.data.slots.pair_marks import PairMark, Place, write_marks
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.slots.word_aligner import WordAligner

_KINDS = frozenset(SPAN_KINDS)
_ALIGNED_PAIRS = 50_000
"""More make the table of word pairs larger, not better for what is drawn."""


class PairWriter:
    """Writes training pairs with slots.

    What is drawn depends on the pair alone, so every process and every resumed run
    writes the same.

    Args:
        config: Says for which share of the pairs.
        facts: Counts what is written.
    """

    def __init__(self, config: DataConfig, facts: TextFacts | None = None) -> None:
        self._config = config
        self._facts = facts
        self._aligner: WordAligner | None = None

    def learn_alignment(self, pairs: Iterable[SentencePair]) -> None:
        """Learn which words translate each other, if slots are to be drawn there."""
        if self._config.drawn_slot_share:
            self._aligner = WordAligner(
                (
                    texts_of(source, words_of(source)),
                    texts_of(target, words_of(target)),
                )
                for source, target in (
                    (split_tag(pair.source)[1], pair.target)
                    for pair in islice(pairs, _ALIGNED_PAIRS)
                )
            )

    def write(self, pair: SentencePair) -> SentencePair:
        """Return a pair as it is tokenized; the tag of its source stays."""
        tag, source = split_tag(pair.source)
        if not tag:
            return self._written(pair)
        written = self._written(SentencePair(source, pair.target))
        return SentencePair(tag + written.source, written.target)

    def _written(self, pair: SentencePair) -> SentencePair:
        pair = SentencePair(
            without_reserved(pair.source), without_reserved(pair.target)
        )
        sources = find_spans(pair.source, _KINDS)
        matches = _matches(sources, pair)
        if self._facts:
            matched = (span.kind for span, _ in matches)
            self._facts.add(pair.source, (span.kind for span in sources), matched)
        markup = [match for match in matches if match[0].is_markup]
        if markup:
            # Models never read it: it is taken out of what is translated, too.
            pair = _without_markup(pair, markup)
            matches = _matches(find_spans(pair.source, _KINDS), pair)
        share = self._config.slot_share
        marks: list[PairMark] = []
        if share and _number(pair, b"share") < share:
            marks = [_mark(*match) for match in matches if not match[0].is_markup]
            if (
                self._aligner
                and _number(pair, b"drawn") < self._config.drawn_slot_share
            ):
                generator = random.Random(f"{pair.source}\t{pair.target}")
                marks = draw_marks(pair, marks, self._aligner, generator)
        offset = int(_number(pair, b"offset") * len(SLOT_PIECES))
        return self._cased(write_marks(pair, marks, offset), pair)

    def _cased(self, written: SentencePair, pair: SentencePair) -> SentencePair:
        """Return what was written of a pair, for a share with small letters."""
        share = self._config.small_letter_share
        if share and _number(pair, b"case") < share:
            return SentencePair(in_sentence_case(written.source), written.target)
        return written


def _matches(sources: Sequence[CarriedSpan], pair: SentencePair) -> list[Match]:
    return match_spans(sources, find_spans(pair.target, _KINDS)) if sources else []


def _without_markup(pair: SentencePair, markup: Sequence[Match]) -> SentencePair:
    """Return a pair without the markup that both sides have."""
    sides = (
        sorted(side, key=lambda span: span.begin) for side in zip(*markup, strict=True)
    )
    texts = (
        number_slots(mark_spans(text, spans), spans, 0).text
        for text, spans in zip((pair.source, pair.target), sides, strict=True)
    )
    source, target = texts
    return SentencePair(source, target)


def _mark(source: CarriedSpan, target: CarriedSpan) -> PairMark:
    return PairMark(
        Place(source.begin, source.end),
        Place(target.begin, target.end),
        apart=source.kind in GLUED_KINDS,
        kept=source.kind in KEPT_KINDS,
    )


def _number(pair: SentencePair, purpose: bytes) -> float:
    """Return a number in [0, 1) that depends on the pair and the purpose alone."""
    text = f"{pair.source}\t{pair.target}".encode()
    digest = hashlib.blake2b(text, digest_size=8, person=purpose).digest()
    return math.ldexp(int.from_bytes(digest), -64)
