"""Samplers of things: bought, owned, eaten, described."""

from collections.abc import Sequence
from random import Random
from typing import Any

from keras_s2s.phrasebook.grammar.action import Action, action
from keras_s2s.phrasebook.grammar.adjective import Adjective
from keras_s2s.phrasebook.grammar.aligned import Aligned, NounPhrase
from keras_s2s.phrasebook.grammar.choice import pick
from keras_s2s.phrasebook.grammar.english import article, inflect
from keras_s2s.phrasebook.grammar.noun import Noun
from keras_s2s.phrasebook.grammar.noun_phrases import (
    DEMONSTRATIVES,
    definite,
    general,
    listed,
    measured,
    one_of_them,
    owned,
    pointed,
    quantity,
    singular,
)
from keras_s2s.phrasebook.grammar.person import Person
from keras_s2s.phrasebook.grammar.rule import Rule, weave
from keras_s2s.phrasebook.samplers.people import owner
from keras_s2s.phrasebook.samplers.registry import sampler
from keras_s2s.phrasebook.words.adjectives import ADJECTIVES
from keras_s2s.phrasebook.words.groups import GROUPS

FOOD, DRINK = GROUPS["food"], GROUPS["drink"]
_COLORS = GROUPS["colors"]
_MEALS = {"早饭": "breakfast", "午饭": "lunch", "晚饭": "dinner"}
# A noun has the qualities of the first of these classes that it belongs to.
_DESCRIBED = (
    *("fruit", "food", "drink", "garment", "accessory", "reading", "device"),
    *("household", "furniture", "vehicle", "pet"),
)
_QUALIFIED = tuple(
    (noun, GROUPS[f"{name}_qualities"])
    for name in _DESCRIBED
    for noun in GROUPS[name]
    if not (name == "food" and "fruit" in noun.classes)
)


@sampler
def different(rng: Random, words: Sequence[Any], size: int) -> list[Any]:
    """Some different words of a group."""
    return rng.sample(words, size)


@sampler
def filled(_: Random, rule: Rule, long: Aligned) -> Aligned:
    """A phrase that leaves a slot for how long something lasts."""
    return rule.fill({"long": long})


def small_number(rng: Random, low: int, high: int) -> int:
    """A small number; one is the most frequent."""
    if low == 1 and rng.random() < 0.35:
        return 1
    return rng.randint(low, high)


def pointer(rng: Random) -> str:
    """这 or 那."""
    return "这" if rng.random() < 0.55 else "那"


@sampler
def kind(_: Random, noun: Noun) -> NounPhrase:
    """The kind as such."""
    return general(noun)


@sampler
def kind_of(rng: Random, nouns: Sequence[Noun]) -> NounPhrase:
    """Some kind of thing as such."""
    return general(pick(rng, nouns))


@sampler
def one(_: Random, noun: Noun) -> NounPhrase:
    """One of a kind: 一件毛衣, a sweater."""
    return quantity(noun, 1)


@sampler
def so_many(_: Random, noun: Noun, number: int) -> NounPhrase:
    """A number of things that was drawn before."""
    return quantity(noun, number)


@sampler
def any_number(rng: Random, noun: Noun, low: int, high: int) -> NounPhrase:
    """A number of things, each as frequent."""
    return quantity(noun, rng.randint(low, high))


@sampler
def a_few(rng: Random, noun: Noun, low: int, high: int) -> NounPhrase:
    """A number of things; one is the most frequent."""
    return quantity(noun, small_number(rng, low, high))


@sampler
def noun_alone(_: Random, noun: Noun) -> Aligned:
    """One of a kind, without measure word or article."""
    return singular(noun)


@sampler
def measure_and_kind(_: Random, noun: Noun) -> Aligned:
    """What "how many" asks for: 个饺子, dumplings."""
    return measured(noun, noun.general)


@sampler
def measure_and_one(_: Random, noun: Noun) -> Aligned:
    """What a demonstrative in the template points at: 个人, person."""
    return measured(noun, noun.singular)


@sampler
def this(_: Random, noun: Noun) -> NounPhrase:
    """This one: 这件毛衣, this sweater."""
    return pointed(noun, "这")


@sampler
def that_one(_: Random, noun: Noun) -> Aligned:
    """Another that need not be named: 那件, that one."""
    return one_of_them(noun, "那")


