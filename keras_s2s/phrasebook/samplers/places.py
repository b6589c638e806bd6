"""Samplers of places, of what is there, and of ways to get there."""

from random import Random

from keras_s2s.phrasebook.grammar.action import Action
from keras_s2s.phrasebook.grammar.aligned import Aligned, NounPhrase
from keras_s2s.phrasebook.grammar.choice import pick
from keras_s2s.phrasebook.grammar.noun import Noun
from keras_s2s.phrasebook.grammar.noun_phrases import general, quantity
from keras_s2s.phrasebook.grammar.place import Place
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.samplers.registry import sampler
from keras_s2s.phrasebook.words.groups import GROUPS
from keras_s2s.phrasebook.words.nouns import nouns_of
from keras_s2s.phrasebook.words.places import PLACES

_STOCK = (
    ("超市", ("fruit", "vegetable", "drink", "sweet")),
    ("市场", ("fruit", "vegetable", "meat")),
    ("商店", ("garment", "accessory", "stationery")),
    ("书店", ("reading",)),
)
_FURNITURE = {"客厅": "living_room", "厨房": "kitchen", "卧室": "bedroom"}
_LANGUAGES = (
    ("中国", "chinese"),
    ("法国", "french"),
    ("英国", "english"),
    ("美国", "english"),
)


@sampler
def shop_and_goods(rng: Random) -> tuple[Place, NounPhrase]:
    """A place where one buys, and a kind of thing that one may find there."""
    name, classes = pick(rng, _STOCK)
    return PLACES[name], general(pick(rng, nouns_of(*classes)))


@sampler
def country_and_language(rng: Random) -> tuple[Place, Aligned]:
    """A country and its language."""
    name, language = pick(rng, _LANGUAGES)
    return PLACES[name], GROUPS[language][0]


@sampler
def furniture_of(rng: Random, room: Place) -> Noun:
    """Something that stands in a room."""
    return pick(rng, furnishings(room))


def furnishings(room: Place) -> tuple[Noun, ...]:
    """Return what may stand in a room."""
    return GROUPS[_FURNITURE[room.chinese]]


@sampler
def as_many_as_fit(rng: Random, noun: Noun) -> NounPhrase:
    """As many as a room holds: up to six chairs, one or two of the rest."""
    if noun.chinese == "椅子":
        return quantity(noun, rng.randint(2, 6))
    return quantity(noun, 1 if "appliance" in noun.classes else rng.randint(1, 2))


@sampler
def going_by(_: Random, place: Place, vehicle: Aligned) -> Action:
    """Go to a place by some means of transport."""
    return Action(
        weave("去/1 {place}", "go/1 to {place}", place=place),
        weave("坐/1 {vehicle}", "by/1 {vehicle}", vehicle=vehicle),
    )


@sampler
def transport_to(rng: Random, place: Place) -> Aligned:
    """A means of transport to a city: the train only within China."""
    by_land_or_air: tuple[Aligned, ...] = GROUPS["long_transport"]
    if place in GROUPS["chinese_cities"]:
        return pick(rng, by_land_or_air)
    return by_land_or_air[-1]
