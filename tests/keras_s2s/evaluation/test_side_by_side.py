import pytest

pytest.importorskip("sacrebleu", reason="needs the train extra")

from keras_s2s.evaluation.side_by_side import evaluate_side_by_side, name_systems


def test_all_systems_are_evaluated_over_the_same_lengths(make_translator, sentences):
    translators = {"whole": make_translator(), "stops": make_translator(most=4)}
    found = evaluate_side_by_side(translators, sentences, sentences, resamplings=0)
    whole, stops = (found[name].by_length for name in translators)
    assert [bucket.count for bucket in whole] == [bucket.count for bucket in stops]
    assert len(whole) > 1
    assert whole[-1].bleu.value > stops[-1].bleu.value + 30


def test_given_lengths_decide_the_buckets(translator):
    texts = ["one", "two"]
    found = evaluate_side_by_side(
        {"a": translator}, texts, texts, lengths=[7, 70], edges=(1, 50), resamplings=0
    )
    assert [bucket.label for bucket in found["a"].by_length] == ["1–49", "50–70"]


@pytest.mark.parametrize(
    ("paths", "names"),
    [
        (["runs/a", "runs/b/"], ["a", "b"]),
        (["one/zh-en", "two/zh-en"], ["one/zh-en", "two/zh-en"]),
        (["/x/one/zh-en", "/x/two/zh-en"], ["one/zh-en", "two/zh-en"]),
    ],
)
def test_names_are_as_short_as_they_can_be(paths, names):
    assert name_systems(paths) == names


def test_a_system_given_twice_is_refused():
    with pytest.raises(ValueError, match="Received twice: a"):
        name_systems(["a", "b", "a"])
