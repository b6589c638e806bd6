"""Shopping: buying, prices, comparing."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.noun_phrases import (
    definite,
    general,
    pointed,
    quantity,
)
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import buy, errand
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import asked, one_person, person
from keras_s2s.phrasebook.selection.things import (
    UNISEX,
    WEARABLE,
    coloured,
    pointer,
    qualified,
    shopping_list,
)
from keras_s2s.phrasebook.words.adjectives import (
    CHEAP,
    COLORS,
    EXPENSIVE,
    GARMENT_QUALITIES,
    PRICES,
    QUALITIES_BY_CLASS,
)
from keras_s2s.phrasebook.words.nouns import nouns_of
from keras_s2s.phrasebook.words.numbers import counted, ordinal
from keras_s2s.phrasebook.words.places import (
    BOOKSTORE,
    MARKET,
    STORE,
    SUPERMARKET,
)
from keras_s2s.phrasebook.words.times import PAST, PAST_SPANS

shopping = PatternTable("shopping")
_GOODS = nouns_of("garment", "accessory", "device", "household", "furniture")

shopping.rule(
    "{subject} {doing:了}",
    "{subject} {doing:past}",
    weight=2,
    subject=person,
    doing=buy,
)
shopping.rule(
    "{when} {subject} {doing:了}",
    "{when} {subject} {doing:past}",
    weight=3,
    subject=person,
    when=one_of(*PAST),
    doing=buy,
)
shopping.rule(
    "{subject} 想/1 {doing}",
    "{subject} ~want/1 to {doing:base}",
    weight=3,
    subject=person,
    doing=buy,
)
shopping.rule(
    "{subject} 需要/1 {doing} 吗/2 ？/3",
    "~do/2 {subject} need/1 to {doing:base} ?/3",
    subject=asked,
    doing=buy,
)
shopping.rule(
    "{subject} 想/1 买/2 什么/3 ？/4",
    "what/3 ~do {subject} want/1 to buy/2 ?/4",
    subject=asked,
)
shopping.rule(
    "{subject} {errand:了}",
    "{subject} {errand:past}",
    weight=2,
    subject=person,
    errand=errand,
)


def _price(rng: Random, low: int = 10, high: int = 300) -> Aligned:
    number = rng.randint(low, high)
    if number > 30:
        number -= number % 5
    return weave("{n} 块/1", "{n} yuan/1", n=counted(number))


@shopping.drawn(weight=2)
def how_much(rng: Random) -> Aligned:
    """As in 这件毛衣多少钱."""
    thing = pointed(pick(rng, _GOODS), pointer(rng), several=rng.random() < 0.2)
    return weave(
        "{subject} 多少/1 钱/1 ？/2",
        "how/1 much/1 ~be {subject} ?/2",
        subject=thing,
    )


@shopping.drawn(weight=3)
def it_costs(rng: Random) -> Aligned:
    """As in 这件毛衣一百二十块."""
    return weave(
        "{subject} {price}",
        "{subject} ~be {price}",
        subject=pointed(pick(rng, WEARABLE), pointer(rng)),
        price=_price(rng, 30, 400),
    )


@shopping.drawn(weight=2)
def paid(rng: Random) -> Aligned:
    """As in 我花了五十块买了一顶帽子."""
    return weave(
        "{subject} 花/1 了/1 {price} 买/2 了/2 {thing}",
        "{subject} spent/1 {price} and bought/2 {thing}",
        subject=person(rng),
        price=_price(rng),
        thing=coloured(rng, pick(rng, WEARABLE)),
    )


@shopping.drawn(weight=2)
def too_much(rng: Random) -> Aligned:
    """As in 这双鞋太贵了."""
    return weave(
        "{subject} 太/1 {quality} 了",
        "{subject} ~be too/1 {quality}",
        subject=pointed(pick(rng, _GOODS), pointer(rng), several=rng.random() < 0.3),
        quality=EXPENSIVE,
    )


@shopping.drawn(weight=4)
def very(rng: Random) -> Aligned:
    """As in 这件毛衣很便宜."""
    thing, quality = qualified(rng)
    return weave(
        "{subject} 很/1 {quality}",
        "{subject} ~be very/1 {quality}",
        subject=thing,
        quality=quality,
    )


@shopping.drawn(weight=2)
def not_very(rng: Random) -> Aligned:
    """As in 这本书不难."""
    thing, quality = qualified(rng)
    while quality.chinese.startswith("有"):  # 没有用, not 不有用
        thing, quality = qualified(rng)
    return weave(
        "{subject} 不/1 {quality}",
        "{subject} ~be not/1 {quality}",
        subject=thing,
        quality=quality,
    )


@shopping.drawn(weight=2)
def is_it(rng: Random) -> Aligned:
    """As in 这本书有意思吗."""
    thing, quality = qualified(rng)
    return weave(
        "{subject} {quality} 吗/1 ？/2",
        "~be/1 {subject} {quality} ?/2",
        subject=thing,
        quality=quality,
    )


@shopping.drawn(weight=3)
def this_one_or_that_one(rng: Random) -> Aligned:
    """As in 这件毛衣比那件贵."""
    noun = pick(rng, tuple(n for n in _GOODS if n.singular))
    qualities = next(
        QUALITIES_BY_CLASS[name]
        for name in ("garment", "accessory", "device", "household", "furniture")
        if name in noun.classes
    )
    first, second = ("这", "那") if rng.random() < 0.6 else ("那", "这")
    return weave(
        f"{{subject}} 比/1 {second}/2 {noun.measure}/3 {{quality}}",
        "{subject} ~be {quality:more} than/1 "
        + ("that/2 one/3" if second == "那" else "this/2 one/3"),
        subject=pointed(noun, first),
        quality=pick(rng, qualities),
    )


@shopping.drawn(weight=2)
def dearer_by(rng: Random) -> Aligned:
    """As in 这件毛衣比那件贵二十块."""
    noun = pick(rng, tuple(n for n in _GOODS if n.singular))
    return weave(
        f"{{subject}} 比/1 那/2 {noun.measure}/3 {{quality}} {{price}}",
        "{subject} ~be {price} {quality:more} than/1 that/2 one/3",
        subject=pointed(noun, "这"),
        quality=pick(rng, PRICES),
        price=_price(rng, 5, 90),
    )


@shopping.drawn(weight=2)
def the_most(rng: Random) -> Aligned:
    """As in 这是最便宜的帽子."""
    noun = pick(rng, tuple(n for n in WEARABLE if n.singular))
    return weave(
        f"这/1 是/2 最/3 {{quality}} 的 {noun.chinese}/4",
        f"this/1 is/2 the/3 {{quality:most}} {noun.singular}/4",
        quality=pick(rng, GARMENT_QUALITIES),
    )


@shopping.drawn(weight=1.5)
def in_stock(rng: Random) -> Aligned:
    """As in 超市里有香蕉吗."""
    place, classes = pick(
        rng,
        (
            (SUPERMARKET, ("fruit", "vegetable", "drink", "sweet")),
            (MARKET, ("fruit", "vegetable", "meat")),
            (STORE, ("garment", "accessory", "stationery")),
            (BOOKSTORE, ("reading",)),
        ),
    )
    thing = general(pick(rng, nouns_of(*classes)))
    if rng.random() < 0.5:
        return weave(
            "{place:里} 有/1 {subject} 吗/2 ？/4",
            "~be/1+2 there/1 {subject} {place:inside} ?/4",
            subject=thing,
            place=place,
        )
    return weave(
        "{place:里} 没有/1 {subject}",
        "there/1 ~be/1 no/1 {subject} {place:inside}",
        subject=thing,
        place=place,
    )


@shopping.drawn(weight=2)
def whose_purchase(rng: Random) -> Aligned:
    """As in 妈妈昨天买的那件毛衣很漂亮."""
    noun = pick(rng, WEARABLE)
    return weave(
        "{buyer} {when} 买/1 的/2 {subject} 很/3 {quality}",
        "{subject} that/2 {buyer} bought/1 {when} ~be very/3 {quality}",
        subject=definite(noun),
        buyer=person(rng),
        when=pick(rng, PAST + PAST_SPANS),
        quality=pick(rng, GARMENT_QUALITIES),
    )


@shopping.drawn(weight=2)
def groceries_someone_bought(rng: Random) -> Aligned:
    """As in 妈妈买的苹果很甜."""
    noun = pick(rng, nouns_of("fruit", "vegetable", "meat", "drink"))
    name = next(n for n in ("fruit", "food", "drink") if n in noun.classes)
    return weave(
        "{buyer} 买/1 的/2 {subject} 很/3 {quality}",
        "the {subject} that/2 {buyer} bought/1 ~be very/3 {quality}",
        subject=general(noun),
        buyer=person(rng),
        quality=pick(rng, QUALITIES_BY_CLASS[name]),
    )


@shopping.drawn(weight=1.5)
def which_floor(rng: Random) -> Aligned:
    """As in 帽子在三楼."""
    number = rng.randint(2, 6)
    chinese = "二三四五六"[number - 2]
    return weave(
        f"{{subject}} 在/1 {chinese}/2 楼/3",
        f"{{subject}} ~be on/1 the {ordinal(number)}/2 floor/3",
        subject=general(pick(rng, _GOODS)),
    )


@shopping.drawn(weight=1)
def where_bought(rng: Random) -> Aligned:
    """As in 你在哪里买的这件毛衣."""
    return weave(
        "{subject} 在/1 哪里/1 买/2 的 {thing} ？/3",
        "where/1 did {subject} buy/2 {thing} ?/3",
        subject=asked(rng),
        thing=pointed(pick(rng, _GOODS), pointer(rng)),
    )


@shopping.drawn(weight=2)
def which_color(rng: Random) -> Aligned:
    """As in 我喜欢这件红色的毛衣."""
    noun = pick(rng, nouns_of("colored"))
    if noun.container:
        english = f"{noun.container}/2 of {{color}} {noun.general}/4"
    else:
        english = "{color} " + " ".join(f"{w}/2+4" for w in noun.singular.split())
    first = pointer(rng)
    return weave(
        f"{{subject}} 喜欢/1 {first}/3 {noun.measure}/2 {{color}} 的 {noun.chinese}/4",
        f"{{subject}} ~like/1 {'this' if first == '这' else 'that'}/3 {english}",
        subject=person(rng),
        color=pick(rng, COLORS),
    )


@shopping.drawn(weight=3)
def bought_several(rng: Random) -> Aligned:
    """As in 我买了三个苹果、两瓶牛奶和一盒鸡蛋."""
    return weave(
        "{subject} 买/1 了/1 {things}",
        "{subject} bought/1 {things}",
        subject=person(rng),
        things=shopping_list(rng, rng.randint(2, 3)),
    )


@shopping.drawn(weight=3, length="medium")
def buy_and_pay(rng: Random) -> Aligned:
    """As in 我去超市买了三个苹果和两瓶牛奶，一共花了五十块."""
    return weave(
        "{when} {subject} 去/1 {place} 买/2 了/2 {things} ，/3 "
        "一共/4 花/5 了/5 {price}",
        "{when} {subject} went/1 to {place} and bought/2 {things} ,/3 "
        "and spent/5 {price} in/4 total/4",
        subject=person(rng),
        when=pick(rng, PAST),
        place=SUPERMARKET,
        things=shopping_list(rng, rng.randint(1, 3)),
        price=_price(rng, 20, 200),
    )


@shopping.drawn(weight=2, length="medium")
def pretty_but_expensive(rng: Random) -> Aligned:
    """As in 这件毛衣很漂亮，但是太贵了."""
    noun = pick(rng, WEARABLE)
    return weave(
        "{subject} 很/1 {quality} ，/2 但是/3 太/4 {price} 了",
        "{subject} ~be very/1 {quality} ,/2 but/3 too/4 {price}",
        subject=pointed(noun, pointer(rng), several=rng.random() < 0.3),
        quality=pick(rng, GARMENT_QUALITIES[:2]),
        price=EXPENSIVE,
    )


@shopping.drawn(weight=1.5)
def cheap_and_good(rng: Random) -> Aligned:
    """As in 这件毛衣又便宜又漂亮."""
    return weave(
        "{subject} 又/1 {price} 又/2 {quality}",
        "{subject} ~be both/1 {price} and/2 {quality}",
        subject=pointed(pick(rng, WEARABLE), pointer(rng)),
        quality=pick(rng, GARMENT_QUALITIES[:2]),
        price=CHEAP,
    )


@shopping.drawn(weight=2)
def wears_now(rng: Random) -> Aligned:
    """As in 他穿着一件红色的毛衣."""
    noun = pick(rng, UNISEX)
    verb = "穿" if "garment" in noun.classes else "戴"
    thing = (
        quantity(noun, 1, quality=pick(rng, COLORS))
        if "colored" in noun.classes
        else quantity(noun, 1)
    )
    return weave(
        f"{{subject}} {verb}/1 着/1 {{thing}}",
        "{subject} ~be/1 wearing/1 {thing}",
        subject=one_person(rng),
        thing=thing,
    )
