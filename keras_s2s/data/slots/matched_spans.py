"""Spans that stand on both sides of a pair."""

from collections import defaultdict
from collections.abc import Sequence

from edge_runtime.text.spans import CarriedSpan, Role

Match = tuple[CarriedSpan, CarriedSpan]
"""A span of the source and the same one of the target."""


def match_spans(
    source: Sequence[CarriedSpan], target: Sequence[CarriedSpan]
) -> list[Match]:
    """Return the spans of the source that the target has too.

    Spans match by their text. Both halves of a pair match, or neither does.

    Args:
        source: Spans of the source.
        target: Spans of the target.
    """
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in reversed(range(len(target))):
        if target[place].role is not Role.CLOSING:
            waiting[_form(target, place)].append(place)
    matches: list[Match] = []
    for place, span in enumerate(source):
        if span.role is Role.CLOSING or not waiting[_form(source, place)]:
            continue
        found = target[waiting[_form(source, place)].pop()]
        matches.append((span, found))
        if span.partner is not None and found.partner is not None:
            matches.append((source[span.partner], target[found.partner]))
    return matches


def _form(spans: Sequence[CarriedSpan], place: int) -> tuple[str, str]:
    """Return the text of a span, and that of its partner."""
    span = spans[place]
    return span.text, "" if span.partner is None else spans[span.partner].text
