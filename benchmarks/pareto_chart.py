"""BLEU across time: a point for each system, its area the size of its files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Point:
    """What a system has.

    Attributes:
        name: What it is called.
        bleu: Of its greedy translations.
        milliseconds: A sentence, one by one.
        batch_milliseconds: A sentence, in batches.
        megabytes: Of its files.
    """

    name: str
    bleu: float
    milliseconds: float
    batch_milliseconds: float
    megabytes: float


def draw(points: Sequence[Point], ours: frozenset[str], path: Path) -> None:
    """Write the chart.

    Args:
        points: The systems.
        ours: Names of those that are drawn as ours.
        path: Picture to write; its suffix says the format.
    """
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    for point in points:
        colour = "tab:blue" if point.name in ours else "tab:gray"
        axes.scatter(
            [point.milliseconds],
            [point.bleu],
            s=60 * point.megabytes,
            color=colour,
            alpha=0.6,
        )
        axes.annotate(
            f"{point.name}, {point.megabytes:.1f} MB",
            (point.milliseconds, point.bleu),
            xytext=(0, 10),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.set_xlim(left=0)
    axes.margins(x=0.15, y=0.2)
    axes.set_xlabel("milliseconds a sentence, one core")
    axes.set_ylabel("BLEU, greedy")
    axes.set_title("Area: size of the files")
    axes.grid(alpha=0.3)
    figure.savefig(path, dpi=150)
