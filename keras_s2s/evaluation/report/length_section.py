"""BLEU by source length, of one system or of several beside one another."""

from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.report.document import scrolling, section
from keras_s2s.evaluation.report.html import element
from keras_s2s.evaluation.report.line_chart import Series, line_chart
from keras_s2s.evaluation.report.table import table
from keras_s2s.evaluation.scores.length_buckets import LengthBucket
from keras_s2s.evaluation.summary import interval_text


def length_section(curves: Mapping[str, Sequence[LengthBucket]]) -> Element:
    """Return the chart with a curve for each system, and its numbers to unfold.

    Args:
        curves: Buckets by name of system; all have the same lengths.
    """
    first = next(iter(curves.values()))
    chart = line_chart(
        [
            Series(
                name,
                # Beside one another: intervals must not hide each other.
                [
                    (index + 0.06 * (place - (len(curves) - 1) / 2), bucket.bleu.value)
                    for index, bucket in enumerate(buckets)
                ],
                _intervals(buckets),
            )
            for place, (name, buckets) in enumerate(curves.items())
        ],
        title="BLEU by source length",
        x_label="source tokens (sentences)",
        x_ticks={
            place: f"{bucket.label}\n({bucket.count:,})"
            for place, bucket in enumerate(first)
        },
        from_zero=True,
    )
    names = [f"BLEU {name}" if len(curves) > 1 else "BLEU" for name in curves]
    header = [part for name in names for part in (name, "95 % interval")]
    rows = [
        (
            buckets[0].label,
            f"{buckets[0].count:,}",
            *(
                part
                for bucket in buckets
                for part in (f"{bucket.bleu.value:.2f}", interval_text(bucket.bleu))
            ),
        )
        for buckets in zip(*curves.values(), strict=True)
    ]
    numbers = table(("source tokens", "sentences", *header), rows)
    return section(
        "By length",
        chart,
        element("details", element("summary", "The numbers"), scrolling(numbers)),
    )


def _intervals(buckets: Sequence[LengthBucket]) -> list[tuple[float, float]]:
    return [
        (bucket.bleu.interval.low, bucket.bleu.interval.high)
        for bucket in buckets
        if bucket.bleu.interval is not None
    ]
