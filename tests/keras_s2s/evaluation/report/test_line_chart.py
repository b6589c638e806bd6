import itertools
from pathlib import Path

import pytest

from keras_s2s.evaluation.report.html import to_html
from keras_s2s.evaluation.report.line_chart import Series, choose_ticks, line_chart

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 50, [0, 10, 20, 30, 40, 50]),
        (0, 37, [0, 10, 20, 30, 40]),
        (0.2, 0.66, [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        (0, 0, [0, 1]),
        (7, 7, [6, 8]),
    ],
)
def test_ticks_are_round_and_enclose_the_values(low, high, ticks):
    found = choose_ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    if low < high:
        assert found == pytest.approx(ticks)


@pytest.mark.parametrize("high", [0.001, 0.9, 3, 44, 101, 12345])
def test_there_are_few_ticks_for_any_range(high):
    found = choose_ticks(0, high)
    assert 2 <= len(found) <= 6
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert steps == pytest.approx([steps[0]] * len(steps))


def chart(*series, **options):
    ticks = {x: f"epoch {x}" for x, _ in series[0].points}
    return line_chart(
        series, title="a title", x_label="epoch", x_ticks=ticks, **options
    )


def points(node):
    return [
        (float(circle.get("cx")), float(circle.get("cy")))
        for circle in node.iter("circle")
    ]


def test_higher_values_are_drawn_higher_and_later_ones_to_the_right():
    (x1, y1), (x2, y2), (x3, y3) = points(chart(Series("a", [(1, 5), (2, 7), (3, 6)])))
    assert x1 < x2 < x3
    assert y2 < y3 < y1


def test_everything_is_drawn_within_the_picture():
    node = chart(
        Series("a", [(0, 5), (1, 7)], [(1, 9), (2, 11)]),
        from_zero=True,
    )
    _, _, width, height = map(float, node.get("viewBox").split())
    for x, y in points(node):
        assert 0 < x < width
        assert 0 < y < height
    for line in node.iter("line"):
        assert 0 < float(line.get("y1")) < height
        assert 0 < float(line.get("y2")) < height


def test_one_point_is_enough():
    assert len(points(chart(Series("a", [(1, 5)])))) == 1


def test_labels_and_title_are_there():
    text = to_html(chart(Series("a", [(1, 5), (2, 6)])))
    for expected in ("a title", "epoch 1", "epoch 2"):
        assert expected in text


def legend(node):
    """Texts of the legend with their places."""
    return {
        text.text: (float(text.get("x")), float(text.get("y")))
        for group in node.iter("g")
        if group.get("class") == "legend"
        for text in group.iter("text")
    }


def test_several_lines_have_a_legend_and_one_has_none():
    one, two = Series("one", [(1, 5)]), Series("two", [(1, 6)])
    assert set(legend(chart(one, two))) == {"one", "two"}
    assert legend(chart(one)) == {}


def test_long_names_of_many_lines_stay_on_the_drawing_and_apart():
    names = [f"{number}-with-a-name-of-some-length" for number in range(7)]
    names.append("x" * 200)
    node = chart(*(Series(name, [(1, 5), (2, 6)]) for name in names))
    found = legend(node)
    assert len(found) == len(set(found.values())) == len(names)
    assert max(len(text) for text in found) < 70
    _, _, width, height = map(float, node.get("viewBox").split())
    first_point = min(y for _, y in points(node))
    rows = sorted({y for _, y in found.values()})
    assert 0 < rows[0] < rows[-1] < first_point < height
    assert all(after - before >= 12 for before, after in itertools.pairwise(rows))
    assert all(0 < x < width for x, _ in found.values())


def test_each_line_has_a_style_of_its_own():
    node = chart(*(Series(str(number), [(1, 5)]) for number in range(6)))
    css = (ROOT / "keras_s2s/evaluation/report/report.css").read_text()
    used = {
        group.get("class").split()[1]
        for group in node.iter("g")
        if group.get("class", "").startswith("series ")
    }
    assert len(used) == 6
    assert all(f".{name} {{ stroke" in css for name in used - {"series-0"})
