"""Capitals and titles: told apart, read in ordinary case, written as they came."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.text.letter_case import (
    LetterCase,
    in_letter_case,
    in_sentence_case,
    letter_case,
)


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("I LIKE APPLES", "capitals"),
        ("STOP! 43 \ufdd0", "capitals"),
        ("ПРИВЕТ", "capitals"),
        ("I.", "ordinary"),
        ("43", "ordinary"),
        ("我爱吃苹果", "ordinary"),
        ("I like NASA", "ordinary"),
        ("这是DVD。", "ordinary"),
        ("How To Bake a Cake", "title"),
        ("The Man Who Knew Too Much", "title"),
        ("How To Bake A Cake.", "ordinary"),
        ("Tom Likes Mary", "ordinary"),
        ("Der Hund sieht die Katze", "ordinary"),
        ("The NASA Budget Is Large", "ordinary"),
        ("", "ordinary"),
    ],
)
def test_cases_are_told_apart(text, case):
    assert letter_case(text).value == case


def test_sentence_case_keeps_the_first_letter():
    assert in_sentence_case("„I LIKE \ufdd0 APPLES“") == "„I like \ufdd0 apples“"
    assert in_sentence_case("İSTANBUL İ") == "İstanbul İ"
    assert in_sentence_case("43") == "43"


def test_a_translation_takes_the_case_of_its_source():
    assert in_letter_case("Ich weiß \ufdd0.", LetterCase.CAPITALS) == "ICH WEIẞ \ufdd0."
    assert in_letter_case("the man's cake", LetterCase.TITLE) == "The Man's Cake"
    assert in_letter_case("as it is", LetterCase.ORDINARY) == "as it is"


@given(st.text(max_size=30), st.sampled_from(LetterCase))
def test_no_case_changes_the_length(text, case):
    assert len(in_sentence_case(text)) == len(in_letter_case(text, case)) == len(text)
