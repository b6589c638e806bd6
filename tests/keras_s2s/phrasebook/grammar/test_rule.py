import pytest

from keras_s2s.phrasebook.grammar.action import action, with_adjunct
from keras_s2s.phrasebook.grammar.agreement import HE, SHE, I
from keras_s2s.phrasebook.grammar.noun_phrases import listed, pointed, quantity
from keras_s2s.phrasebook.grammar.rule import AgreeingPhrase, weave
from keras_s2s.phrasebook.words.nouns import NOUNS
from keras_s2s.phrasebook.words.people import NAMES, PRONOUNS

I_, HE_ = PRONOUNS[0], PRONOUNS[2]


def text(phrase):
    return "".join(phrase.source), " ".join(phrase.target)


def words_linked(phrase):
    return {(phrase.source[i], phrase.target[j]) for i, j in phrase.links}


def test_links_follow_slots_to_their_place_in_the_other_order():
    phrase = weave(
        "{subject} 在/1 {place} 工作/2",
        "{subject} ~work/2 at/1 {place}",
        subject=NAMES[0],
        place=weave("学校/1", "the school/1"),
    )
    assert text(phrase) == ("小明在学校工作", "Xiao Ming works at the school")
    assert words_linked(phrase) == {
        ("小明", "Xiao"),
        ("小明", "Ming"),
        ("在", "at"),
        ("学校", "school"),
        ("工作", "works"),
    }


@pytest.mark.parametrize(
    ("subject", "expected"), [(I_, "I am"), (HE_, "he is"), (NAMES[1], "Xiao Hong is")]
)
def test_marked_verbs_agree_with_the_subject(subject, expected):
    phrase = weave("{subject} 忙/1", "{subject} ~be busy/1", subject=subject)
    assert " ".join(phrase.target) == f"{expected} busy"


def test_a_marked_verb_may_agree_with_another_slot():
    phrase = weave(
        "{subject} 忙/1 ，/2 {other} 也/3 忙/4",
        "{subject} ~be busy/1 ,/2 {other} ~be:other busy/4 too/3",
        subject=I_,
        other=HE_,
    )
    assert " ".join(phrase.target) == "I am busy , he is busy too"


def test_marked_words_of_a_phrase_agree_with_the_clause_it_stands_in():
    going = AgreeingPhrase(weave("要/1", "~be/1 going/1 to/1"))
    phrase = weave("{subject} {will}", "{subject} {will}", subject=HE_, will=going)
    assert " ".join(phrase.target) == "he is going to"
    assert {("要", "is"), ("要", "to")} <= words_linked(phrase)


def test_aspect_stands_after_the_verb_and_links_to_it():
    tea = quantity(NOUNS["茶"], 2).aligned
    drinking = with_adjunct(
        action("喝/1 {tea}", "drink/1 {tea}", tea=tea),
        "跟/1 {other}",
        "with/1 {other:object}",
        other=HE_,
    )
    phrase = drinking.fragment("了", "past", I)
    assert text(phrase) == ("跟他喝了两杯茶", "drank two cups of tea with him")
    assert {("喝", "drank"), ("了", "drank"), ("杯", "cups"), ("跟", "with")} <= (
        words_linked(phrase)
    )
    assert text(drinking.fragment("", "present", SHE))[1].startswith("drinks ")


def test_possessives_wait_for_the_subject_of_the_action():
    brushing = action("刷/1 牙/2", "brush/1 ~my teeth/2")
    assert text(brushing.fragment("", "present", HE))[1] == "brushes his teeth"
    assert text(brushing.fragment("", "base", I))[1] == "brush my teeth"


@pytest.mark.parametrize(
    ("noun", "number", "expected"),
    [
        ("鸡蛋", 1, ("一个鸡蛋", "an egg")),
        ("鸡蛋", 2, ("两个鸡蛋", "two eggs")),
        ("鞋", 1, ("一双鞋", "a pair of shoes")),
        ("鞋", 12, ("十二双鞋", "twelve pairs of shoes")),
        ("米饭", 3, ("三碗米饭", "three bowls of rice")),
        ("鱼", 2, ("两条鱼", "two fish")),
    ],
)
def test_quantities(noun, number, expected):
    assert text(quantity(NOUNS[noun], number).aligned) == expected


def test_pointing_at_one_and_at_several():
    books = NOUNS["书"]
    assert text(pointed(books, "这").aligned) == ("这本书", "this book")
    assert text(pointed(books, "那", several=True).aligned) == ("那些书", "those books")


def test_lists_join_with_commas_and_one_and():
    items = [weave(f"{c}/1", f"{c}/1") for c in "甲乙丙"]
    assert text(listed(items)) == ("甲、乙和丙", "甲 , 乙 and 丙")


def test_templates_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="same slots"):
        weave("{a} 吃/1", "eat/1")
    with pytest.raises(ValueError, match="Every tag must stand in both"):
        weave("吃/1", "eat/2")