@sampler
def this_and_that(rng: Random, noun: Noun, percent: int) -> tuple[NounPhrase, Aligned]:
    """One that is pointed at and another; in so many percent this one is the first."""
    first, second = ("这", "那") if rng.random() < percent / 100 else ("那", "这")
    return pointed(noun, first), one_of_them(noun, second)


@sampler
def this_or_that(rng: Random, noun: Noun) -> NounPhrase:
    """One that is pointed at."""
    return pointed(noun, pointer(rng))


@sampler
def these_or_those(rng: Random, noun: Noun, percent: int) -> NounPhrase:
    """What is pointed at, in so many percent several."""
    return pointed(noun, pointer(rng), several=rng.random() < percent / 100)


@sampler
def the(_: Random, noun: Noun) -> NounPhrase:
    """The one that a relative clause is about."""
    return definite(noun)


@sampler
def owned_by(_: Random, owner: Person, noun: Noun) -> NounPhrase:
    """Something of somebody's."""
    return owned(owner, noun)


@sampler
def particular(rng: Random, nouns: Sequence[Noun]) -> NounPhrase:
    """A particular thing: owned or pointed at."""
    noun = pick(rng, nouns)
    return owned(owner(rng), noun) if rng.random() < 0.5 else this_or_that(rng, noun)


@sampler
def food_for(rng: Random, meal: Aligned) -> NounPhrase:
    """What one eats at a meal."""
    return kind_of(rng, GROUPS[_MEALS[meal.source[0]]])


def _purchase(rng: Random, noun: Noun) -> NounPhrase:
    """So much of something as one buys."""
    if noun.pack is not None and (noun.pack[0] != "公斤" or rng.random() < 0.6):
        high = 5 if noun.pack[0] == "公斤" else 6
        return quantity(noun, small_number(rng, 1, high), packed=True)
    if noun.container in ("cup", "glass", "bowl", "slice", "serving", "piece"):
        return quantity(noun, small_number(rng, 1, 3), packed=noun.pack is not None)
    if not noun.classes.isdisjoint(("garment", "accessory", "device")):
        return coloured(rng, noun)
    return a_few(rng, noun, 1, 4 if "household" in noun.classes else 8)


@sampler
def coloured(rng: Random, noun: Noun) -> NounPhrase:
    """One or two of a thing, often with its color or shape."""
    count = 1 if rng.random() < 0.7 else 2
    share = rng.random()
    if share < 0.4 and "colored" in noun.classes:
        return quantity(noun, count, quality=pick(rng, _COLORS))
    if share < 0.55 and "device" not in noun.classes:
        return quantity(noun, count, quality=ADJECTIVES["新"])
    return quantity(noun, count)


def bought(rng: Random, nouns: Sequence[Noun]) -> NounPhrase:
    """So much of some kind of thing as one buys."""
    return _purchase(rng, pick(rng, nouns))


@sampler
def shopping_list(rng: Random, low: int, high: int) -> Aligned:
    """Several different groceries, joined as a list."""
    nouns = rng.sample(GROUPS["groceries_for_sale"], rng.randint(low, high))
    return listed([_purchase(rng, noun).aligned for noun in nouns])


@sampler
def quality_of(rng: Random, noun: Noun) -> Adjective:
    """A quality that a thing may have."""
    return _quality(rng, next(name for name in _DESCRIBED if name in noun.classes))


@sampler
def interest_of(rng: Random, noun: Noun) -> Adjective:
    """What one finds a film or something to read."""
    return _quality(rng, "film" if "film" in noun.classes else "reading")


def _quality(rng: Random, name: str) -> Adjective:
    qualities: tuple[Adjective, ...] = GROUPS[f"{name}_qualities"]
    return pick(rng, qualities)


@sampler
def described(rng: Random) -> tuple[NounPhrase, Adjective]:
    """A thing that is pointed at or owned, and a quality it may have."""
    noun, qualities = pick(rng, _QUALIFIED)
    quality = pick(rng, qualities)
    price = quality.chinese in ("便宜", "贵")
    if noun in GROUPS["owned_things"] and not price and rng.random() < 0.5:
        return owned(owner(rng), noun), quality
    return these_or_those(rng, noun, 25), quality


