"""Clock, calendar, plans, habits and what is finished or not."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.noun_phrases import pointed
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import (
    event,
    habit,
    in_progress,
    located,
    outing,
    plan,
)
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import (
    asked,
    asked_owner,
    grown_up,
    person,
)
from keras_s2s.phrasebook.selection.things import owner, pointer
from keras_s2s.phrasebook.selection.times import time_of_day
from keras_s2s.phrasebook.words.actions import action_named, actions_for
from keras_s2s.phrasebook.words.nouns import nouns_of
from keras_s2s.phrasebook.words.numbers import (
    MONTHS,
    clock,
    counted,
    date,
)
from keras_s2s.phrasebook.words.places import NEARBY
from keras_s2s.phrasebook.words.times import (
    DURATIONS,
    FREQUENCY,
    FUTURE,
    PAST,
    WEEKDAYS,
    WHOLE_DAYS_HABITUAL,
)

times = PatternTable("time")
# Tasks and meals: what one expects to be done by some time
_FINISHED = tuple(
    a
    for a in actions_for("l")
    if a in actions_for("d") or a.core.source[0] in ("吃", "修")
)

times.rule(
    "{subject} {often} {doing}",
    "{subject} {often} {doing:present}",
    weight=4,
    subject=person,
    often=one_of(*FREQUENCY),
    doing=habit,
)
times.rule(
    "{subject} {when} {doing}",
    "{subject} {doing:present} {when}",
    weight=4,
    subject=person,
    when=one_of(*WHOLE_DAYS_HABITUAL),
    doing=habit,
)
times.rule(
    "{subject} {when} 都 {doing}",
    "{subject} {doing:present} {when}",
    weight=1,
    subject=person,
    when=one_of(*WHOLE_DAYS_HABITUAL[1:]),
    doing=habit,
)
times.rule(
    "{subject} {often} {doing}",
    "{subject} {often} {doing:present}",
    weight=1,
    subject=person,
    often=one_of(*FREQUENCY),
    doing=located,
)
times.rule(
    "{subject} {doing} 吗/1 ？/2",
    "~do/1 {subject} {doing:base} ?/2",
    subject=asked,
    doing=lambda rng: pick(rng, actions_for("h")),
)
times.rule(
    "{subject} 正在/1 {doing}",
    "{subject} ~be/1 {doing:ing}",
    weight=2,
    subject=person,
    doing=in_progress,
)
times.rule(
    "{subject} 在/1 {doing} 吗/2 ？/3",
    "~be/1+2 {subject} {doing:ing} ?/3",
    subject=asked,
    doing=lambda rng: pick(rng, actions_for("z")),
)
times.rule(
    "{subject} 在/1 做/2 什么/3 ？/4",
    "what/3 ~be/1 {subject} doing/2 ?/4",
    weight=0.5,
    subject=asked,
)
times.rule(
    "{subject} 已经/1 {doing:了}",
    "{subject} ~have already/1 {doing:participle}",
    weight=1.5,
    subject=person,
    doing=lambda rng: pick(rng, _FINISHED),
)
times.rule(
    "{subject} 还/1 没/2 {doing}",
    "{subject} ~have/2 not/2 {doing:participle} yet/1",
    weight=1.5,
    subject=person,
    doing=lambda rng: pick(rng, _FINISHED),
)
times.rule(
    "{when} {subject} 没/1 {doing}",
    "{when} {subject} did/1 not/1 {doing:base}",
    weight=2,
    subject=person,
    when=one_of(*PAST[:6]),
    doing=lambda rng: pick(rng, actions_for("h")),
)
times.rule(
    "{when} {subject} 没/1 {doing}",
    "{when} {subject} did/1 not/1 {doing:base}",
    weight=2,
    subject=person,
    when=one_of(*PAST),
    doing=outing,
)
times.rule("现在/1 几/2 点/2 ？/3", "what/2 time/2 is it now/1 ?/3", weight=0.02)
times.rule("今天/1 星期/2 几/2 ？/3", "what/2 day/2 is it today/1 ?/3", weight=0.02)
times.rule(
    "今天/1 是/2 {date} ，/3 {day}",
    "today/1 is/2 {day} ,/3 {date}",
    weight=1,
    date=lambda rng: date(rng.randint(1, 12), rng.randint(1, 28)),
    day=one_of(*(weave(f"{c}/1", f"{e}/1") for c, e in WEEKDAYS)),
)
times.rule(
    "{owner:的} 生日/1 是/2 {date}",
    "{owner:possessive} birthday/1 is/2 {date}",
    weight=2,
    owner=owner,
    date=lambda rng: date(rng.randint(1, 12), rng.randint(1, 28)),
)
times.rule(
    "{owner:的} 生日/1 是/2 几月/3 几号/3 ？/4",
    "when/3 is/2 {owner:possessive} birthday/1 ?/4",
    weight=0.3,
    owner=asked_owner,
)
times.rule(
    "{subject} 打算/1 什么/2 时候/2 {doing} ？/3",
    "when/2 ~do {subject} plan/1 to {doing:base} ?/3",
    weight=1,
    subject=asked,
    doing=outing,
)
times.rule(
    "{subject} {time} 起床/1",
    "{subject} ~get/1 up/1 at {time}",
    weight=1,
    subject=person,
    time=lambda rng: _in_the("早上", "morning", rng, 5, 9),
)
times.rule(
    "{subject} {time} 睡觉/1",
    "{subject} ~go/1 to/1 bed/1 at {time}",
    weight=1,
    subject=person,
    time=lambda rng: _in_the("晚上", "evening", rng, 8, 11),
)
times.rule(
    "{subject} 几/1 点/1 {doing} ？/2",
    "what/1 time/1 ~do {subject} {doing:base} ?/2",
    weight=1,
    subject=asked,
    doing=lambda rng: pick(
        rng, tuple(map(action_named, ("吃早饭", "吃午饭", "吃晚饭", "跑步", "遛狗")))
    ),
)
times.rule(
    "{place} {time} 开门/1",
    "{place} opens/1 at {time}",
    weight=0.7,
    place=one_of(*NEARBY[:8]),
    time=lambda rng: _in_the("上午", "morning", rng, 8, 10),
)
times.rule(
    "{train} {time} 出发/1",
    "{train} leaves/1 at {time}",
    weight=0.7,
    train=one_of(
        weave("火车/1", "the train/1"),
        weave("飞机/1", "the plane/1"),
        weave("公共汽车/1", "the bus/1"),
    ),
    time=time_of_day,
)


def _in_the(chinese: str, english: str, rng: Random, low: int, high: int) -> Aligned:
    return weave(
        f"{chinese}/1 {{time}}",
        f"{{time}} in/1 the {english}/1",
        time=clock(rng.randint(low, high), pick(rng, (0, 0, 15, 30, 20, 40))),
    )


@times.drawn(weight=1)
def it_is_now(rng: Random) -> Aligned:
    """As in 现在早上七点半."""
    return weave("现在/1 是/2 {t}", "it is/2 {t} now/1", t=time_of_day(rng))


@times.drawn(weight=6)
def tomorrow(rng: Random) -> Aligned:
    """As in 明天我会去超市买苹果."""
    subject = person(rng)
    will = pick(rng, ("会/1", "要/1"))
    # 会: will; 要: be going to
    target = "will/1" if will == "会/1" else "~be/1 going/1 to/1"
    return weave(
        f"{{when}} {{subject}} {will} {{doing}}",
        f"{{when}} {{subject}} {target} {{doing:base}}",
        subject=subject,
        when=pick(rng, FUTURE),
        doing=plan(rng, subject),
    )


@times.drawn(weight=4)
def tomorrow_with_verb(rng: Random) -> Aligned:
    """As in 我想明天去公园散步."""
    subject = person(rng)
    chinese, english = pick(
        rng, (("想", "want"), ("打算", "plan"), ("希望", "hope"), ("需要", "need"))
    )
    return weave(
        f"{{subject}} {chinese}/1 {{when}} {{doing}}",
        f"{{subject}} ~{english}/1 to {{doing:base}} {{when}}",
        subject=subject,
        when=pick(rng, FUTURE),
        doing=plan(rng, subject),
    )


@times.drawn(weight=6)
def in_the_past(rng: Random) -> Aligned:
    """As in 昨天我看了一部电影."""
    subject = person(rng)
    return weave(
        "{when} {subject} {doing:了}",
        "{when} {subject} {doing:past}",
        subject=subject,
        when=pick(rng, PAST),
        doing=event(rng, subject),
    )


@times.drawn(weight=1.5)
def did_you(rng: Random) -> Aligned:
    """As in 昨天你买了什么."""
    chinese, english = pick(rng, (("买", "buy"), ("吃", "eat"), ("做", "do")))
    return weave(
        f"{{when}} {{subject}} {chinese}/1 了/1 什么/2 ？/3",
        f"what/2 did {{subject}} {english}/1 {{when}} ?/3",
        subject=asked(rng),
        when=pick(rng, PAST),
    )


@times.drawn(weight=2)
def at_the_hour(rng: Random) -> Aligned:
    """As in 他每天早上七点半吃早饭."""
    (chinese, english), low, high, names = pick(
        rng,
        (
            (("早上", "morning"), 6, 9, ("吃早饭", "刷牙", "跑步", "遛狗", "做早饭")),
            (("下午", "afternoon"), 1, 5, ("学习", "学英语", "遛狗", "浇花", "看书")),
            (("晚上", "evening"), 6, 9, ("吃晚饭", "看电视", "洗碗", "看新闻", "跑步")),
        ),
    )
    return weave(
        f"{{subject}} 每/1 天/2 {chinese}/3 {{time}} {{doing}}",
        f"{{subject}} {{doing:present}} at {{time}} every/1+2 {english}/3",
        subject=person(rng),
        time=clock(rng.randint(low, high), pick(rng, (0, 0, 15, 30))),
        doing=action_named(pick(rng, names)),
    )


@times.drawn(weight=1.5)
def works_from_to(rng: Random) -> Aligned:
    """As in 爸爸从早上八点到下午五点工作."""
    morning = weave(
        "早上/1 {t}", "{t} in/1 the morning/1", t=clock(rng.randint(7, 9), 0)
    )
    afternoon = weave(
        "下午/1 {t}",
        "{t} in/1 the afternoon/1",
        t=clock(rng.randint(4, 6), pick(rng, (0, 30))),
    )
    return weave(
        "{subject} 从/1 {morning} 到/2 {afternoon} 工作/3",
        "{subject} ~work/3 from/1 {morning} to/2 {afternoon}",
        subject=grown_up(rng),
        morning=morning,
        afternoon=afternoon,
    )


@times.drawn(weight=3)
def for_so_long(rng: Random) -> Aligned:
    """As in 昨天我看了两个小时电视."""
    verb, thing, english, rest = pick(
        rng,
        (
            ("看", "电视", "watched/1", "TV/2"),
            ("看", "书", "read/1+2", ""),
            ("听", "音乐", "listened/1 to/1", "music/2"),
            ("打", "篮球", "played/1", "basketball/2"),
            ("踢", "足球", "played/1", "soccer/2"),
            ("打", "网球", "played/1", "tennis/2"),
            ("学", "汉语", "studied/1", "Chinese/2"),
            ("学", "英语", "studied/1", "English/2"),
            ("弹", "钢琴", "played/1", "the piano/2"),
            ("玩", "游戏", "played/1", "games/2"),
        ),
    )
    return weave(
        f"{{when}} {{subject}} {verb}/1 了/1 {{long}} {thing}/2",
        f"{{when}} {{subject}} {english} {rest} for {{long}}",
        subject=person(rng),
        when=pick(rng, PAST[:6]),
        long=pick(rng, DURATIONS),
    )


@times.drawn(weight=2)
def before_and_after(rng: Random) -> Aligned:
    """As in 小明吃饭以后常常散步."""
    meal, english = pick(
        rng, (("早饭", "breakfast"), ("午饭", "lunch"), ("晚饭", "dinner"))
    )
    order, when = pick(rng, (("以后", "after"), ("以前", "before")))
    doing = action_named(
        pick(rng, ("散步", "看电视", "听音乐", "看报纸", "遛狗", "看书", "弹钢琴"))
    )
    return weave(
        f"{{subject}} 吃/1 {meal}/2 {order}/3 {{often}} {{doing}}",
        f"{{subject}} {{often}} {{doing:present}} {when}/3 eating/1 {english}/2",
        subject=person(rng),
        often=pick(rng, FREQUENCY[:4]),
        doing=doing,
    )


@times.drawn(weight=2)
def already_read(rng: Random) -> Aligned:
    """As in 我已经看完了这本书."""
    thing = pointed(pick(rng, nouns_of("reading")), pointer(rng))
    return weave(
        "{subject} 已经/1 看/2 完/3 了/3 {thing}",
        "{subject} ~have already/1 finished/3 reading/2 {thing}",
        subject=person(rng),
        thing=thing,
    )


@times.drawn(weight=0.5)
def born_in(rng: Random) -> Aligned:
    """As in 我妹妹是五月出生的."""
    month = rng.randint(1, 12)
    number = counted(month).source[0].replace("两", "二")
    return weave(
        f"{{subject}} 是/1 {number}月/2 出生/3 的",
        f"{{subject}} ~was/1 born/3 in {MONTHS[month - 1]}/2",
        subject=person(rng),
    )
