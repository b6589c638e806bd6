"""Sentence tables with words of their own."""

from collections import Counter
from random import Random

import pytest

from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.grammar.sentence_table import COLUMNS, PatternParser
from keras_s2s.phrasebook.grammar.table import parse_table

GROUPS = {
    "fruit": tuple(
        weave(f"{c}/1", f"{e}/1") for c, e in (("梨", "pear"), ("桃", "peach"))
    )
}


def same(rng, word):
    return word


def two(rng, words, size):
    return rng.sample(words, size)


def parse(text):
    parser = PatternParser({"same": same, "two": two}, GROUPS)
    return parser.parse(parse_table(text, "test.txt", COLUMNS), "test")


def sentences(pattern, count=200):
    rng = Random(1)
    phrases = [pattern.draw(rng) for _ in range(count)]
    return Counter(("".join(p.source), " ".join(p.target)) for p in phrases)


def test_a_row_is_a_pattern_with_its_weight_and_length():
    short, long = parse("2 | 好/1 | good/1 |\n0.5 long | 坏/1 | bad/1 |")
    assert (short.weight, short.length, short.domain) == (2.0, "short", "test")
    assert (long.weight, long.length, long.name) == (0.5, "long", "坏/1")
    assert sentences(long, 1) == {("坏", "bad"): 1}


def test_a_group_fills_a_slot_with_each_of_its_words():
    (pattern,) = parse("1 | {food} 好/1 | good/1 {food} | food=fruit")
    assert set(sentences(pattern)) == {("梨好", "good pear"), ("桃好", "good peach")}


def test_an_argument_is_an_earlier_slot_a_group_or_a_number():
    (pattern,) = parse(
        "1 | {a} {b} {c} | {a} {b} {c} | a, b=two(fruit, 2); food=fruit; c=same(food)"
    )
    assert all(source[0] != source[1] for source, _ in sentences(pattern))
    assert {source[2] for source, _ in sentences(pattern)} == {"梨", "桃"}


def test_a_chance_decides_between_forms_that_share_what_was_drawn_before():
    (pattern,) = parse(
        "1 | {a} 好/1 | good/1 {a} | a=fruit; 20 %\n"
        "else | {a} {b} | {a} {b} | b=same(a)"
    )
    drawn = sentences(pattern, 1000)
    good = sum(n for (source, _), n in drawn.items() if "好" in source)
    assert 150 < good < 250
    assert {source for source, _ in drawn} == {"梨好", "桃好", "梨梨", "桃桃"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1 | 吃/1 | eat/2 |", "Every tag must stand in both"),
        ("1 | {a} 吃/1 | eat/1 | a=fruit", "same slots"),
        ("1 | {a} | {a} |", "Every slot must be drawn. Received: a"),
        ("1 | 是/1 | ~be:a/1 |", "Every slot must be drawn. Received: a"),
        ("1 | {a} | {a} | a=meat", "known sampler or from a known group.*a=meat"),
        ("1 | {a} | {a} | a=fruit(2)", r"known group.*a=fruit\(2\)"),
        ("1 | {a} | {a} | a", "drawn as `name=sampler`. Received: a"),
        ("1 | {a} | {a} | a=same(b)", "an earlier slot, a group or a number.*b"),
        ("1 | {a} | {a} | a=same(fruit, 2)", r"arguments must fit.*a=same\(fruit, 2\)"),
        (
            "1 | {a} | {a} | a=fruit; b=fruit",
            "stand in the templates.*Received: b",
        ),
        ("1 | {a} | {a} | a=fruit; 20 %", "if, and only if, `else` follows"),
        ("much | 好/1 | good/1 |", "weight must be a number.*Received: much"),
        ("1 huge | 好/1 | good/1 |", "weight must be a number.*Received: 1 huge"),
        ("1 | 好/1 | good/1", r"the columns weight \| Chinese"),
    ],
)
def test_an_error_names_the_table_and_the_line(row, message):
    with pytest.raises(ValueError, match=f"test.txt, line 3: .*{message}"):
        parse(f"# A table\n1 | 好/1 | good/1 |\n{row}\n")


def test_another_form_needs_a_chance_and_a_pattern_to_belong_to():
    with pytest.raises(ValueError, match=r"test.txt, line 1: .*must not be `else`"):
        parse("else | 好/1 | good/1 |")
    with pytest.raises(ValueError, match=r"test.txt, line 1: .*`else` follows"):
        parse("1 | 好/1 | good/1 |\nelse | 坏/1 | bad/1 |")


def test_a_sampler_and_a_group_of_one_name_are_refused():
    with pytest.raises(ValueError, match=r"must not share their name. Received: fruit"):
        PatternParser({"fruit": same}, GROUPS)
