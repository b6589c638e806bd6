"""Samplers of what people do."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from keras_s2s.phrasebook.grammar.action import (
    Action,
    Doing,
    Errand,
    action,
    with_adjunct,
)
from keras_s2s.phrasebook.grammar.aligned import Aligned, NounPhrase
from keras_s2s.phrasebook.grammar.choice import pick
from keras_s2s.phrasebook.grammar.noun import Noun
from keras_s2s.phrasebook.grammar.noun_phrases import general, listed, quantity
from keras_s2s.phrasebook.grammar.person import Person
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.samplers.people import friend_of
from keras_s2s.phrasebook.samplers.registry import sampler
from keras_s2s.phrasebook.samplers.things import (
    DRINK,
    FOOD,
    a_few,
    bought,
)
from keras_s2s.phrasebook.words.actions import ACTIONS
from keras_s2s.phrasebook.words.groups import GROUPS
from keras_s2s.phrasebook.words.nouns import NOUNS
from keras_s2s.phrasebook.words.places import PLACES

_OTHER_EVENTS: tuple[Action, ...] = GROUPS["other_events"]
_EAT = weave("吃/1", "eat/1")
_DRINK = weave("喝/1", "drink/1")


def _transitive(verb: str, english: str, thing: NounPhrase) -> Action:
    return action(f"{verb}/1 {{thing}}", f"{english}/1 {{thing}}", thing=thing)


def _consume(noun: Noun, thing: NounPhrase) -> Action:
    if "drink" in noun.classes:
        return _transitive("喝", "drink", thing)
    return _transitive("吃", "eat", thing)


@sampler
def consume(rng: Random) -> Action:
    """Eat or drink some kind of thing."""
    noun = pick(rng, FOOD if rng.random() < 0.65 else DRINK)
    return _consume(noun, general(noun))


@sampler
def consume_some(rng: Random) -> Action:
    """Eat or drink so much of something."""
    noun = pick(rng, GROUPS["servings"] if rng.random() < 0.65 else DRINK)
    return _consume(noun, a_few(rng, noun, 1, 3))


@sampler
def consume_either(rng: Random) -> tuple[Action, Action]:
    """Eat or drink two kinds of things, one or the other."""
    first, second = rng.sample(DRINK if rng.random() < 0.5 else FOOD, 2)
    return _consume(first, general(first)), _consume(second, general(second))


@sampler
def food_or_drinks(rng: Random) -> tuple[Aligned, NounPhrase, NounPhrase]:
    """Eat or drink, and two kinds of what one does it with."""
    verb, nouns = (_EAT, FOOD) if rng.random() < 0.5 else (_DRINK, DRINK)
    first, second = rng.sample(nouns, 2)
    return verb, general(first), general(second)


@sampler
def list_of_food_or_drinks(rng: Random) -> tuple[Aligned, Aligned]:
    """Eat or drink, and a list of what one does it with."""
    verb, nouns = (_EAT, FOOD) if rng.random() < 0.6 else (_DRINK, DRINK)
    return verb, list_of(rng.sample(nouns, rng.randint(2, 4)))


def list_of(nouns: Sequence[Noun]) -> Aligned:
    """Return kinds of things, joined as a list."""
    return listed([general(noun).aligned for noun in nouns])


@sampler
def too_much_of(_: Random, noun: Noun) -> Action:
    """Eat or drink too much of something."""
    verb, english = ("喝", "drink") if "drink" in noun.classes else ("吃", "eat")
    return action(
        f"{verb}/1 太/2 多/2 {{food}}",
        f"{english}/1 too/2 {'many' if noun.is_plural else 'much'}/2 {{food}}",
        food=general(noun),
    )


@sampler
def buy(rng: Random) -> Action:
    """Buy so much of something."""
    groups = ("groceries_for_sale", "groceries_for_sale", "store_things")
    return _buy(rng, pick(rng, groups))


def _buy(rng: Random, group: str) -> Action:
    return _transitive("买", "buy", bought(rng, GROUPS[group]))


def _works(rng: Random, group: str, most: int) -> NounPhrase:
    return a_few(rng, pick(rng, GROUPS[group]), 1, most)


def _read_some(rng: Random) -> Action:
    """Read, watch or write so many works."""
    choice = int(rng.random() * 4)
    if choice == 0:
        return _transitive("看", "watch", _works(rng, "film", 2))
    if choice == 1:
        return _transitive("写", "write", _works(rng, "written", 4))
    return _transitive("看", "read", _works(rng, "reading", 3))


# What one does for somebody: (core, adjunct) in both languages
_FAVORS = (
    (("打/1 电话/1", "call/1"), ("给 {other}", "{other:object}")),
    (
        ("写/1 一/2 封/3 信/3", "write/1 a/2 letter/3"),
        ("给/1 {other}", "to/1 {other:object}"),
    ),
    (
        ("做/1 一/2 个/3 蛋糕/3", "make/1 a/2 cake/3"),
        ("给/1 {other}", "for/1 {other:object}"),
    ),
)


def _favor(rng: Random, subject: Person) -> Action:
    """Do something for, to or with somebody."""
    other = friend_of(rng, subject)
    choice = int(rng.random() * 4)
    if choice < len(_FAVORS):
        core, adjunct = _FAVORS[choice]
        return Action(weave(*core), weave(*adjunct, other=other))
    verb = pick(rng, GROUPS["visits"])
    return action("{verb} {other}", "{verb} {other:object}", verb=verb, other=other)


def _errand(place: str, purpose: Action) -> Errand:
    going = action("去/1 {place}", "go/1 to {place}", place=PLACES[place])
    return Errand(going, purpose)


_ERRANDS: tuple[tuple[str, Callable[[Random], Action]], ...] = (
    *3 * (("超市", lambda rng: _buy(rng, "groceries_for_sale")),),
    *2 * (("市场", lambda rng: _buy(rng, "market_food")),),
    *2 * (("商店", lambda rng: _buy(rng, "store_things")),),
    ("书店", lambda rng: _transitive("买", "buy", _works(rng, "reading", 4))),
    ("图书馆", lambda rng: _transitive("借", "borrow", _works(rng, "reading", 4))),
    ("电影院", lambda _: _transitive("看", "watch", quantity(NOUNS["电影"], 1))),
    ("饭馆", lambda _: ACTIONS["吃饭"]),
    ("咖啡馆", lambda rng: _one_drink(pick(rng, GROUPS["cafe_drinks"]))),
    ("邮局", lambda rng: _transitive("寄", "mail", _works(rng, "mail", 3))),
    ("体育馆", lambda rng: pick(rng, GROUPS["gym_sports"])),
)


def _one_drink(noun: Noun) -> Action:
    return _consume(noun, quantity(noun, 1))


@sampler
def errand(rng: Random) -> Errand:
    """Go somewhere and get something done there; takes 了 well."""
    place, purpose = pick(rng, _ERRANDS)
    return _errand(place, purpose(rng))


_OUTINGS = (
    *3 * (("公园", "in_the_park"),),
    ("海边", "at_the_seaside"),
    ("图书馆", "in_the_library"),
    ("动物园", "看熊猫"),
    ("博物馆", "看展览"),
    ("体育馆", "gym_sports"),
)


@sampler
def outing(rng: Random) -> Errand:
    """Go somewhere to do something; for plans and habits, not with 了."""
    place, doing = pick(rng, _OUTINGS)
    if doing in ACTIONS:
        return _errand(place, ACTIONS[doing])
    return _errand(place, pick(rng, GROUPS[doing]))


def _fetch(rng: Random, subject: Person) -> Errand:
    """Go somewhere for somebody's sake."""
    other = friend_of(rng, subject)
    if rng.random() < 0.5:
        place = pick(rng, ("火车站", "机场"))
        chinese, english = "接/1 {other}", "pick/1 up/1 {other:object}"
    else:
        place, chinese, english = "医院", "看望/1 {other}", "visit/1 {other:object}"
    return _errand(place, action(chinese, english, other=other))


