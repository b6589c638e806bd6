"""Training pairs as they are tokenized: spans and some words as slots."""

import hashlib
import math
import random
from collections.abc import Iterable
from itertools import islice

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.letter_case import in_sentence_case
from edge_runtime.text.slots import PLAIN_PIECES, without_reserved
from edge_runtime.text.spans import CarriedSpan, find_spans
from keras_s2s.config import DataConfig
from keras_s2s.data.back_translation_tag import split_tag
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.drawn_marks import draw_marks, texts_of, words_of
from keras_s2s.data.slots.matched_spans import match_spans
from keras_s2s.data.slots.pair_marks import write_marks
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
        if not self._config.slot_share and not self._facts:
            return self._cased(pair, pair)
        pair = SentencePair(
            without_reserved(pair.source), without_reserved(pair.target)
        )
        sources = find_spans(pair.source, _KINDS)
        marks = match_spans(sources, find_spans(pair.target, _KINDS)) if sources else []
        if self._facts:
            by_place = {span.begin: span for span in sources}
            matched = (by_place[mark.source.begin].kind for mark in marks)
            self._facts.add(pair.source, map(_kind, sources), matched)
        if not self._config.slot_share:
            return self._cased(pair, pair)
        if _number(pair, b"share") >= self._config.slot_share:
            marks = []
        elif self._aligner and _number(pair, b"drawn") < self._config.drawn_slot_share:
            generator = random.Random(f"{pair.source}\t{pair.target}")
            marks = draw_marks(pair, marks, self._aligner, generator)
        offset = int(_number(pair, b"offset") * len(PLAIN_PIECES))
        return self._cased(write_marks(pair, marks, offset), pair)

    def _cased(self, written: SentencePair, pair: SentencePair) -> SentencePair:
        """Return what was written of a pair, for a share with small letters."""
        share = self._config.small_letter_share
        if share and _number(pair, b"case") < share:
            return SentencePair(in_sentence_case(written.source), written.target)
        return written


def _kind(span: CarriedSpan) -> str:
    return span.kind


def _number(pair: SentencePair, purpose: bytes) -> float:
    """Return a number in [0, 1) that depends on the pair and the purpose alone."""
    text = f"{pair.source}\t{pair.target}".encode()
    digest = hashlib.blake2b(text, digest_size=8, person=purpose).digest()
    return math.ldexp(int.from_bytes(digest), -64)
