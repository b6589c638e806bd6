"""Line charts as inline SVG, coloured by the page's style sheet."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from keras_s2s.evaluation.report.html import element

# Units of the drawing; text of 11 units stays readable at 360 pixels.
_WIDTH, _HEIGHT = 380, 230
_LEFT, _RIGHT, _TOP = 38, 10, 24
_LINE_HEIGHT = 13
_LEGEND_HEIGHT = 15
_LETTER = 6.2  # estimated width of a letter
_LEGEND_LINE = 26
_STYLES = 6  # classes `series-0` and so on in the style sheet


@dataclass(frozen=True)
class Series:
    """One line of a chart.

    Attributes:
        name: What the legend calls it.
        points: Pairs of x and y, in the order of x.
        intervals: Lower and upper end at each point; none by default.
    """

    name: str
    points: Sequence[tuple[float, float]]
    intervals: Sequence[tuple[float, float]] = ()


def line_chart(
    series: Sequence[Series],
    *,
    title: str,
    x_label: str,
    x_ticks: Mapping[float, str],
    from_zero: bool = False,
) -> Element:
    r"""Return a chart.

    Args:
        series: Lines, with one point at least.
        title: Stands above the chart, and is read out in its place.
        x_label: Stands below the chart.
        x_ticks: Text by place on the x axis; `\n` begins a second line.
        from_zero: Whether the y axis begins at 0 whatever the values.
    """
    xs = [x for line in series for x, _ in line.points]
    ys = [y for line in series for _, y in line.points]
    ys += [end for line in series for interval in line.intervals for end in interval]
    y_ticks = choose_ticks(0.0 if from_zero else min(ys), max(ys))
    lines_of_ticks = max((text.count("\n") for text in x_ticks.values()), default=0) + 1
    legend = _legend(series) if len(series) > 1 else []
    # The legend has lines of its own below the title, which the chart grows by.
    top = _TOP + _LEGEND_HEIGHT * len(legend)
    height = _HEIGHT + _LEGEND_HEIGHT * len(legend)
    bottom = height - _LINE_HEIGHT * (lines_of_ticks + 1) - 8
    x_margin = 0.5 if from_zero else 0.0
    across = _Scale(min(xs) - x_margin, max(xs) + x_margin, _LEFT, _WIDTH - _RIGHT)
    down = _Scale(y_ticks[0], y_ticks[-1], bottom, top)

    chart = element(
        "svg",
        viewBox=f"0 0 {_WIDTH} {height}",
        role="img",
        aria_label=title,
        class_="chart",
    )
    chart.append(element("text", title, x=0, y=11, class_="chart-title"))
    for tick in y_ticks:
        y = down(tick)
        chart.append(
            element("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y, class_="grid")
        )
        chart.append(
            element("text", _number(tick), x=_LEFT - 5, y=y + 3.5, text_anchor="end")
        )
    for x, text in x_ticks.items():
        for row, part in enumerate(text.split("\n")):
            y = bottom + _LINE_HEIGHT * (row + 1)
            chart.append(element("text", part, x=across(x), y=y, text_anchor="middle"))
    chart.append(
        element(
            "text",
            x_label,
            x=(_LEFT + _WIDTH - _RIGHT) / 2,
            y=height - 5,
            text_anchor="middle",
        )
    )
    for number, line in enumerate(series):
        chart.append(_draw(line, number, across, down))
    for row, entries in enumerate(legend):
        for x, number, name in entries:
            chart.append(_legend_entry(x, 25 + _LEGEND_HEIGHT * row, number, name))
    return chart


def choose_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers that enclose a range, evenly spaced.

    Args:
        low: Smallest value.
        high: Largest value.
        most: Numbers at most.
    """
    span = (high - low) or abs(high) or 1.0
    magnitude = 10.0 ** math.floor(math.log10(span / most))
    for factor in (1, 2, 2.5, 5, 10, 20, 25, 50):
        step = magnitude * factor
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        if last <= first:
            last = first + 1
        if last - first < most:
            return [round(step * index, 10) for index in range(first, last + 1)]
    return [low, high]


def _draw(
    line: Series,
    number: int,
    across: "_Scale",
    down: "_Scale",
) -> Element:
    group = element("g", class_=_series_class(number))
    for (x, _), (low, high) in zip(line.points, line.intervals, strict=False):
        group.append(
            element(
                "line",
                x1=across(x),
                x2=across(x),
                y1=down(low),
                y2=down(high),
                class_="interval",
            )
        )
    path = "M" + "L".join(f"{across(x):.1f} {down(y):.1f}" for x, y in line.points)
    group.append(element("path", d=path))
    for x, y in line.points:
        group.append(
            element(
                "circle",
                element("title", f"{line.name} {y:.4g}"),
                cx=across(x),
                cy=down(y),
                r=3.0 if len(line.points) <= 40 else 1.0,
            )
        )
    return group


def _legend(series: Sequence[Series]) -> list[list[tuple[float, int, str]]]:
    """Return lines of entries, each with its place from the left and its number."""
    rows: list[list[tuple[float, int, str]]] = [[]]
    x = 0.0
    most = int((_WIDTH - _LEGEND_LINE) / _LETTER) - 1
    for number, line in enumerate(series):
        name = line.name if len(line.name) <= most else f"{line.name[: most - 1]}…"
        width = _LEGEND_LINE + _LETTER * (len(name) + 2)
        if rows[-1] and x + width > _WIDTH:
            rows.append([])
            x = 0.0
        rows[-1].append((x, number, name))
        x += width
    return rows


def _legend_entry(x: float, y: float, number: int, name: str) -> Element:
    sample = element("path", d=f"M{x:.1f} {y - 3.5:.1f}h{_LEGEND_LINE - 4}")
    return element(
        "g",
        element("g", sample, class_=_series_class(number)),
        element("text", name, x=x + _LEGEND_LINE, y=y),
        class_="legend",
    )


def _series_class(number: int) -> str:
    return f"series series-{number % _STYLES}"


class _Scale:
    """A linear map from values to places of the drawing."""

    def __init__(self, low: float, high: float, begin: float, end: float) -> None:
        self._low, self._begin = low, begin
        self._factor = (end - begin) / ((high - low) or 1.0)

    def __call__(self, value: float) -> float:
        return self._begin + (value - self._low) * self._factor


def _number(value: float) -> str:
    return f"{value:,.6g}"
