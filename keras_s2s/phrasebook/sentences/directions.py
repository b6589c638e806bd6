"""Finding the way and getting there."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.english import article
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import by_transport, place
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import asked, person
from keras_s2s.phrasebook.selection.times import duration
from keras_s2s.phrasebook.words.numbers import counted
from keras_s2s.phrasebook.words.places import (
    CHINESE_CITIES,
    LONG_TRANSPORT,
    NEARBY,
    RELATIONS,
    TOWN,
    TRANSPORT,
)
from keras_s2s.phrasebook.words.times import FUTURE

directions = PatternTable("directions")
_RELATION = one_of(
    *(
        weave(f"{chinese}/1", " ".join(f"{word}/1" for word in english.split()))
        for chinese, english in RELATIONS
    )
)
TURNS = (("左", "left"), ("右", "right"))

directions.rule(
    "请问/1 ，/2 {subject} 在/3 哪里/4 ？/5",
    "excuse/1 me/1 ,/2 where/4 ~be/3 {subject} ?/5",
    subject=place,
)
directions.rule(
    "{subject} 在/1 哪里/2 ？/3", "where/2 ~be/1 {subject} ?/3", subject=place
)
directions.rule(
    "去/1 {place} 怎么/2 走/3 ？/4",
    "how/2 do I get/1+3 to {place} ?/4",
    place=place,
)
directions.rule(
    "请问/1 ，/2 去/3 {place} 怎么/4 走/5 ？/6",
    "excuse/1 me/1 ,/2 how/4 do I get/3+5 to {place} ?/6",
    place=place,
)
directions.rule(
    "{subject} {doing}",
    "{subject} {doing:present}",
    weight=2,
    subject=person,
    doing=lambda rng: by_transport(rng, place(rng)),
)
directions.rule(
    "{when} {subject} {doing}",
    "{when} {subject} will {doing:base}",
    weight=3,
    subject=person,
    when=one_of(*FUTURE),
    doing=lambda rng: by_transport(rng, place(rng)),
)
directions.rule(
    "{subject} {place:在}",
    "{subject} ~be {place:inside}",
    subject=person,
    place=place,
)
directions.rule(
    "{subject} 迷路/1 了/1", "{subject} got/1 lost/1", weight=0.3, subject=person
)
directions.rule(
    "请/1 在/2 {place} 下车/3",
    "please/1 get/3 off/3 at/2 {place}",
    weight=0.5,
    place=place,
)
directions.rule(
    "{subject} 想/1 去/2 哪里/3 ？/4",
    "where/3 ~do {subject} want/1 to go/2 ?/4",
    weight=0.5,
    subject=asked,
)


@directions.drawn(weight=4)
def where_it_lies(rng: Random) -> Aligned:
    """As in 银行在邮局旁边."""
    first, second = rng.sample(TOWN, 2)
    return weave(
        "{subject} 在/1 {second} {relation}",
        "{subject} ~be/1 {relation} {second}",
        subject=first,
        second=second,
        relation=_RELATION(rng),
    )


@directions.drawn(weight=2)
def turn(rng: Random) -> Aligned:
    """As in 请在银行前面往左拐."""
    chinese, english = pick(rng, TURNS)
    if rng.random() < 0.2:
        return weave(f"请/1 往 {chinese}/2 拐/3", f"please/1 turn/3 {english}/2")
    return weave(
        f"请/1 在 {{place}} {{relation}} 往 {chinese}/2 拐/3",
        f"please/1 turn/3 {english}/2 {{relation}} {{place}}",
        place=place(rng),
        relation=weave("前面/1", "in/1 front/1 of/1"),
    )


@directions.drawn(weight=2, length="medium")
def straight_then_turn(rng: Random) -> Aligned:
    """As in 请一直走，然后在银行前面往左拐."""
    chinese, english = pick(rng, TURNS)
    return weave(
        f"请/1 一直/2 走/3 ，/4 然后/5 在 {{place}} 前面/6 往 {chinese}/7 拐/8 ，/9 "
        "{goal} 就/10 在/10 {other} {relation}",
        f"please/1 go/3 straight/2 ,/4 then/5 turn/8 {english}/7 in/6 front/6 of/6 "
        "{place} ,/9 and {goal} is/10 {relation} {other}",
        **dict(zip(("place", "goal", "other"), rng.sample(TOWN, 3), strict=True)),
        relation=_RELATION(rng),
    )


@directions.drawn(weight=2)
def near_or_far(rng: Random) -> Aligned:
    """As in 学校离火车站很近."""
    first, second = rng.sample(TOWN, 2)
    source, target = pick(rng, (("近/2", "close/2 to/1"), ("远/2", "far/2 from/1")))
    return weave(
        f"{{subject}} 离/1 {{second}} 很/3 {source}",
        f"{{subject}} ~be very/3 {target} {{second}}",
        subject=first,
        second=second,
    )


@directions.drawn(weight=1.5)
def is_it_far(rng: Random) -> Aligned:
    """As in 从学校到火车站远吗."""
    first, second = rng.sample(TOWN, 2)
    return weave(
        "从/1 {first} 到/2 {second} 远/3 吗/4 ？/5",
        "is/4 it far/3 from/1 {first} to/2 {second} ?/5",
        first=first,
        second=second,
    )


@directions.drawn(weight=3)
def how_long_it_takes(rng: Random) -> Aligned:
    """As in 从学校到火车站坐地铁要二十分钟."""
    first, second = rng.sample(TOWN, 2)
    chinese, english = pick(rng, TRANSPORT)
    return weave(
        f"从/1 {{first}} 到/2 {{second}} 坐/3 {chinese}/4 要/5 {{duration}}",
        f"it takes/5 {{duration}} from/1 {{first}} to/2 {{second}} by/3 {english}/4",
        first=first,
        second=second,
        duration=duration(rng),
    )


@directions.drawn(weight=1)
def how_long(rng: Random) -> Aligned:
    """As in 从学校到火车站要多长时间."""
    first, second = rng.sample(TOWN, 2)
    return weave(
        "从/1 {first} 到/2 {second} 要/5 多长/3 时间/4 ？/6",
        "how/3 long/3+4 does it take/5 from/1 {first} to/2 {second} ?/6",
        first=first,
        second=second,
    )


@directions.drawn(weight=2)
def one_nearby(rng: Random) -> Aligned:
    """As in 学校附近有一家银行."""
    first, second = rng.sample(NEARBY, 2)
    if rng.random() < 0.6:
        return weave(
            "{second} 附近/1 有/2 {place}",
            "there/2 is/2 {place:some} near/1 {second}",
            second=second,
            place=first,
        )
    return weave(
        "{second} 附近/1 有/2 {place} 吗/3 ？/4",
        "is/2+3 there/2 {place} near/1 {second} ?/4",
        second=second,
        place=_any(first.chinese, first.english),
    )


def _any(chinese: str, english: str) -> Aligned:
    words = " ".join(f"{word}/1" for word in english.split())
    return weave(f"{chinese}/1", f"{article(english)} {words}")


@directions.drawn(weight=1.5)
def between_cities(rng: Random) -> Aligned:
    """As in 从北京到上海坐火车要五个小时."""
    first, second = rng.sample(CHINESE_CITIES, 2)
    chinese, english = pick(rng, LONG_TRANSPORT)
    hours = rng.randint(2, 3) if chinese == "飞机" else rng.randint(4, 9)
    return weave(
        f"从/1 {{first}} 到/2 {{second}} 坐/3 {chinese}/4 要/5 {{hours}} 个/6 小时/6",
        f"it takes/5 {{hours}} hours/6 from/1 {{first}} to/2 {{second}} "
        f"by/3 {english}/4",
        first=first,
        second=second,
        hours=counted(hours),
    )
