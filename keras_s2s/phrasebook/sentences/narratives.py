"""Long sentences that take a loop over clauses; their clauses are in clauses.txt."""

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from keras_s2s.phrasebook.grammar.action import Doing
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.choice import pick
from keras_s2s.phrasebook.grammar.noun_phrases import listed, quantity
from keras_s2s.phrasebook.grammar.numbers import clock
from keras_s2s.phrasebook.grammar.person import Person
from keras_s2s.phrasebook.grammar.rule import rule_of, weave
from keras_s2s.phrasebook.grammar.table import by_name, read_table
from keras_s2s.phrasebook.samplers.actions import consume, different_events, enjoyment
from keras_s2s.phrasebook.samplers.numbers import (
    how_many,
    price,
    quarter_after,
)
from keras_s2s.phrasebook.samplers.people import (
    members_of_the_family,
    person,
    pronoun_for,
)
from keras_s2s.phrasebook.samplers.places import (
    as_many_as_fit,
    furnishings,
    going_by,
    transport_to,
)
from keras_s2s.phrasebook.samplers.things import coloured, shopping_list
from keras_s2s.phrasebook.words.actions import ACTIONS
from keras_s2s.phrasebook.words.groups import GROUPS
from keras_s2s.phrasebook.words.people import NAMES

Narrative = Callable[[Random], Aligned]
SAMPLERS: dict[str, Narrative] = {}
"""The narratives by name."""


def _narrative(draw: Narrative) -> Narrative:
    SAMPLERS[draw.__name__] = draw
    return draw


_CLAUSES = by_name(
    read_table(__package__, "clauses.txt", "name | Chinese | English"),
    lambda row: rule_of(row, *row.fields[1:]),
)


def _clause(name: str, **slots: Any) -> Aligned:
    return _CLAUSES[name].fill(slots)


def chained(clauses: Iterable[Aligned]) -> Aligned:
    """Join clauses with commas, and the last one with "and"."""
    result, *others, last = clauses
    for clause in others:
        result = weave("{a} ，/1 {b}", "{a} ,/1 {b}", a=result, b=clause)
    return weave("{a} ，/1 {b}", "{a} ,/1 and {b}", a=result, b=last)


def _past_day(
    rng: Random, subject: Person, day: Aligned, thirds: tuple[int, ...]
) -> Aligned:
    """Tell a day: one or two deeds in each of its thirds."""
    doings = iter(different_events(rng, subject, 2 * len(thirds)))
    clauses: list[Aligned] = []
    for third in thirds:
        name = "part of a past day" if clauses else "begin of a past day"
        group = "in_thirds_of_a_day" if clauses else "thirds_of_a_day"
        clauses.append(
            _clause(
                name,
                day=day,
                part=GROUPS[group][third],
                subject=subject,
                doing=next(doings),
            )
        )
        if rng.random() < 0.75:
            clauses.append(
                _clause("then in the past", subject=subject, doing=next(doings))
            )
    return chained(clauses)


@_narrative
def diary(rng: Random) -> Aligned:
    """As in 昨天上午我…，然后…，下午…，晚上…."""
    thirds = pick(rng, ((0, 1), (0, 2), (0, 1, 2), (0, 1, 2)))
    return _past_day(rng, person(rng), pick(rng, GROUPS["past_days"]), thirds)


@_narrative
def yesterday_and_tomorrow(rng: Random) -> Aligned:
    """As in 昨天上午我…，下午…，明天我打算…，然后…."""
    subject = person(rng)
    thirds = pick(rng, ((0, 1), (0, 2), (1, 2)))
    first, *others = different_events(rng, subject, rng.randint(2, 3))
    future = [_clause("tomorrow", subject=pronoun_for(rng, subject), doing=first)]
    future += _steps(subject, others)
    past = _past_day(rng, subject, GROUPS["past_days"][0], thirds)
    return weave(
        "{past} ，/1 {future}",
        "{past} ,/1 and {future}",
        past=past,
        future=chained(future),
    )


def _steps(subject: Person, doings: list[Doing]) -> list[Aligned]:
    then = GROUPS["steps"][0]
    return [
        _clause("next step", step=then, subject=subject, doing=doing)
        for doing in doings
    ]


@_narrative
def plans_in_order(rng: Random) -> Aligned:
    """As in 明天我打算先…，然后…，再…，最后…."""
    subject = person(rng)
    first, *others = different_events(rng, subject, rng.randint(4, 6))
    steps = (*GROUPS["steps"][: len(others) - 1], *GROUPS["last_step"])
    begin = _clause(
        "first wish",
        subject=subject,
        want=pick(rng, GROUPS["ordered_wishes"]),
        when=pick(rng, GROUPS["future"]),
        doing=first,
    )
    return chained(
        [
            begin,
            *(
                _clause("next step", step=step, subject=subject, doing=doing)
                for step, doing in zip(steps, others, strict=True)
            ),
        ]
    )


