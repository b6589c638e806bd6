"""One translation of a text from the translations of its segments."""

import copy
import dataclasses
import io
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from edge_runtime.arrays import FloatArray
from edge_runtime.text.sentences import Segment, separator
from edge_runtime.text.tokenizer import Span
from edge_runtime.translation.confidence import joint_confidence
from edge_runtime.translation.translation import Translation


class Evidence(Protocol):
    """What is kept of the tokens, alignments and spans of a text's segments."""

    def add(self, segment: Segment, part: Translation, gap: str, begin: int) -> None:
        """Take what there is of the next segment.

        Args:
            segment: The segment.
            part: Its translation.
            gap: What stands in the translation before that of this segment.
            begin: Where the translation of this segment begins in the whole one.
        """
        ...

    def copy(self) -> "Evidence":
        """Return the same, to which other segments can be added."""
        ...

    def fields(self) -> dict[str, Any]:
        """Return the attributes of the whole `Translation`."""
        ...


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
    remaining = iter(parts)
    first = next(remaining, None)
    if first is None:
        return Translation(source, "", confidence=1.0 if confident else None)
    if first[0].text == source:
        return first[1]
    best, *others = join_parts(
        itertools.chain([first], remaining),
        KeptEvidence() if with_evidence else NoEvidence(),
        confident=confident,
    )
    return dataclasses.replace(
        best.finish(source),
        alternatives=tuple(other.finish(source) for other in others),
    )


def join_parts(
    parts: Iterable[tuple[Segment, Translation]],
    evidence: Evidence,
    *,
    confident: bool = False,
) -> list["Joined"]:
    """Return the hypotheses of a whole text, the best first.

    Args:
        parts: Segments and their translations, in order, at least one.
        evidence: What gets the evidence of the best hypothesis; the others get copies.
        confident: Whether translations have a confidence.
    """
    best = Joined(evidence, 1.0 if confident else None)
    others: list[Joined] = []
    for segment, part in parts:
        while len(others) < len(part.alternatives):
            # So far no segment had this many: the last one stood for this one.
            others.append((others or [best])[-1].copy())
        best.add(segment, part)
        choices = part.alternatives or (part,)
        for rank, other in enumerate(others):
            other.add(segment, choices[min(rank, len(choices) - 1)])
    return [best, *others]


@dataclass
class Joined:
    """One hypothesis of a whole text, which grows segment by segment.

    Attributes:
        evidence: What is kept beside the text.
        score: Sum of the scores.
        log_prob: Sum of the log-probs.
        finished: Whether every segment's hypothesis is finished.
        confidence: The joint confidence; `None` without one.
    """

    evidence: Evidence
    confidence: float | None = None
    score: float = 0.0
    log_prob: float = 0.0
    finished: bool = True
    _text: io.StringIO = field(default_factory=io.StringIO)
    _length: int = 0
    _before: str = ""  # the last translation that is not empty

    @property
    def text(self) -> str:
        """The translation so far."""
        return self._text.getvalue()

    def add(self, segment: Segment, part: Translation) -> None:
        """Append the translation of the next segment."""
        gap = separator(self._before, part.text, segment.gap)
        self._length += self._text.write(gap)
        self.evidence.add(segment, part, gap, self._length)
        self._length += self._text.write(part.text)
        self._before = part.text or self._before
        self.score += part.score
        self.log_prob += part.log_prob
        self.finished = self.finished and part.finished
        self.confidence = joint_confidence((self.confidence, part.confidence))

    def copy(self) -> "Joined":
        """Return a hypothesis that begins like this one and grows on its own."""
        text = io.StringIO()
        text.write(self.text)
        return dataclasses.replace(self, _text=text, evidence=self.evidence.copy())

    def finish(self, source: str) -> Translation:
        """Return the translation of the whole text `source`."""
        return Translation(
            source=source,
            text=self.text,
            score=self.score,
            log_prob=self.log_prob,
            finished=self.finished,
            confidence=self.confidence,
            **self.evidence.fields(),
        )


class NoEvidence:
    """Nothing is kept: memory holds the text alone."""

    def add(self, segment: Segment, part: Translation, gap: str, begin: int) -> None:
        """Leave the evidence of a segment."""

    def copy(self) -> "NoEvidence":
        """Return the same."""
        return self

    def fields(self) -> dict[str, Any]:
        """Return no attributes."""
        return {}


@dataclass
class KeptEvidence:
    """Everything is kept in memory."""

    source_tokens: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    token_log_probs: list[float] = field(default_factory=list)
    alignments: list[FloatArray] = field(default_factory=list)
    source_spans: list[Span] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    def add(self, segment: Segment, part: Translation, gap: str, begin: int) -> None:
        """Append the evidence of the next segment, see `Evidence.add`."""
        self.source_tokens += part.source_tokens
        self.tokens += part.tokens
        self.token_log_probs += part.token_log_probs
        self.alignments += part.alignments
        self.source_spans += _moved(part.source_spans, segment.begin)
        self.spans += _moved(part.spans, begin)

    def copy(self) -> "KeptEvidence":
        """Return the same, to which other segments can be added."""
        return KeptEvidence(*map(copy.copy, vars(self).values()))

    def fields(self) -> dict[str, Any]:
        """Return the attributes of the whole `Translation`."""
        return {name: tuple(values) for name, values in vars(self).items()}


def _moved(spans: Iterable[Span], offset: int) -> list[Span]:
    return [(begin + offset, end + offset) for begin, end in spans]
