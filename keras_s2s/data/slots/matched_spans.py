"""Spans that stand on both sides of a pair."""

from collections import defaultdict
from collections.abc import Sequence

from edge_runtime.text.slots import GLUED_KINDS, KEPT_KINDS
from edge_runtime.text.spans import CarriedSpan, Role
from keras_s2s.data.slots.pair_marks import PairMark, Place


def match_spans(
    source: Sequence[CarriedSpan], target: Sequence[CarriedSpan]
) -> list[PairMark]:
    """Return a mark for each span of the source that the target has too.

    Spans match by their text. Both halves of a pair match, or neither does.

    Args:
        source: Spans of the source.
        target: Spans of the target.
    """
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in reversed(range(len(target))):
        if target[place].role is not Role.CLOSING:
            waiting[_form(target, place)].append(place)
    marks: list[PairMark] = []
    for place, span in enumerate(source):
        if span.role is Role.CLOSING or not waiting[_form(source, place)]:
            continue
        found = target[waiting[_form(source, place)].pop()]
        opening = len(marks)
        marks.append(
            PairMark(
                _place(span),
                _place(found),
                span.role,
                apart=span.kind in GLUED_KINDS,
                kept=span.kind in KEPT_KINDS,
            )
        )
        if span.partner is not None and found.partner is not None:
            closing, other = source[span.partner], target[found.partner]
            marks.append(
                PairMark(_place(closing), _place(other), Role.CLOSING, opening)
            )
    return marks


def _form(spans: Sequence[CarriedSpan], place: int) -> tuple[str, str]:
    """Return the text of a span, and that of its partner."""
    span = spans[place]
    return span.text, "" if span.partner is None else spans[span.partner].text


def _place(span: CarriedSpan) -> Place:
    return Place(span.begin, span.end)
