"""Eating and drinking."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.noun_phrases import general, listed, pointed, quantity
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import consume, consume_some
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import asked, friend, person
from keras_s2s.phrasebook.selection.things import DRINK, FOOD, pointer, serving
from keras_s2s.phrasebook.words.adjectives import (
    DRINK_QUALITIES,
    FRUIT_QUALITIES,
    TASTY_DRINK,
    TASTY_FOOD,
)
from keras_s2s.phrasebook.words.nouns import noun_named, nouns_of
from keras_s2s.phrasebook.words.times import FUTURE, PAST

eating = PatternTable("eating")
_SPECIALTIES = tuple(
    general(noun_named(chinese))
    for chinese in (
        *("烤鸭", "火锅", "豆腐", "包子", "饺子", "炒饭", "羊肉"),
        *("比萨", "汉堡", "芒果", "菠萝", "蘑菇"),
    )
)
_COUNTED = tuple(
    n for n in nouns_of("served", "fruit") if n.singular and "large" not in n.classes
)
_TRIED_DRINKS = tuple(n for n in DRINK if n.chinese not in ("水", "牛奶"))
_MEALS = (
    (("早饭", "breakfast"), ("面包", "鸡蛋", "包子", "面条", "三明治", "饺子")),
    (("午饭", "lunch"), ("米饭", "面条", "饺子", "炒饭", "三明治", "汉堡", "比萨")),
    (
        ("晚饭", "dinner"),
        ("米饭", "面条", "饺子", "豆腐", "火锅", "烤鸭", "鱼", "牛肉"),
    ),
)
eating.rule(
    "{subject} 爱/1 {doing}",
    "{subject} ~love/1 to {doing:base}",
    weight=5,
    subject=person,
    doing=consume,
)
eating.rule(
    "{subject} 喜欢/1 {doing}",
    "{subject} ~like/1 to {doing:base}",
    weight=4,
    subject=person,
    doing=consume,
)
eating.rule(
    "{subject} 不/1 {like} {doing}",
    "{subject} ~do/1 not/1 {like} to {doing:base}",
    weight=2,
    subject=person,
    like=one_of(weave("爱/1", "love/1"), weave("喜欢/1", "like/1")),
    doing=consume,
)
eating.rule(
    "{subject} 最/1 爱/2 {doing}",
    "{subject} ~love/2 to {doing:base} most/1 of/1 all/1",
    subject=person,
    doing=consume,
)
eating.rule(
    "{subject} {doing:了}",
    "{subject} {doing:past}",
    weight=2,
    subject=person,
    doing=consume_some,
)
eating.rule(
    "{subject} {when} {doing:了}",
    "{subject} {doing:past} {when}",
    weight=2,
    subject=person,
    when=one_of(*PAST[:6]),
    doing=consume_some,
)
eating.rule(
    "{subject} 想/1 {doing}",
    "{subject} ~want/1 to {doing:base}",
    weight=3,
    subject=person,
    doing=consume_some,
)
eating.rule(
    "{subject} 想/1 吃/2 什么/3 ？/4",
    "what/3 ~do {subject} want/1 to eat/2 ?/4",
    subject=asked,
)
eating.rule(
    "{when} {subject} 想/1 吃/2 什么/3 ？/4",
    "what/3 ~do {subject} want/1 to eat/2 {when} ?/4",
    subject=asked,
    when=one_of(*FUTURE[:6]),
)
eating.rule(
    "{subject} {like} {doing} 吗/1 ？/2",
    "~do/1 {subject} {like} to {doing:base} ?/2",
    weight=2,
    subject=asked,
    like=one_of(weave("爱/1", "love/1"), weave("喜欢/1", "like/1")),
    doing=consume,
)
eating.rule(
    "{subject} 吃/1 过/2 {food} 吗/4 ？/3",
    "~have/2+4 {subject} ever/2 eaten/1 {food} ?/3",
    subject=asked,
    food=one_of(*_SPECIALTIES),
)
eating.rule(
    "{subject} 吃/1 过/2 {food}",
    "{subject} ~have/2 eaten/1 {food} before/2",
    subject=person,
    food=one_of(*_SPECIALTIES),
)
eating.rule(
    "{subject} 从来/1 没/1 喝/2 过/3 {drink}",
    "{subject} ~have/3 never/1 drunk/2 {drink}",
    subject=person,
    drink=one_of(*map(general, _TRIED_DRINKS)),
)
eating.rule(
    "{subject} 正在/1 {doing}",
    "{subject} ~be/1 {doing:ing}",
    subject=person,
    doing=consume,
)
eating.rule(
    "请/1 给/2 {other} {some}",
    "please/1 give/2 {other:object} {some}",
    other=friend,
    some=lambda rng: serving(rng, pick(rng, DRINK)),
)
eating.rule(
    "请/1 给/2 我/3 {some}",
    "please/1 give/2 me/3 {some}",
    some=lambda rng: serving(rng, pick(rng, DRINK)),
)


@eating.drawn(weight=2)
def for_breakfast(rng: Random) -> Aligned:
    """As in 我早饭吃面包."""
    (chinese, english), foods = pick(rng, _MEALS)
    return weave(
        f"{{subject}} {chinese}/1 吃/2 {{food}}",
        f"{{subject}} ~eat/2 {{food}} for {english}/1",
        subject=person(rng),
        food=general(noun_named(pick(rng, foods))),
    )


def _quality_of(rng: Random, kind: str) -> Aligned:
    name, tasty = ("food", TASTY_FOOD) if kind == "food" else ("drink", TASTY_DRINK)
    thing = pointed(pick(rng, nouns_of(name)), pointer(rng))
    return weave(
        "{subject} 真/1 {quality}",
        "{subject} ~be really/1 {quality}",
        subject=thing,
        quality=tasty,
    )


@eating.drawn()
def really_tasty(rng: Random) -> Aligned:
    """As in 这碗米饭真好吃."""
    return _quality_of(rng, pick(rng, ("food", "drink")))


@eating.drawn(weight=1.5)
def one_kind_better_than_another(rng: Random) -> Aligned:
    """As in 苹果比香蕉甜."""
    if rng.random() < 0.3:
        first, second = rng.sample(DRINK, 2)
        quality = pick(rng, DRINK_QUALITIES)
    else:
        fruit = rng.random() < 0.6
        first, second = rng.sample(nouns_of("fruit") if fruit else FOOD, 2)
        quality = pick(rng, FRUIT_QUALITIES if fruit else (TASTY_FOOD,))
    return weave(
        "{subject} 比/1 {second} {quality}",
        "{subject} ~be {quality:more} than/1 {second}",
        subject=general(first),
        second=general(second),
        quality=quality,
    )


@eating.drawn(weight=2)
def tea_or_coffee(rng: Random) -> Aligned:
    """As in 你想喝茶还是咖啡."""
    eat = rng.random() < 0.5
    first, second = rng.sample(FOOD if eat else DRINK, 2)
    verb, english = ("吃", "eat") if eat else ("喝", "drink")
    return weave(
        f"{{subject}} 想/1 {verb}/2 {{first}} 还是/3 {{second}} ？/4",
        f"~do {{subject}} want/1 to {english}/2 {{first}} or/3 {{second}} ?/4",
        subject=asked(rng),
        first=general(first),
        second=general(second),
    )


@eating.drawn(weight=2)
def loves_several(rng: Random) -> Aligned:
    """As in 我爱吃香蕉、橙子和米饭."""
    eat = rng.random() < 0.6
    nouns = rng.sample(FOOD if eat else DRINK, rng.randint(2, 4))
    verb, english = ("吃", "eat") if eat else ("喝", "drink")
    return weave(
        f"{{subject}} 爱/1 {verb}/2 {{things}}",
        f"{{subject}} ~love/1 to {english}/2 {{things}}",
        subject=person(rng),
        things=listed([general(noun).aligned for noun in nouns]),
    )


@eating.drawn(weight=1.5)
def ate_it_up(rng: Random) -> Aligned:
    """As in 他把那块蛋糕吃完了."""
    noun = pick(rng, nouns_of("sweet", "fruit", "served"))
    return weave(
        "{subject} 把 {food} 吃/1 完/2 了/2",
        "{subject} finished/2 eating/1 {food}",
        subject=person(rng),
        food=pointed(noun, pointer(rng), several=rng.random() < 0.4),
    )


@eating.drawn(weight=1.5)
def not_this_but_that(rng: Random) -> Aligned:
    """As in 我不想喝茶，我想喝咖啡."""
    first, second = rng.sample(DRINK if rng.random() < 0.5 else FOOD, 2)
    drink = "drink" in first.classes
    verb, english = ("喝", "drink") if drink else ("吃", "eat")
    return weave(
        f"{{subject}} 不/1 想/2 {verb}/3 {{first}} ，/4 想/5 {verb}/6 {{second}}",
        f"{{subject}} ~do/1 not/1 want/2 to {english}/3 {{first}} ,/4 "
        f"but ~want/5 to {english}/6 {{second}}",
        subject=person(rng),
        first=general(first),
        second=general(second),
    )


@eating.drawn(weight=1)
def how_many(rng: Random) -> Aligned:
    """As in 你吃了几个饺子."""
    noun = pick(rng, _COUNTED)
    return weave(
        f"{{subject}} 吃/1 了/1 几/2 {noun.measure}/3 {noun.chinese}/3 ？/4",
        "how/2 many/2 "
        + " ".join(f"{word}/3" for word in noun.general.split())
        + " did {subject} eat/1 ?/4",
        subject=asked(rng),
    )


@eating.drawn(weight=1)
def still_left(rng: Random) -> Aligned:
    """As in 冰箱里还有三个苹果."""
    noun = pick(rng, nouns_of("fruit", "served"))
    thing = quantity(noun, rng.randint(2, 9))
    return weave(
        "冰箱/1 里/2 还/3 有/4 {subject}",
        "there/4 ~be/4 still/3 {subject} in/2 the refrigerator/1",
        subject=thing,
    )
