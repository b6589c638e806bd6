"""Risk against coverage, and whether a confidence is the share it promises."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from edge_runtime.arrays import FloatArray
from keras_s2s.evaluation.report.document import scrolling, section
from keras_s2s.evaluation.report.html import element
from keras_s2s.evaluation.report.line_chart import Series, line_chart
from keras_s2s.evaluation.report.table import table
from keras_s2s.evaluation.scores.confidence_quality import (
    ACCEPTED_CHRF,
    ConfidenceQuality,
    ReliabilityBin,
)

_MOST_POINTS = 100
_PERCENT_TICKS = {float(share): f"{share}" for share in range(0, 101, 20)}


def confidence_section(quality: ConfidenceQuality) -> Element:
    """Return the risk-coverage curve and, with a confidence, the reliability diagram.

    Args:
        quality: What was measured.
    """
    areas = [f"mean log-prob {quality.mean_log_prob_area:.4f}"]
    if quality.area is not None:
        areas.insert(0, f"confidence {quality.area:.4f}")
    note = (
        f"A translation counts as accepted if its chrF is above {ACCEPTED_CHRF:.0f}: "
        f"{100 * quality.accepted:.1f} % are. Risk is the share that is not, among the "
        f"most certain translations. Area under risk and coverage: {', '.join(areas)}; "
        f"the least possible is {quality.least_area:.4f}."
    )
    charts = [_risk_chart(quality)]
    numbers = None
    if quality.bins:
        note += (
            " Expected calibration error of the confidence: "
            f"{quality.expected_calibration_error:.3f}."
        )
        charts.append(_reliability_diagram(quality.bins))
        numbers = element(
            "details",
            element("summary", "The numbers"),
            scrolling(_bin_table(quality.bins)),
        )
    else:
        note += " The system has no confidence."
    return section(
        "Confidence",
        element("p", note, class_="note"),
        element("div", *charts, class_="charts"),
        numbers,
    )


def _risk_chart(quality: ConfidenceQuality) -> Element:
    return line_chart(
        [Series(name, _thinned(risks)) for name, risks in quality.curves.items()],
        title="Risk in %",
        x_label="coverage in %",
        x_ticks=_PERCENT_TICKS,
    )


def _thinned(risks: FloatArray) -> list[tuple[float, float]]:
    """Return coverage and risk in percent, at no more places than can be seen."""
    count = len(risks)
    points = min(count, _MOST_POINTS)
    places = [(number + 1) * count // points for number in range(points)]
    return [
        (100.0 * place / count, 100.0 * float(risks[place - 1])) for place in places
    ]


def _reliability_diagram(bins: Sequence[ReliabilityBin]) -> Element:
    points = [(100 * each.confidence, 100 * each.accepted) for each in bins]
    return line_chart(
        [
            Series("this system", points),
            Series("perfectly calibrated", [(0.0, 0.0), (100.0, 100.0)]),
        ],
        title="Accepted in %",
        x_label="confidence in %",
        x_ticks=_PERCENT_TICKS,
    )


def _bin_table(bins: Sequence[ReliabilityBin]) -> Element:
    rows = [
        (
            f"{100 * each.confidence:.1f} %",
            f"{100 * each.accepted:.1f} %",
            f"{each.count:,}",
        )
        for each in bins
    ]
    return table(("confidence", "accepted", "sentences"), rows)
