"""A translation with its score, tokens and alignment."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.text.tokenizer import Span
from edge_runtime.text.word_alignment import (
    WordLinks,
    link_words,
    pharaoh,
    word_of_tokens,
)
from edge_runtime.text.words import word_spans
from edge_runtime.translation.unread_clauses import unread_clauses


@dataclass(frozen=True)
class Translation:
    """One translation of one text.

    Attributes:
        source: The text that was translated.
        text: Its translation.
        score: Rank value, higher is better: the log-prob under the length and
            coverage penalties. For a text of several sentences, the sum.
        log_prob: Sum of the token log-probs.
        finished: Whether every sentence ended by itself, not at a length limit.
        source_tokens: What the encoder read, bos and eos of each sentence included.
        tokens: What the decoder wrote, eos of each finished sentence included.
        token_log_probs: One per entry of `tokens`.
        alignments: Attention of `tokens` over `source_tokens`, one matrix of shape
            `(target_length, source_length)` per sentence; none if the model has no
            attention.
        source_spans: Where each source token stands in `source`, in characters.
        spans: Where each token stands in `text`.
        alternatives: Further translations, the best first; see `num_hypotheses`.
        confidence: Chance, between 0 and 1, that a person would accept every sentence
            unchanged or nearly so: that its chrF against a person's translation is
            above 60. For a text of several sentences, the product; 1 for an empty
            text; `None` if the bundle has no confidence.
    """

    source: str
    text: str
    score: float = 0.0
    log_prob: float = 0.0
    finished: bool = True
    source_tokens: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    token_log_probs: tuple[float, ...] = ()
    alignments: tuple[FloatArray, ...] = field(default=(), compare=False, repr=False)
    source_spans: tuple[Span, ...] = field(default=(), repr=False)
    spans: tuple[Span, ...] = field(default=(), repr=False)
    alternatives: tuple["Translation", ...] = ()
    confidence: float | None = None

    @cached_property
    def alignment(self) -> FloatArray | None:
        """Attention of `tokens` over `source_tokens` in one matrix.

        Its shape is `(target_length, source_length)`. For a text of several sentences
        it has one block per sentence on its diagonal. `None` if the model has no
        attention.
        """
        if not self.alignments:
            return None
        whole = np.zeros((len(self.tokens), len(self.source_tokens)), dtype=np.float32)
        for rows, columns, block in self._placed_alignments():
            whole[rows, columns] = block
        return whole

    @cached_property
    def source_words(self) -> tuple[str, ...]:
        """Words of the source, which `word_alignment` counts; see `word_spans`."""
        return tuple(self.source[begin:end] for begin, end in word_spans(self.source))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Words of the translation, which `word_alignment` counts."""
        return tuple(self.text[begin:end] for begin, end in word_spans(self.text))

    @cached_property
    def word_alignment(self) -> WordLinks:
        """Pairs of source and target word; empty if the model has no attention."""
        source_words = word_of_tokens(self.source_spans, word_spans(self.source))
        words = word_of_tokens(self.spans, word_spans(self.text))
        # A set: two parts of one long word that was cut may link the same words.
        links = {
            link
            for rows, columns, block in self._placed_alignments()
            for link in link_words(block, source_words[columns], words[rows])
        }
        return tuple(sorted(links))

    @cached_property
    def unread(self) -> tuple[Span, ...]:
        """Clauses of the source that the translation seems to leave out.

        Where they stand in `source`, in characters; none if the model has no attention.
        """
        return tuple(
            clause
            for _, columns, block in self._placed_alignments()
            for clause in unread_clauses(
                self.source, self.source_spans[columns], block.sum(axis=0)
            )
        )

    @property
    def pharaoh(self) -> str:
        """The word alignment in Pharaoh's format, such as `0-0 1-2`."""
        return pharaoh(self.word_alignment)

    def _placed_alignments(self) -> Iterator[tuple[slice, slice, FloatArray]]:
        """Yield each sentence's matrix with its places in `tokens` and the source."""
        row = column = 0
        for alignment in self.alignments:
            height, width = alignment.shape
            yield slice(row, row + height), slice(column, column + width), alignment
            row, column = row + height, column + width

    def without_evidence(self) -> "Translation":
        """Return the text and its scores, and the same of the alternatives."""
        return Translation(
            self.source,
            self.text,
            self.score,
            self.log_prob,
            self.finished,
            alternatives=tuple(other.without_evidence() for other in self.alternatives),
            confidence=self.confidence,
        )

    def evidence_to_json(self) -> dict[str, list[Any]]:
        """Return tokens, their log-probs and alignments as `to_json` has them."""
        return {
            "source_tokens": list(self.source_tokens),
            "tokens": list(self.tokens),
            "token_log_probs": list(self.token_log_probs),
            "alignments": [
                alignment.astype("float64").round(4).tolist()
                for alignment in self.alignments
            ],
            "unread": [self.source[begin:end] for begin, end in self.unread],
        }

    def to_json(self) -> dict[str, Any]:
        """Return everything as a dictionary that `json.dumps` takes."""
        return {
            "source": self.source,
            "text": self.text,
            "score": self.score,
            "log_prob": self.log_prob,
            "finished": self.finished,
            "confidence": self.confidence,
            **self.evidence_to_json(),
            "source_words": list(self.source_words),
            "words": list(self.words),
            "word_alignment": self.pharaoh,
            "alternatives": [other.to_json() for other in self.alternatives],
        }