@_narrative
def routine(rng: Random) -> Aligned:
    """As in 我每天早上七点起床，八点吃早饭，…，晚上十点睡觉."""
    subject = person(rng)
    leisure = pick(rng, GROUPS["evening_leisure"])
    forenoon, afternoon, evening = GROUPS["in_thirds_of_a_day"]
    steps: tuple[tuple[int, Aligned, Doing], ...] = (
        (7, GROUPS["in_the_early_morning"][0], ACTIONS["吃早饭"]),
        (9, forenoon, pick(rng, GROUPS["morning_work"])),
        (1, afternoon, ACTIONS["吃午饭"]),
        (3, afternoon, pick(rng, GROUPS["afternoon_leisure"])),
        (6, evening, pick(rng, GROUPS["evening_meal"])),
        (8, evening, leisure),
        (10, evening, ACTIONS["睡觉"]),
    )
    kept = sorted(rng.sample(range(len(steps)), rng.randint(3, 6)))
    time = clock(6, pick(rng, (0, 15, 30, 40, 50)))
    clauses = [_clause("begin of a routine", subject=subject, time=time)]
    for hour, part, doing in (steps[index] for index in kept):
        time = quarter_after(rng, hour)
        clauses.append(
            _clause(
                "part of a routine", subject=subject, part=part, time=time, doing=doing
            )
        )
    return chained(clauses)


@_narrative
def week(rng: Random) -> Aligned:
    """As in 星期一我学汉语，星期二打篮球，…."""
    subject = person(rng)
    size = rng.randint(5, 7)
    days = GROUPS["on_weekdays"]
    start = rng.randint(0, len(days) - size)
    doings = rng.sample(GROUPS["weekly"], size)
    names = ["begin of a week", *(size - 1) * ["day of a week"]]
    return chained(
        _clause(name, day=day, subject=subject, doing=doing)
        for name, day, doing in zip(names, days[start:], doings, strict=False)
    )


def _giver_and_others(rng: Random, low: int, high: int) -> tuple[Person, list[Person]]:
    subject = pick(rng, GROUPS["givers"])
    others = tuple(name for name in NAMES if name != subject)
    return subject, rng.sample(others, rng.randint(low, high))


@_narrative
def presents(rng: Random) -> Aligned:
    """As in 上个星期我给妈妈买了一条红色的围巾，给爸爸买了…，给…."""
    subject, (first, *others) = _giver_and_others(rng, 3, 5)
    thing = coloured(rng, pick(rng, GROUPS["unisex"]))
    when = pick(rng, GROUPS["past"])
    begin = _clause(
        "first present", when=when, subject=subject, other=first, thing=thing
    )
    return chained([begin, *(_present(rng, "present", subject, o) for o in others)])


def _present(rng: Random, name: str, subject: Person, other: Person) -> Aligned:
    thing = coloured(rng, pick(rng, GROUPS["unisex"]))
    return _clause(name, subject=subject, other=other, thing=thing)


@_narrative
def food_and_presents(rng: Random) -> Aligned:
    """As in 昨天她去超市买了…、…和…，然后给小明买了…，给小红买了…."""
    subject, (first, *others) = _giver_and_others(rng, 2, 3)
    begin = _clause(
        "groceries",
        subject=subject,
        when=pick(rng, GROUPS["past"]),
        things=shopping_list(rng, 2, 4),
    )
    then = _present(rng, "then a present", subject, first)
    return chained(
        [begin, then, *(_present(rng, "present", subject, o) for o in others)]
    )


def taste(rng: Random, subject: Person) -> Aligned:
    """Tell what somebody loves or likes to do, as in 妈妈爱喝茶."""
    like = pick(rng, GROUPS["agreeing_likes"])
    doing = consume(rng) if rng.random() < 0.6 else pick(rng, GROUPS["enjoyed"])
    return _clause("taste", subject=subject, like=like, doing=doing)


@_narrative
def tastes_of_the_family(rng: Random) -> Aligned:
    """As in 爸爸爱喝茶，妈妈爱吃苹果，哥哥喜欢看书，我…."""
    people = members_of_the_family(rng, rng.randint(5, 9))
    return chained(taste(rng, subject) for subject in people)


@_narrative
def tastes_and_now(rng: Random) -> Aligned:
    """As in 爸爸爱喝茶，妈妈爱吃苹果，…，现在爸爸正在看书，妈妈正在做饭，…."""
    people = members_of_the_family(rng, rng.randint(3, 5))
    doings = rng.sample(GROUPS["progress"], len(people))
    names = ["busy now", *(len(people) - 1) * ["busy"]]
    return chained(
        [
            *(taste(rng, subject) for subject in people),
            *(
                _clause(name, subject=subject, doing=doing)
                for name, subject, doing in zip(names, people, doings, strict=True)
            ),
        ]
    )


@_narrative
def everybody_is_busy(rng: Random) -> Aligned:
    """As in 爸爸正在看报纸，妈妈正在做饭，…."""
    doings = rng.sample(GROUPS["progress"], rng.randint(5, 8))
    people = members_of_the_family(rng, len(doings))
    return chained(
        _clause("busy", subject=subject, doing=doing)
        for subject, doing in zip(people, doings, strict=True)
    )


