"""Samplers of things: bought, owned, eaten, described."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned, NounPhrase
from keras_s2s.phrasebook.grammar.noun_phrases import (
    listed,
    owned,
    pointed,
    quantity,
)
from keras_s2s.phrasebook.selection.choice import pick
from keras_s2s.phrasebook.selection.people import SPEAKERS
from keras_s2s.phrasebook.words.adjectives import (
    COLORS,
    NEW,
    QUALITIES_BY_CLASS,
    Adjective,
)
from keras_s2s.phrasebook.words.nouns import Noun, noun_named, nouns_of
from keras_s2s.phrasebook.words.people import (
    FAMILIES,
    NAMES,
    Person,
)

FOOD = nouns_of("food")
DRINK = nouns_of("drink")
GARMENTS = nouns_of("garment")
ACCESSORIES = nouns_of("accessory")
WEARABLE = GARMENTS + ACCESSORIES
# What anybody may wear or be given
UNISEX = tuple(noun for noun in WEARABLE if noun.chinese != "裙子")
SERVED = tuple(n for n in nouns_of("served", "fruit") if "large" not in n.classes)
_GROCERIES = nouns_of("fruit", "vegetable", "meat", "fish", "sweet", "drink", "served")
_PACKED = tuple(n for n in _GROCERIES if n.pack or not n.container)
_MARKET = nouns_of("fruit", "vegetable", "meat", "fish")
_STORE = nouns_of("garment", "accessory", "device", "household", "stationery")
_QUALIFIED = tuple(
    (noun, QUALITIES_BY_CLASS[name])
    for name in QUALITIES_BY_CLASS
    if name not in ("film", "appliance")
    for noun in nouns_of(name)
    if not (name == "food" and "fruit" in noun.classes)
)
_OWNED = nouns_of("garment", "accessory", "device", "vehicle") + tuple(
    map(noun_named, ("书包", "雨伞", "杯子", "钱包", "词典"))
)


def number(rng: Random, low: int = 1, high: int = 6) -> int:
    """A small number; one is the most frequent."""
    if low == 1 and rng.random() < 0.35:
        return 1
    return rng.randint(low, high)


def serving(rng: Random, noun: Noun) -> NounPhrase:
    """So much of a food or drink as one has at a time."""
    return quantity(noun, number(rng, 1, 3))


def purchase(rng: Random, noun: Noun) -> NounPhrase:
    """So much of something as one buys."""
    if noun.pack is not None and (noun.pack[0] != "公斤" or rng.random() < 0.6):
        high = 5 if noun.pack[0] == "公斤" else 6
        return quantity(noun, number(rng, 1, high), packed=True)
    if noun.container in ("cup", "glass", "bowl", "slice", "serving", "piece"):
        return quantity(noun, number(rng, 1, 3), packed=noun.pack is not None)
    if not noun.classes.isdisjoint(("garment", "accessory", "device")):
        return coloured(rng, noun)
    if "household" in noun.classes:
        return quantity(noun, number(rng, 1, 4))
    return quantity(noun, number(rng, 1, 8))


def coloured(rng: Random, noun: Noun) -> NounPhrase:
    """One or two of a thing, often with its color or shape."""
    count = 1 if rng.random() < 0.7 else 2
    share = rng.random()
    if share < 0.4 and "colored" in noun.classes:
        return quantity(noun, count, quality=pick(rng, COLORS))
    if share < 0.55 and "device" not in noun.classes:
        return quantity(noun, count, quality=NEW)
    return quantity(noun, count)


def groceries(rng: Random) -> NounPhrase:
    """Some food or drink to buy."""
    return purchase(rng, pick(rng, _PACKED))


def market_goods(rng: Random) -> NounPhrase:
    """Some fruit, vegetables, meat or fish to buy."""
    return purchase(rng, pick(rng, _MARKET))


def store_goods(rng: Random) -> NounPhrase:
    """Something to wear or to use, to buy."""
    return purchase(rng, pick(rng, _STORE))


def shopping_list(rng: Random, size: int, *, goods: bool = False) -> Aligned:
    """Several different things to buy, joined as a list."""
    nouns = rng.sample(_STORE if goods else _PACKED, size)
    return listed([purchase(rng, noun).aligned for noun in nouns])


def pointer(rng: Random) -> str:
    """这 or 那."""
    return "这" if rng.random() < 0.55 else "那"


def pointed_at(rng: Random, noun: Noun) -> NounPhrase:
    """This or that, one or several."""
    return pointed(noun, pointer(rng), several=rng.random() < 0.25)


def qualified(rng: Random) -> tuple[NounPhrase, Adjective]:
    """A thing that is pointed at or owned, and a quality it may have."""
    noun, qualities = pick(rng, _QUALIFIED)
    quality = pick(rng, qualities)
    price = quality.chinese in ("便宜", "贵")
    if noun in _OWNED and not price and rng.random() < 0.5:
        return owned(owner(rng), noun), quality
    return pointed_at(rng, noun), quality


def owner(rng: Random) -> Person:
    """Somebody who owns something."""
    share = rng.random()
    if share < 0.55:
        return pick(rng, SPEAKERS)
    return pick(rng, NAMES) if share < 0.75 else pick(rng, FAMILIES)
