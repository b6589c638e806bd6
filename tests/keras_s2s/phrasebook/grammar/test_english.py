import pytest

from keras_s2s.phrasebook.grammar.english import article, conjugate, inflect, plural
from keras_s2s.phrasebook.grammar.numbers import (
    chinese_count,
    chinese_number,
    clock,
    english_number,
    ordinal,
)


@pytest.mark.parametrize(
    ("singular", "expected"),
    [
        ("apple", "apples"),
        ("peach", "peaches"),
        ("strawberry", "strawberries"),
        ("toy", "toys"),
        ("potato", "potatoes"),
        ("photo", "photos"),
        ("scarf", "scarves"),
        ("steamed bun", "steamed buns"),
        ("child", "children"),
    ],
)
def test_plural(singular, expected):
    assert plural(singular) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("apple", "an"),
        ("hour", "an"),
        ("hat", "a"),
        ("uniform", "a"),
        ("umbrella", "an"),
    ],
)
def test_article(word, expected):
    assert article(word) == expected


@pytest.mark.parametrize(
    ("lemma", "forms"),
    [
        ("eat", ("eats", "ate", "eaten", "eating")),
        ("study", ("studies", "studied", "studied", "studying")),
        ("play", ("plays", "played", "played", "playing")),
        ("plan", ("plans", "planned", "planned", "planning")),
        ("write", ("writes", "wrote", "written", "writing")),
        ("watch", ("watches", "watched", "watched", "watching")),
        ("go", ("goes", "went", "gone", "going")),
        ("dance", ("dances", "danced", "danced", "dancing")),
        ("ski", ("skis", "skied", "skied", "skiing")),
        ("visit", ("visits", "visited", "visited", "visiting")),
    ],
)
def test_verb_forms(lemma, forms):
    inflected = (inflect(lemma, form) for form in ("past", "participle", "ing"))
    assert (conjugate(lemma, "third"), *inflected) == forms


def test_one_has_been_somewhere_but_is_gone():
    assert inflect("go", "experience") == "been"
    assert inflect("go", "participle") == "gone"


def test_unknown_forms_are_refused():
    with pytest.raises(ValueError, match="form='future'"):
        inflect("eat", "future")


@pytest.mark.parametrize(
    ("number", "chinese", "english"),
    [
        (2, "二", "two"),
        (10, "十", "ten"),
        (12, "十二", "twelve"),
        (20, "二十", "twenty"),
        (45, "四十五", "forty-five"),
        (100, "一百", "one hundred"),
        (105, "一百零五", "one hundred and five"),
        (112, "一百一十二", "one hundred and twelve"),
        (250, "两百五十", "two hundred and fifty"),
    ],
)
def test_numbers(number, chinese, english):
    assert chinese_number(number) == chinese
    assert " ".join(english_number(number)) == english


def test_two_before_a_measure_word():
    assert chinese_count(2) == "两"
    assert chinese_count(12) == "十二"


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (1, "first"),
        (3, "third"),
        (12, "twelfth"),
        (20, "twentieth"),
        (22, "twenty-second"),
    ],
)
def test_ordinals(number, expected):
    assert ordinal(number) == expected


@pytest.mark.parametrize(
    ("minute", "chinese", "english"),
    [
        (0, "两点", "two o'clock"),
        (15, "两点一刻", "a quarter past two"),
        (30, "两点半", "half past two"),
        (40, "两点四十分", "two forty"),
    ],
)
def test_clock(minute, chinese, english):
    time = clock(2, minute)
    assert ("".join(time.source), " ".join(time.target)) == (chinese, english)
