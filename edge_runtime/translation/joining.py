"""One translation of a text from the translations of its segments."""

import dataclasses
import io
from collections.abc import Iterable
from dataclasses import dataclass, field

from edge_runtime.arrays import FloatArray
from edge_runtime.text.sentences import Segment, separator
from edge_runtime.text.tokenizer import Span
from edge_runtime.translation.confidence import joint_confidence
from edge_runtime.translation.translation import Translation


def join_translations(
    source: str,
    parts: Iterable[tuple[Segment, Translation]],
    *,
    with_evidence: bool = True,
    confident: bool = False,
) -> Translation:
    """Return the translation of a whole text.

    The n-th alternative joins the n-th alternatives of all segments, or the last one
    where a segment has fewer. Log-probs and scores are added up; confidences are
    multiplied.

    Args:
        source: The whole text.
        parts: Its segments and their translations, in order; none for an empty text.
            They are taken one by one, and none is kept.
        with_evidence: Whether tokens, log-probs of tokens, alignments and spans are
            joined too; without them memory holds the text alone.
        confident: Whether translations have a confidence, which an empty text has too.
    """
    best = _Joined(with_evidence, 1.0 if confident else None)
    others: list[_Joined] = []
    for segment, part in parts:
        if segment.text == source:
            return part
        while len(others) < len(part.alternatives):
            # So far no segment had this many: the last one stood for this one.
            others.append((others or [best])[-1].copy())
        best.add(segment, part)
        choices = part.alternatives or (part,)
        for rank, other in enumerate(others):
            other.add(segment, choices[min(rank, len(choices) - 1)])
    return dataclasses.replace(
        best.finish(source),
        alternatives=tuple(other.finish(source) for other in others),
    )


@dataclass
class _Joined:
    """One hypothesis of a whole text, which grows segment by segment."""

    with_evidence: bool
    confidence: float | None
    text: io.StringIO = field(default_factory=io.StringIO)
    length: int = 0
    before: str = ""  # the last translation that is not empty
    score: float = 0.0
    log_prob: float = 0.0
    finished: bool = True
    source_tokens: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    token_log_probs: list[float] = field(default_factory=list)
    alignments: list[FloatArray] = field(default_factory=list)
    source_spans: list[Span] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def add(self, segment: Segment, part: Translation) -> None:
        """Append the translation of the next segment."""
        self.length += self.text.write(separator(self.before, part.text, segment.gap))
        if self.with_evidence:
            self.source_tokens += part.source_tokens
            self.tokens += part.tokens
            self.token_log_probs += part.token_log_probs
            self.alignments += part.alignments
            self.source_spans += _moved(part.source_spans, segment.begin)
            self.spans += _moved(part.spans, self.length)
        self.length += self.text.write(part.text)
        self.before = part.text or self.before
        self.score += part.score
        self.log_prob += part.log_prob
        self.finished = self.finished and part.finished
        self.confidence = joint_confidence((self.confidence, part.confidence))

    def copy(self) -> "_Joined":
        """Return a hypothesis that begins like this one and grows on its own."""
        text = io.StringIO()
        text.write(self.text.getvalue())
        return dataclasses.replace(
            self,
            text=text,
            source_tokens=self.source_tokens.copy(),
            tokens=self.tokens.copy(),
            token_log_probs=self.token_log_probs.copy(),
            alignments=self.alignments.copy(),
            source_spans=self.source_spans.copy(),
            spans=self.spans.copy(),
        )

    def finish(self, source: str) -> Translation:
        """Return the translation of the whole text `source`."""
        return Translation(
            source=source,
            text=self.text.getvalue(),
            score=self.score,
            log_prob=self.log_prob,
            finished=self.finished,
            source_tokens=tuple(self.source_tokens),
            tokens=tuple(self.tokens),
            token_log_probs=tuple(self.token_log_probs),
            alignments=tuple(self.alignments),
            source_spans=tuple(self.source_spans),
            spans=tuple(self.spans),
            confidence=self.confidence,
        )


def _moved(spans: Iterable[Span], offset: int) -> list[Span]:
    return [(begin + offset, end + offset) for begin, end in spans]