@sampler
def event(rng: Random, subject: Person) -> Doing:
    """Something bounded that one did (with 了) or will do."""
    return consume_some(rng) if rng.random() < 0.16 else _deed(rng, subject)


@sampler
def different_events(rng: Random, subject: Person, size: int) -> list[Doing]:
    """Events that differ in their verb and object."""
    doings: list[Doing] = []
    seen: set[tuple[str, ...]] = set()
    while len(doings) < size:
        doing = event(rng, subject)
        words = doing.fragment("", "base", subject.agreement).source
        if words[:2] not in seen:
            seen.add(words[:2])
            doings.append(doing)
    return doings


def _deed(rng: Random, subject: Person) -> Doing:
    """Something one did or will do, other than eating and drinking."""
    share = rng.random()
    if share < 0.33:
        return errand(rng)
    if share < 0.53:
        return buy(rng)
    if share < 0.65:
        return _read_some(rng)
    if share < 0.88:
        return _favor(rng, subject) if share < 0.80 else _fetch(rng, subject)
    return pick(rng, _OTHER_EVENTS)


@sampler
def plan(rng: Random, subject: Person) -> Doing:
    """Something one may intend to do."""
    share = rng.random()
    if share < 0.5:
        return _deed(rng, subject)
    if share < 0.75:
        return outing(rng)
    return company(rng, subject) if share < 0.85 else pick(rng, GROUPS["plans"])


