"""Spans of sources that their translations have."""

from edge_runtime.contract import SPAN_KINDS
from keras_s2s.evaluation.report.html import element
from keras_s2s.evaluation.report.span_section import span_section
from keras_s2s.evaluation.scores.span_arrival import SpanArrival, count_spans
from keras_s2s.evaluation.summary import span_rows

SOURCES = ["{x} has 43", "43 and 1430", "no spans", "<b>5</b> 5"]
HYPOTHESES = ["43 {x}", "1430 und vierzig", "43", "<b>5</b>"]


def test_each_span_is_looked_for_once():
    found = count_spans(SOURCES, HYPOTHESES, SPAN_KINDS)
    assert found.in_sources == {"placeholder": 1, "number": 5, "tag": 2}
    assert found.arrived == {"placeholder": 1, "number": 3, "tag": 2}
    assert found.missing == (1, 3)
    assert found.to_json() == {
        "kinds": {
            "number": {"in_sources": 5, "arrived": 3},
            "placeholder": {"in_sources": 1, "arrived": 1},
            "tag": {"in_sources": 2, "arrived": 2},
        },
        "lines_with_missing_spans": [2, 4],
    }


def test_a_number_is_not_found_within_a_longer_one():
    found = count_spans(["43 and 1430"], ["1430 und 43"], SPAN_KINDS)
    assert found.missing == ()


def test_other_kinds_are_not_counted():
    found = count_spans(SOURCES, HYPOTHESES, ("tag",))
    assert found.in_sources == {"tag": 2}
    assert found.missing == ()


def test_rows_name_kinds_and_counts():
    found = count_spans(SOURCES, HYPOTHESES, SPAN_KINDS)
    assert span_rows(found)[1][0] == ("number", "5", "3")


def test_the_report_has_a_section_where_there_are_spans():
    assert span_section(SpanArrival(), []) is None
    found = count_spans(SOURCES, HYPOTHESES, SPAN_KINDS)
    text = "".join(span_section(found, [element("p", "card")]).itertext())
    assert "placeholder" in text
    assert text.endswith("card")
