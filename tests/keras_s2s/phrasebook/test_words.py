import pytest

from keras_s2s.phrasebook.grammar.table import parse_table
from keras_s2s.phrasebook.words.groups import GROUPS, members_of
from keras_s2s.phrasebook.words.nouns import NOUNS, parse_noun
from keras_s2s.phrasebook.words.people import FAMILIES, FAMILY


def row(text):
    return parse_table(text, "test.txt", "|".join(text.split("|")))[0]


def members(text):
    return [noun.chinese for noun in members_of(row(text), GROUPS)]


def test_classes_are_united_in_the_order_of_the_nouns():
    expected = [noun for noun in NOUNS.values() if {"fruit", "drink"} & noun.classes]
    assert list(members_of(row("x | nouns | drink fruit"), GROUPS)) == expected


def test_words_keep_the_order_they_are_listed_in_and_exclusions_leave():
    assert members("x | nouns | 茶 书 梨") == ["茶", "书", "梨"]
    assert members("x | nouns | reading -小说") == ["书", "杂志"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x | things | 书", "kind must be one of nouns, .*Received: things"),
        ("x | nouns | 书 龙", "one of the nouns or an earlier group. Received: 龙"),
        ("x | actions | -书", "one of the actions or an earlier group. Received: 书"),
    ],
)
def test_a_wrong_group_is_refused_with_its_line(text, message):
    with pytest.raises(ValueError, match=f"test.txt, line 1: .*{message}"):
        members(text)


@pytest.mark.parametrize(
    "text",
    ["米饭 | rice | mass | 碗 | | food", "书 | book | count | 本 volume | | reading"],
)
def test_only_what_english_does_not_count_has_an_english_measure(text):
    with pytest.raises(ValueError, match=r"test.txt, line 1: A noun must be `count`"):
        parse_noun(row(text))


def test_relatives_of_the_speaker_are_the_same_people_by_either_name():
    assert [p.identity for p in FAMILIES[: len(FAMILY)]] == [p.identity for p in FAMILY]
    assert FAMILIES[len(FAMILY)].identity == "你妈妈"
