"""Samplers of places and of what people do there and elsewhere."""

from random import Random

from keras_s2s.phrasebook.grammar.action import (
    Action,
    Doing,
    Errand,
    action,
    with_adjunct,
)
from keras_s2s.phrasebook.grammar.aligned import NounPhrase
from keras_s2s.phrasebook.grammar.noun_phrases import (
    general,
    quantity,
)
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.choice import Sampler, pick
from keras_s2s.phrasebook.selection.people import friend_of
from keras_s2s.phrasebook.selection.things import (
    DRINK,
    FOOD,
    SERVED,
    groceries,
    market_goods,
    number,
    serving,
    store_goods,
)
from keras_s2s.phrasebook.words.actions import action_named, actions_for
from keras_s2s.phrasebook.words.nouns import Noun, noun_named, nouns_of
from keras_s2s.phrasebook.words.people import (
    Person,
)
from keras_s2s.phrasebook.words.places import (
    AIRPORT,
    BOOKSTORE,
    CAFE,
    CHINESE_CITIES,
    CINEMA,
    CITIES,
    GYM,
    HOSPITAL,
    LIBRARY,
    LONG_TRANSPORT,
    MARKET,
    MUSEUM,
    PARK,
    POST_OFFICE,
    RESTAURANT,
    SEASIDE,
    STATION,
    STORE,
    SUPERMARKET,
    TOWN,
    TRANSPORT,
    ZOO,
    Place,
)

_PLANS = actions_for("p")
_EVENTS = actions_for("l")
_IN_PROGRESS = actions_for("z")
_SPORTS = tuple(
    map(action_named, ("打篮球", "打网球", "打乒乓球", "打羽毛球", "踢足球"))
)
_IN_PARK = tuple(map(action_named, ("散步", "跑步", "拍照", "画画", "锻炼身体")))


def _consume(noun: Noun, thing: NounPhrase) -> Action:
    if "drink" in noun.classes:
        return action("喝/1 {thing}", "drink/1 {thing}", thing=thing)
    return action("吃/1 {thing}", "eat/1 {thing}", thing=thing)


def consume(rng: Random) -> Action:
    """Eat or drink some kind of thing."""
    noun = pick(rng, FOOD if rng.random() < 0.65 else DRINK)
    return _consume(noun, general(noun))


def consume_some(rng: Random) -> Action:
    """Eat or drink so much of something."""
    noun = pick(rng, SERVED if rng.random() < 0.65 else DRINK)
    return _consume(noun, serving(rng, noun))


def buy(rng: Random) -> Action:
    """Buy so much of something."""
    sampler = pick(rng, (groceries, groceries, store_goods))
    return action("买/1 {thing}", "buy/1 {thing}", thing=sampler(rng))


def read_some(rng: Random) -> Action:
    """Read, watch or write so many works."""
    choice = int(rng.random() * 4)
    if choice == 0:
        return _some(rng, "看/1", "watch/1", "film", 2)
    if choice == 1:
        return _some(rng, "写/1", "write/1", "written", 4)
    return _some(rng, "看/1", "read/1", "reading", 3)


def _some(rng: Random, verb: str, english: str, name: str, high: int) -> Action:
    thing = quantity(pick(rng, nouns_of(name)), number(rng, 1, high))
    return action(f"{verb} {{thing}}", f"{english} {{thing}}", thing=thing)


def call(rng: Random, subject: Person) -> Action:
    """Do something for, to or with somebody."""
    other = friend_of(rng, subject)
    choice = int(rng.random() * 4)
    if choice == 0:
        return Action(
            weave("打/1 电话/1", "call/1"),
            weave("给 {other}", "{other:object}", other=other),
        )
    if choice == 1:
        return Action(
            weave("写/1 一/2 封/3 信/3", "write/1 a/2 letter/3"),
            weave("给/1 {other}", "to/1 {other:object}", other=other),
        )
    if choice == 2:
        return Action(
            weave("做/1 一/2 个/3 蛋糕/3", "make/1 a/2 cake/3"),
            weave("给/1 {other}", "for/1 {other:object}", other=other),
        )
    verb, english = pick(rng, (("看望", "visit"), ("帮助", "help")))
    return action(f"{verb}/1 {{other}}", f"{english}/1 {{other:object}}", other=other)