@_narrative
def portrait(rng: Random) -> Aligned:
    """As in 我家有五口人，爸爸是医生，妈妈是…，弟弟喜欢…."""
    clauses = [_clause("size of the family", size=how_many(rng, 5, 8))]
    adults = rng.sample(GROUPS["adults"], 3)
    for subject, job in zip(adults, rng.sample(GROUPS["jobs"], 3), strict=True):
        clauses.append(_clause("job", subject=subject, job=job))
    like = GROUPS["agreeing_likes"][1]
    for subject in rng.sample(GROUPS["youths"], rng.randint(1, 2)):
        doing = enjoyment(rng)
        clauses.append(_clause("taste", subject=subject, like=like, doing=doing))
    return chained(clauses)


@_narrative
def jobs_and_places(rng: Random) -> Aligned:
    """As in 我哥哥住在北京，在一家医院工作，…，姐姐住在…."""
    return chained(
        _clause(
            "home and work",
            subject=subject,
            city=pick(rng, GROUPS["cities"]),
            place=pick(rng, GROUPS["workplaces"]),
        )
        for subject in rng.sample(GROUPS["residents"], rng.randint(3, 4))
    )


@_narrative
def furnished_homes(rng: Random) -> Aligned:
    """As in 客厅里有一张桌子、…和…，桌子上有…."""
    clauses: list[Aligned] = []
    for room in rng.sample(GROUPS["furnished_rooms"], rng.randint(2, 3)):
        nouns = rng.sample(furnishings(room), rng.randint(2, 3))
        items = [as_many_as_fit(rng, noun) for noun in nouns]
        things = listed([item.aligned for item in items])
        clauses.append(
            _clause("furnished room", subject=items[0], room=room, things=things)
        )
    nouns = rng.sample(GROUPS["papers"], 2)
    items = [quantity(noun, rng.randint(1, 5)) for noun in nouns]
    things = listed([item.aligned for item in items])
    return chained([*clauses, _clause("laid table", subject=items[0], things=things)])


@_narrative
def weather_report(rng: Random) -> Aligned:
    """As in 今天北京很冷，上海很暖和，…."""
    name = f"weather {pick(rng, ('today', 'yesterday', 'tomorrow'))}"
    cities = rng.sample(GROUPS["chinese_cities"], rng.randint(5, 8))
    names = [f"begin of {name}", *(len(cities) - 1) * [name]]
    return chained(
        _clause(name, city=city, quality=pick(rng, GROUPS["weather_qualities"]))
        for name, city in zip(names, cities, strict=True)
    )


@_narrative
def the_way(rng: Random) -> Aligned:
    """As in 请先一直走，然后在银行前面往左拐，再在…往右拐，最后…."""
    places = rng.sample(GROUPS["towns"], rng.randint(3, 5))
    steps = (*GROUPS["steps"][: len(places) - 1], *GROUPS["last_step"])
    return chained(
        [
            _clause("begin of a way"),
            *(
                _clause("turn", step=step, place=place, side=pick(rng, GROUPS["sides"]))
                for step, place in zip(steps, places, strict=True)
            ),
        ]
    )


@_narrative
def doctors_orders(rng: Random) -> Aligned:
    """As in 昨天我觉得不舒服，所以医生让我多喝水，…，多休息."""
    subject = person(rng)
    first, *others = rng.sample(GROUPS["daily_advice"], rng.randint(3, 6))
    begin = _clause(
        "first advice",
        when=pick(rng, GROUPS["recent_past"]),
        subject=subject,
        patient=pronoun_for(rng, subject),
        doing=first,
    )
    return chained([begin, *(_clause("advice", doing=doing) for doing in others)])


@_narrative
def travels(rng: Random) -> Aligned:
    """As in 明年春天我们打算坐火车去北京，在那里住三天，然后…."""
    subject = person(rng)
    cities = rng.sample(GROUPS["cities"], rng.randint(2, 4))
    clauses: list[Aligned] = []
    abroad = False
    for city in cities:
        vehicle = GROUPS["long_transport"][1] if abroad else transport_to(rng, city)
        abroad = city not in GROUPS["chinese_cities"]
        doing = going_by(rng, city, vehicle)
        if clauses:
            clauses += _steps(subject, [doing])
        else:
            when = pick(rng, GROUPS["far_future"])
            clauses.append(
                _clause("first journey", when=when, subject=subject, doing=doing)
            )
        clauses.append(_clause("stay", days=how_many(rng, 2, 9)))
    return chained(clauses)


@_narrative
def price_list(rng: Random) -> Aligned:
    """As in 一公斤苹果八块，一盒鸡蛋十五块，…."""
    nouns = rng.sample(GROUPS["priced_food"], rng.randint(5, 8))
    return chained(
        _clause(
            "price", subject=quantity(noun, 1, packed=True), price=price(rng, 3, 30)
        )
        for noun in nouns
    )
