"""How many spans of the sources stand in their translations."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from edge_runtime.text.spans import CarriedSpan, find_spans
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator


@dataclass(frozen=True)
class SpanArrival:
    """Counts of spans by kind, and where some are missing.

    Attributes:
        in_sources: Spans of each kind in the sources.
        arrived: Those of them that stand in their translation.
        missing: Places of the translations that lack one.
    """

    in_sources: Counter[str] = field(default_factory=Counter)
    arrived: Counter[str] = field(default_factory=Counter)
    missing: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a plain object; lines are counted from 1."""
        return {
            "kinds": {
                kind: {"in_sources": count, "arrived": self.arrived[kind]}
                for kind, count in sorted(self.in_sources.items())
            },
            "lines_with_missing_spans": [place + 1 for place in self.missing],
        }


def count_spans(
    sources: Sequence[str], hypotheses: Sequence[str], kinds: Collection[str]
) -> SpanArrival:
    """Count the spans of sources that their translations have too, byte for byte.

    Args:
        sources: Source sentences.
        hypotheses: Their translations.
        kinds: Kinds of spans to count.
    """
    in_sources: Counter[str] = Counter()
    arrived: Counter[str] = Counter()
    missing: list[int] = []
    for place, (source, hypothesis) in enumerate(zip(sources, hypotheses, strict=True)):
        spans = find_spans(source, frozenset(kinds))
        there = _found_in(hypothesis, spans)
        in_sources.update(span.kind for span in spans)
        arrived.update(span.kind for span in there)
        if len(there) < len(spans):
            missing.append(place)
    return SpanArrival(in_sources, arrived, tuple(missing))


def carried_kinds(
    translator: Translator, options: DecodingOptions | None
) -> tuple[str, ...]:
    """Return the kinds that translations are to take over byte for byte.

    Args:
        translator: What translates.
        options: Instead of the translator's own.
    """
    resolved = (options or translator.options).resolve(translator.model.decoding)
    rewritten = {"number"} if resolved.number_format else set()
    return tuple(kind for kind in resolved.carry or () if kind not in rewritten)


def _found_in(text: str, spans: Sequence[CarriedSpan]) -> list[CarriedSpan]:
    """Return the spans that a text has, the longest first, each once."""
    found: list[CarriedSpan] = []
    for span in sorted(spans, key=lambda span: -len(span.text)):
        before, there, after = text.partition(span.text)
        if there:
            found.append(span)
            # A line end: what stands before and after must not be read as one.
            text = f"{before}\n{after}"
    return found