@sampler
def described_without(rng: Random) -> tuple[NounPhrase, Adjective]:
    """A thing and a quality that 不 can deny: 没有用, not 不有用."""
    thing, quality = described(rng)
    while quality.chinese.startswith("有"):
        thing, quality = described(rng)
    return thing, quality


@sampler
def something_tasty(rng: Random) -> tuple[NounPhrase, Adjective]:
    """Food or drink that is pointed at, and the word for its good taste."""
    nouns, tasty = pick(rng, ((FOOD, "好吃"), (DRINK, "好喝")))
    return this_or_that(rng, pick(rng, nouns)), ADJECTIVES[tasty]


@sampler
def compared_food(rng: Random) -> tuple[NounPhrase, NounPhrase, Adjective]:
    """Two kinds of food or drink and what to compare them by."""
    if rng.random() < 0.3:
        nouns, qualities = DRINK, GROUPS["drink_qualities"]
        first, second = rng.sample(nouns, 2)
    elif rng.random() < 0.6:
        first, second = rng.sample(GROUPS["fruit"], 2)
        qualities = GROUPS["fruit_qualities"]
    else:
        first, second = rng.sample(FOOD, 2)
        qualities = (ADJECTIVES["好吃"],)
    return general(first), general(second), pick(rng, qualities)


@sampler
def demonstrative(rng: Random) -> Aligned:
    """这 or 那 alone."""
    chinese = pointer(rng)
    return weave(f"{chinese}/1", f"{DEMONSTRATIVES[chinese][0]}/1")


@sampler
def one_in_color(_: Random, noun: Noun, color: Adjective) -> Aligned:
    """What a demonstrative points at, with a color: 件红色的毛衣, red sweater."""
    if noun.container:
        english = f"{noun.container}/1 of {{color}} {noun.general}/2"
    else:
        english = "{color} " + " ".join(f"{w}/1+2" for w in noun.singular.split())
    return weave(
        f"{noun.measure}/1 {{color}} 的 {noun.chinese}/2", english, color=color
    )


@sampler
def one_perhaps_in_color(rng: Random, noun: Noun) -> NounPhrase:
    """One of a kind, with a color if it has one."""
    if "colored" in noun.classes:
        return quantity(noun, 1, quality=pick(rng, _COLORS))
    return quantity(noun, 1)


@sampler
def clothed_in(_: Random, noun: Noun, color: Adjective) -> Aligned:
    """Dressed in something of a color: 穿红色毛衣, wearing a red sweater."""
    return weave(
        f"{wear_verb(noun)}/1 {{color}} {noun.chinese}/2",
        f"wearing/1 {article(color.english)} {{color}} {noun.singular}/2",
        color=color,
    )


def wear_verb(noun: Noun) -> str:
    """Return 穿 for garments and 戴 for what is put on."""
    return "穿" if "garment" in noun.classes else "戴"


@sampler
def put_on(_: Random, noun: Noun) -> Action:
    """Wear one of a kind."""
    return action(
        f"{wear_verb(noun)}/1 {{thing}}", "wear/1 {thing}", thing=quantity(noun, 1)
    )


@sampler
def wearing(_: Random, noun: Noun, thing: NounPhrase, subject: Person) -> Aligned:
    """Have something on: 穿着一件毛衣, is wearing a sweater."""
    return weave(
        f"{wear_verb(noun)}/1 着/1 {{thing}}",
        "~be/1 wearing/1 {thing}",
        subject=subject,
        thing=thing,
    )


@sampler
def opened_or_closed(rng: Random, fixture: Aligned) -> tuple[Aligned, Aligned]:
    """A command to open, close or switch something, and the same when it is done."""
    opens = fixture in GROUPS["openable"]
    command = pick(rng, GROUPS["open_close" if opens else "switch_on_off"])
    verb, *rest = command.target
    done = (inflect(verb, "past"), *rest)
    links = tuple((i, j) for i in range(2) for j in range(len(done)))
    return command, Aligned((*command.source, "了"), done, links)


@sampler
def favorite(rng: Random) -> tuple[Aligned, NounPhrase]:
    """A class of food or drink and a member of it."""
    name, members = pick(
        rng,
        tuple(zip(GROUPS["favorites"], ("fruit", "vegetable", "drink"), strict=True)),
    )
    return name, kind_of(rng, GROUPS[members])
