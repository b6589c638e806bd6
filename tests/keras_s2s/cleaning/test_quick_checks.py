import logging

import numpy as np
import pytest

from keras_s2s.cleaning.encodings import is_broken
from keras_s2s.cleaning.keys import normal_form, repeated, sentence_keys
from keras_s2s.cleaning.lengths import LengthModel
from keras_s2s.cleaning.quick_checks import QuickChecks, Sample
from keras_s2s.cleaning.reasons import MEANINGS, Reason, reason_names
from keras_s2s.cleaning.report import Examples, count_reasons, quick_report
from keras_s2s.data.corpus import SentencePair

RIGHT = [
    SentencePair(f"The {word} is here.", f"{word.title()} ist hier, {number}.")
    for number, word in enumerate(
        "sun moon star tree river stone bird fish".split() * 4
    )
]


def check(*pairs, held_out=()):
    checks = QuickChecks()
    for pair in (*RIGHT, *pairs):
        checks.add(pair)
    return list(checks.reasons(LengthModel(RIGHT), held_out)[len(RIGHT) :])


@pytest.mark.parametrize(
    ("pair", "reason"),
    [
        (SentencePair("A", " \t"), Reason.EMPTY),
        (SentencePair("", ""), Reason.EMPTY),
        (SentencePair("Tom!", "tom"), Reason.IDENTICAL),
        (SentencePair("1,985", "1.985"), 0),
        (RIGHT[3], Reason.DUPLICATE),
        (SentencePair("the sun is HERE", "Sun ist hier, 0!"), Reason.NEAR_DUPLICATE),
        # Another translation of the same source, and another source of one.
        (SentencePair("The sun is here.", "Da ist die Sonne."), 0),
        (SentencePair("There is the sun.", "Sun ist hier, 0."), 0),
        (SentencePair("Grün", "Ã¼ber"), Reason.ENCODING),
        (SentencePair("A star is here now", "Stern " * 40), Reason.LENGTH),
        (SentencePair("A star is here now, a star is here now.", "Da"), Reason.LENGTH),
        (SentencePair("No.", "Das ist nicht so."), 0),
    ],
)
def test_what_is_wrong_with_a_pair_is_named(pair, reason):
    assert check(pair) == [reason]


def test_a_sentence_of_held_out_text_is_found_on_its_side():
    pairs = SentencePair("one two", "x"), SentencePair("y", "One, two!")
    one = sentence_keys(["One two.", ""])
    assert check(*pairs, held_out=[one]) == [Reason.HELD_OUT] * 2
    none = sentence_keys([])
    assert check(*pairs, held_out=[one, none]) == [Reason.HELD_OUT, 0]
    assert check(*pairs, held_out=[none, one]) == [0, Reason.HELD_OUT]
    # An empty side is in no text.
    assert check(SentencePair("", "x"), held_out=[one]) == [Reason.EMPTY]


def test_only_the_later_ones_of_equal_keys_are_repeated():
    keys = np.array([5, 3, 5, 2**64 - 1, 3, 5, 2**64 - 1], dtype=np.uint64)
    assert repeated(keys).tolist() == [False, False, True, False, True, True, True]
    assert repeated(keys[:0]).tolist() == []


def test_a_normal_form_forgets_case_marks_and_spaces_alone():
    assert normal_form("Ｄon't  go!") == normal_form("dont GO") == "dontgo"
    assert normal_form("你好。") == "你好"
    assert normal_form("10") != normal_form("1,1")
    assert normal_form(" ?! ") == "?!"


@pytest.mark.parametrize(
    "text",
    [
        "fÃ¼r dich",
        "fürâ€™s",
        "f\ufffdr",
        "sch?n",
        "a\x00b",
        "Ð¿Ñ€Ð¸Ð²ÐµÑ‚",
        "\x93Ja\x94",
    ],
)
def test_broken_text_is_told(text):
    assert is_broken(text)


@pytest.mark.parametrize(
    "text",
    [
        "für dich",
        "fur",
        "“Ja” – 5 €",
        "你好",
        "привет",
        "http://a.b/c?d=e",
        "Was? Nein!",
        "Ã",
    ],
)
def test_sound_text_is_not_broken(text):
    assert not is_broken(text)


def test_a_sample_is_of_even_distances_and_bounded(monkeypatch):
    monkeypatch.setattr("keras_s2s.cleaning.quick_checks._LARGEST_SAMPLE", 10)
    sample = Sample()
    for number in range(1000):
        sample.add(number, number)
    distances = set(np.diff(sample.pairs))
    assert len(distances) == 1
    assert 10 <= len(sample.pairs) < 20
    assert sample.pairs[-1] > 900


def test_a_sample_has_no_pair_twice():
    checks = QuickChecks()
    for pair in [*RIGHT, *RIGHT, *RIGHT]:
        checks.add(pair)
    assert checks.sample.pairs == list(RIGHT)


def test_the_report_counts_and_says_when_there_is_nothing():
    checks = QuickChecks()
    for pair in RIGHT:
        checks.add(pair)
    assert quick_report(checks, []).endswith("quick checks found nothing wrong")
    for pair in (RIGHT[0], SentencePair("", "x"), SentencePair("a", "A")):
        checks.add(pair)
    report = quick_report(checks, [RIGHT[1]])
    assert (
        "Of 35 pairs, quick checks name 7: 1 empty, 1 identical, 1 duplicate, "
        in report
    )
    assert "4 held-out" in report


def test_examples_are_the_first_of_each_reason():
    examples = Examples(2)
    reasons = np.array([4, 0, 4, 5, 0], dtype=np.uint16)
    for number, bits in enumerate(reasons, start=1):
        examples.add(number, SentencePair("a" * 99, f"b{number}"), int(bits))
    lines = list(examples.report(reasons, 2))
    assert lines[0] == "5 pairs, 2 of them kept"
    assert [line.split(":")[0].strip() for line in lines[1:]] == [
        *("1 empty", "4"),
        *("3 duplicate", "1", "3"),
    ]
    assert lines[-1].endswith(f"3: {'a' * 60}… | b3")
    assert count_reasons(reasons) == {Reason.EMPTY: 1, Reason.DUPLICATE: 3}


def test_every_reason_has_a_name_and_a_meaning():
    assert MEANINGS.keys() == set(Reason)
    assert reason_names(Reason.NEAR_DUPLICATE | Reason.EMPTY) == [
        "empty",
        "near-duplicate",
    ]


def test_a_training_reports_before_it_begins(data, tmp_path, recipe, caplog):
    pytest.importorskip("tensorflow", reason="needs the train extra")
    from keras_s2s.training.prepared_run import prepare_run

    caplog.set_level(logging.INFO)
    prepare_run(recipe, data, tmp_path / "run")
    lines = [line for line in caplog.messages if "quick checks" in line]
    assert len(lines) == 1
    assert "Of 120 pairs, quick checks name" in lines[0]
