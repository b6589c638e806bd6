"""What the training text says about spans and sentences."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from edge_runtime.bundle.manifest import DecodingDefaults
from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.sentences import sentence_ends
from edge_runtime.text.span_kinds import TERM

_FEWEST_SPANS = 20
"""With less of them, a kind is carried over as it is in most texts."""

_LEAST_SHARE = 0.25
"""Smallest share of the spans of a kind that stand on both sides, to carry it over.

Low: people write "3" here and "three" there, and want 43 to stay 43 nevertheless.
"""

_MOST_SEVERAL = 0.25
"""Largest share of lines of several sentences with which lines are split."""


@dataclass
class TextFacts:
    """Counts over training pairs.

    Attributes:
        pairs: Pairs that were counted.
        several_sentences: Those whose source has more than one sentence.
        spans: Spans of the sources by kind.
        on_both_sides: Those of them that the target has too.
    """

    pairs: int = 0
    several_sentences: int = 0
    spans: dict[str, int] = field(default_factory=dict)
    on_both_sides: dict[str, int] = field(default_factory=dict)

    def add(self, source: str, kinds: Iterable[str], matched: Iterable[str]) -> None:
        """Count one pair.

        Args:
            source: Its source.
            kinds: Kind of each span of the source.
            matched: Kind of each that the target has too.
        """
        self.pairs += 1
        # Without white space at its end, a text ends with its last sentence.
        if next(sentence_ends(source.strip()), len(source)) < len(source.strip()):
            self.several_sentences += 1
        for counts, found in ((self.spans, kinds), (self.on_both_sides, matched)):
            for kind in found:
                counts[kind] = counts.get(kind, 0) + 1

    @property
    def decoding(self) -> DecodingDefaults:
        """What translations of such text should do by default."""
        carry = (
            kind
            for kind in SPAN_KINDS
            if kind != TERM
            and (
                self.spans.get(kind, 0) < _FEWEST_SPANS
                or self.on_both_sides.get(kind, 0) >= _LEAST_SHARE * self.spans[kind]
            )
        )
        split = self.several_sentences <= _MOST_SEVERAL * self.pairs
        return DecodingDefaults(split_sentences=split, carry=tuple(carry))

    def __str__(self) -> str:
        found = ", ".join(
            f"{kind} {self.on_both_sides.get(kind, 0)} of {count}"
            for kind, count in sorted(self.spans.items())
        )
        return (
            f"spans that stand on both sides: {found or 'none'}; lines of several "
            f"sentences: {self.several_sentences} of {self.pairs}"
        )

    def to_json(self) -> dict[str, Any]:
        """Return the counts as a dictionary that `from_json` reads."""
        return {
            "pairs": self.pairs,
            "several_sentences": self.several_sentences,
            "spans": {
                kind: [count, self.on_both_sides.get(kind, 0)]
                for kind, count in sorted(self.spans.items())
            },
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "TextFacts":
        """Read what `to_json` returned.

        Raises:
            ValueError: It is something else.
        """
        try:
            pairs, several = content["pairs"], content["several_sentences"]
            spans = {kind: tuple(found) for kind, found in content["spans"].items()}
        except (LookupError, TypeError, AttributeError):
            raise ValueError(
                "Counts of pairs, sentences and spans are needed."
            ) from None
        for counts in ((pairs, several), *spans.values()):
            if len(counts) != 2 or not all(map(_is_count, counts)):
                raise ValueError(f"Counts must be integers from 0. Received: {counts}.")
        return cls(
            pairs,
            several,
            {kind: counts[0] for kind, counts in spans.items()},
            {kind: counts[1] for kind, counts in spans.items() if counts[1]},
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
