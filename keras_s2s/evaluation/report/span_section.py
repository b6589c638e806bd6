"""Spans that were to be carried over: how many arrived, and where one did not."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.report.document import scrolling, section
from keras_s2s.evaluation.report.html import element
from keras_s2s.evaluation.report.table import table
from keras_s2s.evaluation.scores.span_arrival import SpanArrival
from keras_s2s.evaluation.summary import span_rows


def span_section(spans: SpanArrival, cards: Sequence[Element]) -> Element | None:
    """Return a table of the kinds, and sentences that lack a span.

    Args:
        spans: What was counted.
        cards: Sentences that lack one.
    """
    if not spans.in_sources:
        return None
    return section(
        "Carried over",
        scrolling(table(*span_rows(spans))),
        element("p", "Sentences that lack a span:") if cards else None,
        *cards,
    )
