"""The checks that learn from the corpus, on an invented language."""

import random

import numpy as np
import pytest

from keras_s2s.cleaning.clean import Languages, find_reasons
from keras_s2s.cleaning.cuts import CutCheck, cut_off
from keras_s2s.cleaning.evidence import Evidence
from keras_s2s.cleaning.languages import (
    LanguageCheck,
    language_identifier,
    require_language,
)
from keras_s2s.cleaning.reasons import Reason
from keras_s2s.cleaning.scripts import ScriptCheck
from keras_s2s.cleaning.steps import suspicious_lines
from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair
from keras_s2s.phrasebook.pairs import generate_pairs


@pytest.fixture(scope="module")
def right():
    drawn = (
        SentencePair(pair.source, pair.target) for pair in generate_pairs(2500, seed=3)
    )
    return list({pair.source: pair for pair in drawn}.values())[:600]


@pytest.fixture(scope="module")
def cleaned(right, tmp_path_factory):
    """The right pairs with wrong ones among them, by fault, and their reasons."""
    generator = random.Random(1)
    pairs, faults = list(right), [""] * len(right)
    for begin in (100, 300):
        targets = [pair.target for pair in pairs[begin : begin + 15]]
        for line, target in enumerate([*targets[1:], targets[0]], start=begin):
            pairs[line] = SentencePair(pairs[line].source, target)
            faults[line] = "shifted"
    for number in range(25):
        cut = cut_off(right[400 + number], generator)
        wrong = {
            "cut": cut and SentencePair(right[400 + number].source, cut.target),
            "script": SentencePair(right[430 + number].source, right[450].source),
            "language": SentencePair(
                right[460 + number].source, f"Das ist der Satz Nummer {number} davon."
            ),
            "numbers": SentencePair(
                f"我有{number + 31}本书", f"I have {number + 1} books."
            ),
            "markup": SentencePair(f"<b>好</b>{number}", f"Good {number}"),
        }
        for fault, pair in wrong.items():
            if pair is not None and pair.target != right[400 + number].target:
                pairs.append(pair)
                faults.append(fault)
    path = tmp_path_factory.mktemp("clean") / "a.tsv"
    path.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in pairs))
    corpus = ParallelCorpus(path)
    reasons = find_reasons(corpus, languages=Languages("zh", "en"))
    return np.array(faults), reasons


@pytest.mark.parametrize(
    ("fault", "reason", "least"),
    [
        ("shifted", Reason.SHIFTED, 0.8),
        ("cut", Reason.CUT, 0.8),
        ("script", Reason.SCRIPT, 1),
        ("language", Reason.LANGUAGE, 1),
        ("numbers", Reason.NUMBERS, 1),
        ("markup", Reason.MARKUP, 1),
    ],
)
def test_wrong_pairs_among_right_ones_are_named(fault, reason, least, cleaned):
    faults, reasons = cleaned
    found = reasons[faults == fault] & reason != 0
    assert len(found) > 10
    assert found.mean() >= least


def test_right_pairs_are_not_named(cleaned):
    faults, reasons = cleaned
    named = reasons[faults == ""] & ~np.uint16(Reason.NEAR_DUPLICATE) != 0
    assert named.mean() <= 0.01


def test_a_few_pairs_are_checked_too(right, tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in right[:30]))
    assert not find_reasons(ParallelCorpus(path)).any()


def test_a_side_is_cut_between_words_and_short_ones_are_not():
    generator = random.Random(2)
    pair = SentencePair("one two three four five", "eins zwei drei vier fünf")
    for _ in range(20):
        cut = cut_off(pair, generator)
        (full, part), other = sorted(
            [(pair.source, cut.source), (pair.target, cut.target)],
            key=lambda texts: texts[0] == texts[1],
        )
        assert other[0] == other[1]
        assert full.startswith(f"{part} ")
    for text in ("one two", ",;,;,;,;,;,;"):
        assert cut_off(SentencePair(text, text), generator) is None


