"""Evaluations as text for a terminal."""

from collections.abc import Mapping, Sequence

from keras_s2s.evaluation.alignments.alignment_quality import AlignmentQuality
from keras_s2s.evaluation.evaluate import Evaluation
from keras_s2s.evaluation.scores.bleu import Score
from keras_s2s.evaluation.scores.comparison import Comparison, PairedScore
from keras_s2s.evaluation.scores.confidence_quality import (
    ACCEPTED_CHRF,
    ConfidenceQuality,
)
from keras_s2s.evaluation.scores.span_arrival import SpanArrival

Row = tuple[str, ...]
"""The cells of one line of a table."""


def summarize_evaluation(
    name: str, evaluation: Evaluation, alignment: AlignmentQuality | None = None
) -> str:
    """Return scores, counts, speed, confidence and BLEU by length, in columns.

    Args:
        name: What was evaluated.
        evaluation: What was found.
        alignment: Its alignment error rate, where there are gold alignments.
    """
    sentences, spans = len(evaluation.translations), evaluation.spans
    speed = f"{evaluation.speed.sentences_per_second:,.0f} sentences/s in batches"
    if evaluation.speed.latency is not None:
        speed += f", {evaluation.speed.latency:.2f} ms for a sentence alone"
    return "\n".join(
        (
            f"{name}: {sentences:,} sentences",
            "",
            _score_line("BLEU", evaluation.bleu),
            _score_line("chrF", evaluation.chrf),
            "",
            f"length ratio {evaluation.length_ratio:.3f}, "
            f"{evaluation.unfinished:,} unfinished, {evaluation.empty:,} empty",
            speed,
            confidence_line(evaluation.confidence),
            *((alignment_line(alignment),) if alignment is not None else ()),
            "",
            text_table(
                ("source tokens", "sentences", "BLEU", "95 % interval"),
                [
                    (
                        bucket.label,
                        f"{bucket.count:,}",
                        f"{bucket.bleu.value:.2f}",
                        interval_text(bucket.bleu),
                    )
                    for bucket in evaluation.by_length
                ],
            ),
            *(("", text_table(*span_rows(spans))) if spans.in_sources else ()),
        )
    )


def summarize_comparison(
    comparison: Comparison, evaluations: Mapping[str, Evaluation]
) -> str:
    """Return the systems' scores, p-values, BLEU by length, and sentences, in columns.

    Args:
        comparison: The scores.
        evaluations: What they compare, by the same names.
    """
    first = next(iter(evaluations.values()))
    baseline = next(iter(comparison.bleu))
    bleu, chrf = comparison.bleu[baseline].score, comparison.chrf[baseline].score
    by_length = [found.by_length for found in evaluations.values()]
    parts = [
        f"{len(first.translations):,} sentences; p against {baseline}",
        text_table(*comparison_rows(comparison)),
        text_table(*output_rows(evaluations)),
        f"BLEU {bleu.signature}\nchrF {chrf.signature}",
        text_table(
            ("source tokens", "sentences", *evaluations),
            [
                (
                    buckets[0].label,
                    f"{buckets[0].count:,}",
                    *(f"{bucket.bleu.value:.2f}" for bucket in buckets),
                )
                for buckets in zip(*by_length, strict=True)
            ],
        ),
    ]
    if comparison.differences:
        parts.append("Sentences that differ most, with their chrF:")
    for difference in comparison.differences:
        place = difference.sentence
        rows = [
            ("source", "", first.translations[place].source),
            ("reference", "", first.references[place]),
            *(
                (name, f"{difference.chrf[name]:.1f}", found.hypotheses[place])
                for name, found in evaluations.items()
            ),
        ]
        width = max(len(name) for name, _, _ in rows)
        lines = [f"  {name:{width}}  {value:>5}  {text}" for name, value, text in rows]
        parts.append("\n".join((f"line {place + 1}", *lines)))
    return "\n\n".join(parts)


def span_rows(spans: SpanArrival) -> tuple[Row, list[Row]]:
    """Return the header and the rows of what was carried over, kind by kind."""
    return ("carried over", "in sources", "arrived"), [
        (kind, f"{count:,}", f"{spans.arrived[kind]:,}")
        for kind, count in sorted(spans.in_sources.items())
    ]


def alignment_line(alignment: AlignmentQuality) -> str:
    """Return the alignment error rate of attention and of its baseline."""
    return (
        f"alignment error rate: attention {alignment.attention:.3f}, "
        f"diagonal {alignment.diagonal:.3f}"
    )


def confidence_line(quality: ConfidenceQuality) -> str:
    """Return the quality of a confidence beside that of the mean log-prob."""
    text = (
        f"chrF above {ACCEPTED_CHRF:.0f}: {100 * quality.accepted:.1f} %; area under "
    )
    text += f"risk and coverage {quality.mean_log_prob_area:.4f} by mean log-prob"
    if quality.area is None:
        return f"{text}, no confidence"
    return (
        f"{text}, {quality.area:.4f} by confidence\nexpected calibration error of the "
        f"confidence: {quality.expected_calibration_error:.3f}"
    )


def comparison_rows(comparison: Comparison) -> tuple[Row, list[Row]]:
    """Return the header and the rows of the systems' scores and p-values."""
    header = ("system", "BLEU", "95 %", "p", "chrF", "95 %", "p")
    return header, [
        (name, *_paired(comparison.bleu[name]), *_paired(comparison.chrf[name]))
        for name in comparison.bleu
    ]


def output_rows(evaluations: Mapping[str, Evaluation]) -> tuple[Row, list[Row]]:
    """Return the header and the rows of the systems' output: lengths, counts, speed."""
    header = ("system", "length ratio", "unfinished", "empty", "sentences/s")
    return header, [
        (
            name,
            f"{found.length_ratio:.3f}",
            f"{found.unfinished:,}",
            f"{found.empty:,}",
            f"{found.speed.sentences_per_second:,.0f}",
        )
        for name, found in evaluations.items()
    ]


def interval_text(score: Score) -> str:
    """Return the ends of a score's interval, or nothing where it has none."""
    if score.interval is None:
        return ""
    return f"[{score.interval.low:.2f}, {score.interval.high:.2f}]"


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return columns, the first aligned to the left and the others to the right."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def _score_line(name: str, score: Score) -> str:
    text = f"{name} {score.value:.2f}"
    if score.interval is not None:
        # sacreBLEU's own way to state it, so that lines can be compared.
        text += f" (μ = {score.interval.mean:.2f} ± {score.interval.half_width:.2f})"
    return f"{text}  {score.signature}"


def _paired(paired: PairedScore) -> tuple[str, str, str]:
    p_value = "" if paired.p_value is None else f"{paired.p_value:.4f}"
    return f"{paired.score.value:.2f}", interval_text(paired.score), p_value