@sampler
def company(rng: Random, subject: Person) -> Action:
    """Do something together with somebody."""
    other = friend_of(rng, subject)
    return with_adjunct(
        pick(rng, GROUPS["together"]),
        "跟/1 {other} 一起/1",
        "with/1 {other:object}",
        other=other,
    )


def _enjoyed(rng: Random) -> Doing:
    return outing(rng) if rng.random() < 0.2 else pick(rng, GROUPS["enjoyed"])


@sampler
def enjoyment(rng: Random) -> Doing:
    """Something one may like to do."""
    share = rng.random()
    if share < 0.35:
        return consume(rng)
    return outing(rng) if share < 0.45 else pick(rng, GROUPS["enjoyed"])


@sampler
def two_enjoyments(rng: Random) -> tuple[Doing, Doing]:
    """Two things of one sort that one may like to do, or not."""
    draw = pick(rng, (consume, _enjoyed))
    first, second = draw(rng), draw(rng)
    while first == second:
        second = draw(rng)
    return first, second


@sampler
def habit(rng: Random) -> Doing:
    """Something one may do regularly."""
    share = rng.random()
    if share < 0.3:
        return consume(rng)
    return outing(rng) if share < 0.5 else pick(rng, GROUPS["habits"])


@sampler
def ongoing(rng: Random) -> Doing:
    """Something one may be doing."""
    return consume(rng) if rng.random() < 0.25 else pick(rng, GROUPS["progress"])


_ROUTINES = {
    "早上": "morning_routine",
    "下午": "afternoon_routine",
    "晚上": "evening_routine",
}


@sampler
def routine_of(rng: Random, part: Aligned) -> Any:
    """What one does every day in this part of it."""
    return pick(rng, GROUPS[_ROUTINES[part.source[0]]])


_LOCATED = (
    ("公园", "散步 跑步 拍照 画画 锻炼身体 踢足球 遛狗 打羽毛球"),
    ("图书馆", "看书 学习 看报纸 学英语"),
    ("体育馆", "打篮球 打网球 打乒乓球 打羽毛球 游泳 锻炼身体"),
    ("饭馆", "吃午饭 吃晚饭"),
    ("咖啡馆", "看书 听音乐 看报纸 上网"),
    ("海边", "散步 游泳 拍照"),
)


@sampler
def located(rng: Random) -> Action:
    """Do something at a place where it is done."""
    place, names = pick(rng, _LOCATED)
    return with_adjunct(
        ACTIONS[pick(rng, names.split())],
        "{place:在}",
        "{place:inside}",
        place=PLACES[place],
    )


@sampler
def saw(_: Random, noun: Noun) -> Aligned:
    """看 of a film or of something to read, in the past."""
    return weave("看/1", "watched/1" if "film" in noun.classes else "read/1")


@sampler
def menu_of_likes(rng: Random) -> tuple[Aligned, Aligned, NounPhrase, NounPhrase]:
    """Food and drinks that one likes, as lists, and one of each that one does not."""
    *eaten, food = rng.sample(FOOD, 5)
    *drunk, drink = rng.sample(DRINK, 4)
    return (
        list_of(eaten[: rng.randint(2, 4)]),
        list_of(drunk[: rng.randint(1, 3)]),
        general(food),
        general(drink),
    )