def test_evidence_is_the_logarithm_of_the_ratio_of_shares():
    evidence = Evidence(np.array([0, 0, 0, 1]), np.array([1, 0]), 3)
    odds = evidence.log_odds(np.array([0, 1, 2]))
    assert odds[0] == pytest.approx(np.log((3 + 1 / 3) / 5 * 3 / (1 + 1 / 3)))
    assert odds[1] == pytest.approx(np.log(3 / 5))
    assert odds[2] == 0  # neither kind was seen there


def test_lines_around_doubtful_ones_are_looked_at():
    own = np.full(200, 3.0)
    own[90:100] = -2.0
    (stretch,) = suspicious_lines(own)
    assert 70 < stretch.start < 90
    assert 100 < stretch.stop < 120
    assert suspicious_lines(np.full(50, 1.0)) == []
    assert suspicious_lines(np.zeros(0)) == []
    assert suspicious_lines(np.array([-1.0])) == [range(1)]
    assert suspicious_lines(np.array([-1.0, 2.0, 3.0, 3.0])) == []


def test_a_line_is_in_another_script_if_most_of_its_letters_are():
    check = ScriptCheck(["Hello there, Tom."] * 9)
    assert check.is_other("你好吗")
    assert check.is_other("Привет")
    assert not check.is_other("Tom 好")
    assert not check.is_other("Hello 你好")
    assert not check.is_other("123 好")
    mixed = ScriptCheck(["你好吗", "Tom 在吗"] * 9)
    assert not mixed.is_other("Tom")
    chinese = ScriptCheck(["你好吗我很好"] * 9)
    assert not chinese.is_other("Tom游泳。")
    assert not chinese.is_other("我用Twitter。")
    assert chinese.is_other("Tom swims.")
    assert chinese.is_other("Tom swims every 天.")


def test_a_missing_mark_alone_is_no_cut():
    check = object.__new__(CutCheck)
    marks, words = [6.0, 6.0, 6.0, 6.0, 6.0], [-1.0, -1.0, 1.0, -1.0, -1.0]
    check._evidence = [Told(marks), Told(words)]
    # Sides of about the usual length, and some that are much shorter or longer.
    columns = np.array([6, 7, 6, 5, 9])
    check._cells = lambda pairs, found: (columns, np.zeros(5, dtype=int))
    assert check.are_cut([], None).tolist() == [False, False, True, True, True]


class Told:
    """Evidence that is given."""

    def __init__(self, odds):
        self._odds = np.array(odds)

    def log_odds(self, cells):
        return self._odds


def test_exchanged_sides_are_refused(right, tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in right))
    with pytest.raises(CorpusError, match="in zh and most targets in en, not in en"):
        find_reasons(ParallelCorpus(path), languages=Languages("en-GB", "zh"))


def test_text_of_the_language_that_a_model_writes_is_refused(caplog):
    german = ["Das ist ein deutscher Satz.", "Davon gibt es hier sehr viele."] * 9
    with pytest.raises(CorpusError, match=r"mono\.de must be in en"):
        require_language("mono.de", german, "en", "de-AT")
    require_language("mono.de", german, "de", "en")
    require_language("mono.de", german, "", "")
    assert caplog.messages == []
    require_language("mono.de", german, "en", "fr")
    assert caplog.messages == ["Most lines of mono.de look like de, not en."]


def test_a_side_without_one_language_is_not_judged():
    identifier = language_identifier()
    english = ["This is an English sentence.", "There are many of them here."]
    german = ["Das ist ein deutscher Satz.", "Davon gibt es hier sehr viele."]
    check = LanguageCheck(identifier, "", english)
    assert check.language == "en"
    assert check.is_other(german[1], are_pair=False)
    assert not check.is_other(english[0], are_pair=False)
    assert not check.is_other("Ja!", are_pair=False)
    assert LanguageCheck(identifier, "en-GB", english).language == "en"
    for code, sentences, said in (
        ("", english + german, "not checked"),
        ("fr", english, "not checked: most lines look like en, not fr"),
        ("", [], "not checked"),
    ):
        check = LanguageCheck(identifier, code, sentences)
        assert check.language == ""
        assert str(check) == said
        assert not check.is_other(german[1], are_pair=False)