def going(place: Place) -> Action:
    """Go to a place."""
    return action("去/1 {place}", "go/1 to {place}", place=place)


def by_transport(rng: Random, place: Place) -> Action:
    """Go to a place by some means of transport."""
    chinese, english = pick(rng, TRANSPORT)
    return Action(
        weave("去/1 {place}", "go/1 to {place}", place=place),
        weave(f"坐/1 {chinese}/2", f"by/1 {english}/2"),
    )


def transport_to(rng: Random, place: Place) -> tuple[str, str]:
    """A means of transport to a city: the train only within China."""
    train, plane = LONG_TRANSPORT
    return pick(rng, (train, plane)) if place in CHINESE_CITIES else plane


def _errand(place: Place, purpose: Action) -> Errand:
    return Errand(going(place), purpose)


def errand(rng: Random) -> Errand:
    """Go somewhere and get something done there; takes 了 well."""
    place, purpose = pick(rng, _ERRANDS)
    return _errand(place, purpose(rng))


_MEAL = action("吃/1 饭/2", "have/1 a meal/2")
_FILM = action("看/1 {it}", "watch/1 {it}", it=quantity(noun_named("电影"), 1))
_CAFE_DRINKS = tuple(map(noun_named, ("咖啡", "茶", "果汁", "红茶")))
_GYM_SPORTS = _SPORTS[:4]
_ERRANDS: tuple[tuple[Place, Sampler[Action]], ...] = (
    *3 * ((SUPERMARKET, lambda rng: _buying(groceries(rng))),),
    *2 * ((MARKET, lambda rng: _buying(market_goods(rng))),),
    *2 * ((STORE, lambda rng: _buying(store_goods(rng))),),
    (BOOKSTORE, lambda rng: _buying(_works(rng))),
    (LIBRARY, lambda rng: action("借/1 {it}", "borrow/1 {it}", it=_works(rng))),
    (CINEMA, lambda _: _FILM),
    (RESTAURANT, lambda _: _MEAL),
    (CAFE, lambda rng: _drinking_one(pick(rng, _CAFE_DRINKS))),
    (POST_OFFICE, lambda rng: action("寄/1 {it}", "mail/1 {it}", it=_mail(rng))),
    (GYM, lambda rng: pick(rng, _GYM_SPORTS)),
)


def _drinking_one(noun: Noun) -> Action:
    return _consume(noun, quantity(noun, 1))


def _mail(rng: Random) -> NounPhrase:
    return quantity(pick(rng, nouns_of("mail")), number(rng, 1, 3))


def outing(rng: Random) -> Errand:
    """Go somewhere to do something; for plans and habits, not with 了."""
    choice = int(rng.random() * 8)
    if choice <= 2:
        return _errand(PARK, pick(rng, _IN_PARK))
    if choice == 3:
        return _errand(SEASIDE, pick(rng, _AT_SEASIDE))
    if choice == 4:
        return _errand(LIBRARY, pick(rng, _IN_LIBRARY))
    if choice == 5:
        return _errand(ZOO, action("看/1 熊猫/2", "see/1 the pandas/2"))
    if choice == 6:
        return _errand(MUSEUM, action("看/1 展览/2", "see/1 the exhibition/2"))
    return _errand(GYM, pick(rng, _GYM_SPORTS))


_AT_SEASIDE = tuple(map(action_named, ("游泳", "散步", "拍照", "钓鱼")))
_IN_LIBRARY = tuple(map(action_named, ("看书", "学习", "学英语")))


def fetch(rng: Random, subject: Person) -> Errand:
    """Go somewhere for somebody's sake."""
    other = friend_of(rng, subject)
    if rng.random() < 0.5:
        return _errand(
            pick(rng, (STATION, AIRPORT)),
            action("接/1 {other}", "pick/1 up/1 {other:object}", other=other),
        )
    return _errand(
        HOSPITAL, action("看望/1 {other}", "visit/1 {other:object}", other=other)
    )


