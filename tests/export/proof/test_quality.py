import pytest

pytestmark = pytest.mark.train
pytest.importorskip("sacrebleu", reason="export needs the training extra")

from sacrebleu.metrics import BLEU  # noqa: E402

from export.proof.quality import measure_quality  # noqa: E402

REFERENCES = [f"the cat number {n} sat on the mat in room {n % 7}" for n in range(50)]


def worsened(every):
    return [
        "a dog ran away" if index % every == 0 else reference
        for index, reference in enumerate(REFERENCES)
    ]


def test_equal_systems_have_an_interval_of_zero():
    systems = {"Keras": worsened(3), "float32": worsened(3)}
    qualities = measure_quality(systems, REFERENCES, "13a")
    interval = qualities["float32"].against_baseline
    assert (interval.difference, interval.low, interval.high) == (0.0, 0.0, 0.0)
    assert qualities["Keras"].against_baseline is None


def test_a_worse_system_lies_below_zero():
    systems = {"Keras": worsened(10), "int4": worsened(3)}
    interval = measure_quality(systems, REFERENCES, "13a")["int4"].against_baseline
    assert interval.low <= interval.difference <= interval.high < 0


def test_the_difference_is_that_of_the_scores():
    systems = {"Keras": worsened(10), "int8": worsened(9)}
    qualities = measure_quality(systems, REFERENCES, "13a")
    difference = qualities["int8"].bleu.value - qualities["Keras"].bleu.value
    assert qualities["int8"].against_baseline.difference == pytest.approx(difference)
    score = BLEU(tokenize="13a").corpus_score(systems["int8"], [REFERENCES])
    assert qualities["int8"].bleu.value == pytest.approx(score.score)


def test_systems_are_resampled_together():
    """The interval is narrow where both are wrong about the same sentences."""
    same = worsened(3)
    almost = [*same[:-1], "another sentence entirely"]
    interval = measure_quality({"a": same, "b": almost}, REFERENCES, "13a")["b"]
    width = interval.against_baseline.high - interval.against_baseline.low
    assert width < 10
    json = interval.to_json()
    assert json["bleu_difference"]["low"] == interval.against_baseline.low


def test_empty_hypotheses_are_scored():
    qualities = measure_quality({"Keras": [""] * 50}, REFERENCES, "13a")
    assert qualities["Keras"].bleu.value == 0.0
