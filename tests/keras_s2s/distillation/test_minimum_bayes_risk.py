import pytest

pytest.importorskip("sacrebleu", reason="needs the train extra")

from keras_s2s.distillation.minimum_bayes_risk import by_expected_utility
from keras_s2s.evaluation.scores.bleu import sentence_chrf

pytestmark = pytest.mark.train


def test_the_hypothesis_nearest_to_the_others_is_first():
    near = ["the cat sat on a mat", "the cat sat on the mat", "a cat sat on the mat"]
    ranked = by_expected_utility(["dogs bark", *near])
    assert ranked[0] == "the cat sat on the mat"
    assert ranked[-1] == "dogs bark"
    assert sorted(ranked) == sorted(["dogs bark", *near])


def test_the_order_is_that_of_the_mean_chrf():
    texts = ["one two", "one two three", "four two three", "one two three"]
    means = {
        text: sum(sentence_chrf([text] * len(texts), texts)) / len(texts)
        for text in dict.fromkeys(texts)
    }
    assert by_expected_utility(texts) == sorted(means, key=means.get, reverse=True)


def test_what_came_most_often_wins_over_one_that_came_once():
    assert by_expected_utility(["star", "moon", "moon"]) == ["moon", "star"]
    assert by_expected_utility(["star", "moon"]) == ["star", "moon"], "a draw"
    assert by_expected_utility([]) == []


def test_its_cost_is_bounded():
    with pytest.raises(ValueError, match="at most 64 hypotheses"):
        by_expected_utility([str(number) for number in range(65)])
