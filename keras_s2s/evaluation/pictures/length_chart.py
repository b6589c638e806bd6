"""A chart of BLEU by source length, which shows the bottleneck of a fixed context."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

from matplotlib.figure import Figure

from keras_s2s.evaluation.pictures.figure_file import check_figure_path, write_figure
from keras_s2s.evaluation.pictures.fonts import font_families
from keras_s2s.evaluation.scores.length_buckets import LengthBucket

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Okabe and Ito's palette, which people with any colour vision can tell apart."""

_MARKERS = ("o", "s", "^", "D", "v", "P")
_LINES = ("-", "--", "-.", ":")
_TEXT_COLOR = "0.25"


def draw_length_chart(
    curves: Mapping[str, Sequence[LengthBucket]],
    path: Path,
    *,
    title: str = "",
) -> None:
    """Draw BLEU over source length, one curve for each system.

    Bars show the 95 % intervals, numbers below the lengths count the sentences.

    Args:
        curves: Buckets by name of system; all have the same lengths.
        path: File to write; its ending decides the format, such as `.png` or `.svg`.
        title: Stands above the chart.
    """
    check_figure_path(path)
    labels = check_same_lengths(curves)
    families = font_families("".join((title, *curves)))
    figure = Figure(figsize=(max(5.6, 0.85 * len(labels) + 1.5), 3.8), dpi=200)
    axes = figure.add_subplot()
    styles = zip(cycle(COLORS), cycle(_MARKERS), cycle(_LINES))
    highest = 0.0
    for place, ((name, buckets), (color, marker, line)) in enumerate(
        zip(curves.items(), styles, strict=False)
    ):
        # Beside one another: intervals of different systems must not hide each other.
        shift = 0.06 * (place - (len(curves) - 1) / 2)
        positions = [index + shift for index in range(len(buckets))]
        values = [bucket.bleu.value for bucket in buckets]
        intervals = [_interval(bucket) for bucket in buckets]
        highest = max(highest, *values, *(high for _, high in intervals))
        axes.vlines(
            positions,
            [max(0.0, low) for low, _ in intervals],
            [high for _, high in intervals],
            color=color,
            alpha=0.45,
            linewidth=2.2,
        )
        axes.plot(
            positions,
            values,
            color=color,
            marker=marker,
            linestyle=line,
            linewidth=1.8,
            markersize=6,
            markeredgecolor="white",
            label=name,
        )
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    axes.set_ylim(0, max(1.0, 1.08 * highest))
    axes.set_xlabel("source tokens (number of sentences)", color=_TEXT_COLOR)
    axes.set_ylabel("BLEU", color=_TEXT_COLOR)
    axes.grid(axis="y", color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=_TEXT_COLOR, length=0, labelsize=9)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("0.7")
    if title:
        axes.set_title(
            title, family=families, loc="left", color=_TEXT_COLOR, parse_math=False
        )
    if len(curves) > 1:
        legend = axes.legend(
            frameon=False, ncols=2, loc="lower left", bbox_to_anchor=(0, 1.0)
        )
        for text in legend.get_texts():
            text.set_fontfamily(families)
            text.set_parse_math(False)
            text.set_color(_TEXT_COLOR)
    write_figure(figure, path)


def check_same_lengths(curves: Mapping[str, Sequence[LengthBucket]]) -> list[str]:
    """Return the labels of the buckets that all curves share.

    Raises:
        ValueError: There is no bucket, or curves differ in their buckets.
    """
    labels = {
        name: [f"{bucket.label}\n({bucket.count:,})" for bucket in buckets]
        for name, buckets in curves.items()
    }
    first = next(iter(labels.values()), [])
    if not first:
        raise ValueError("`curves` must hold a bucket. Received: none.")
    different = [name for name, found in labels.items() if found != first]
    if different:
        raise ValueError(
            "`curves` must have the same buckets; give every `evaluate` the same "
            f"lengths and edges. Different: {', '.join(different)}."
        )
    return first


def _interval(bucket: LengthBucket) -> tuple[float, float]:
    interval = bucket.bleu.interval
    if interval is None:
        return (bucket.bleu.value, bucket.bleu.value)
    return (interval.low, interval.high)