def _buying(thing: NounPhrase) -> Action:
    return action("买/1 {thing}", "buy/1 {thing}", thing=thing)


def _works(rng: Random) -> NounPhrase:
    return quantity(pick(rng, nouns_of("reading")), number(rng, 1, 4))


def event(rng: Random, subject: Person) -> Doing:
    """Something bounded that one did (with 了) or will do."""
    return consume_some(rng) if rng.random() < 0.16 else deed(rng, subject)


def deed(rng: Random, subject: Person) -> Doing:
    """Something one did or will do, other than eating and drinking."""
    share = rng.random()
    if share < 0.33:
        return errand(rng)
    if share < 0.53:
        return buy(rng)
    if share < 0.65:
        return read_some(rng)
    if share < 0.88:
        return call(rng, subject) if share < 0.80 else fetch(rng, subject)
    return pick(rng, _EVENTS_ANY_TIME)


_EVENTS_ANY_TIME = tuple(a for a in _EVENTS if "饭" not in a.core.source[-1])


def plan(rng: Random, subject: Person) -> Doing:
    """Something one may intend to do."""
    share = rng.random()
    if share < 0.5:
        return deed(rng, subject)
    if share < 0.75:
        return outing(rng)
    return company(rng, subject) if share < 0.85 else pick(rng, _PLANS)


_TOGETHER = (
    _MEAL,
    *map(
        action_named,
        ("看电视", "听音乐", "打篮球", "打网球", "打乒乓球", "打羽毛球", "踢足球"),
    ),
    *map(
        action_named,
        ("玩游戏", "跑步", "散步", "游泳", "学习", "学汉语", "逛街", "钓鱼", "下象棋"),
    ),
)


def company(rng: Random, subject: Person) -> Action:
    """Do something together with somebody."""
    other = friend_of(rng, subject)
    return with_adjunct(
        pick(rng, _TOGETHER),
        "跟/1 {other} 一起/1",
        "with/1 {other:object}",
        other=other,
    )


def enjoyed(rng: Random) -> Doing:
    """Some activity one may like."""
    return outing(rng) if rng.random() < 0.2 else pick(rng, _ENJOYED)


def enjoyment(rng: Random) -> Doing:
    """Something one may like to do."""
    share = rng.random()
    if share < 0.35:
        return consume(rng)
    if share < 0.45:
        return outing(rng)
    return pick(rng, _ENJOYED)


_ENJOYED = actions_for("e")
_HABITS = actions_for("h")


def habit(rng: Random) -> Doing:
    """Something one may do regularly."""
    share = rng.random()
    if share < 0.3:
        return consume(rng)
    if share < 0.5:
        return outing(rng)
    return pick(rng, _HABITS)


def in_progress(rng: Random) -> Doing:
    """Something one may be doing."""
    share = rng.random()
    if share < 0.25:
        return consume(rng)
    return pick(rng, _IN_PROGRESS)


def located(rng: Random) -> Action:
    """Do something at a place where it is done."""
    place, names = pick(rng, _LOCATED)
    return with_adjunct(
        action_named(pick(rng, names)), "{place:在}", "{place:inside}", place=place
    )


_LOCATED = (
    (PARK, ("散步", "跑步", "拍照", "画画", "锻炼身体", "踢足球", "遛狗", "打羽毛球")),
    (LIBRARY, ("看书", "学习", "看报纸", "学英语")),
    (GYM, ("打篮球", "打网球", "打乒乓球", "打羽毛球", "游泳", "锻炼身体")),
    (RESTAURANT, ("吃午饭", "吃晚饭")),
    (CAFE, ("看书", "听音乐", "看报纸", "上网")),
    (SEASIDE, ("散步", "游泳", "拍照")),
)


def city(rng: Random) -> Place:
    """A city."""
    return pick(rng, CITIES)


def place(rng: Random) -> Place:
    """A place in town."""
    return pick(rng, TOWN)
