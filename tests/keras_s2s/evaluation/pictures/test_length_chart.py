import warnings

import pytest

pytest.importorskip("matplotlib", reason="needs the train extra")

from keras_s2s.evaluation.pictures.length_chart import draw_length_chart
from keras_s2s.evaluation.scores.bleu import Interval, Score
from keras_s2s.evaluation.scores.length_buckets import LengthBucket


def buckets(*values, interval=True):
    return [
        LengthBucket(
            5 * place + 1,
            5 * place + 5,
            100,
            Score(value, "", Interval(value, 2.0) if interval else None),
        )
        for place, value in enumerate(values)
    ]


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_curves_are_drawn_with_every_glyph(ending, tmp_path):
    path = tmp_path / f"chart.{ending}"
    curves = {"Bahdanau": buckets(40, 41, 39), "中文 fixed": buckets(40, 20, 5)}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        draw_length_chart(curves, path, title="苹果 $\\frac$")
    assert path.stat().st_size > 5000


def test_lengths_and_counts_stand_below_and_names_above(tmp_path):
    path = tmp_path / "chart.svg"
    curves = {"first": buckets(30, 20), "second": buckets(10, 5, interval=False)}
    draw_length_chart(curves, path)
    text = path.read_text(encoding="utf-8")
    for expected in ("1–5", "6–10", "(100)", "first", "second", "BLEU"):
        assert f"<!-- {expected} -->" in text or f"{expected}\n" in text


def test_curves_over_different_lengths_are_refused(tmp_path):
    curves = {"a": buckets(1, 2), "b": buckets(1, 2, 3)}
    with pytest.raises(ValueError, match=r"same buckets.*Different: b"):
        draw_length_chart(curves, tmp_path / "chart.png")


def test_no_curve_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must hold a bucket"):
        draw_length_chart({}, tmp_path / "chart.png")
