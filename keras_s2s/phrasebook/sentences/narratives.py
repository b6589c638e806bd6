"""Long sentences: days, lists, portraits and reasons, told clause after clause."""

from random import Random

from keras_s2s.phrasebook.grammar.action import Action, Doing, action
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.english import article
from keras_s2s.phrasebook.grammar.noun_phrases import general, listed, quantity
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import (
    company,
    consume,
    enjoyment,
    event,
    outing,
    transport_to,
)
from keras_s2s.phrasebook.selection.choice import pick
from keras_s2s.phrasebook.selection.people import person
from keras_s2s.phrasebook.selection.things import (
    DRINK,
    FOOD,
    UNISEX,
    coloured,
    shopping_list,
)
from keras_s2s.phrasebook.sentences.health import ADVICE, COMPLAINTS
from keras_s2s.phrasebook.sentences.home import FURNISHINGS, furniture
from keras_s2s.phrasebook.words.actions import DUTIES, action_named, actions_for
from keras_s2s.phrasebook.words.adjectives import (
    FEELINGS,
    WEATHER_QUALITIES,
)
from keras_s2s.phrasebook.words.nouns import noun_named, nouns_of
from keras_s2s.phrasebook.words.numbers import clock, counted
from keras_s2s.phrasebook.words.people import (
    FAMILY,
    HE_,
    I_,
    JOBS,
    NAMES,
    SHE_,
    Person,
)
from keras_s2s.phrasebook.words.places import (
    CHINESE_CITIES,
    CITIES,
    LONG_TRANSPORT,
    SUPERMARKET,
    TOWN,
    WORKPLACES,
)
from keras_s2s.phrasebook.words.times import (
    FUTURE,
    FUTURE_SEASONS,
    PAST,
    WEEKDAYS,
)

narratives = PatternTable("narratives")


def chained(clauses: list[Aligned]) -> Aligned:
    """Join clauses with commas, and the last one with "and"."""
    result = clauses[0]
    for clause in clauses[1:-1]:
        result = weave("{a} ，/1 {b}", "{a} ,/1 {b}", a=result, b=clause)
    return weave("{a} ，/1 {b}", "{a} ,/1 and {b}", a=result, b=clauses[-1])


def _single(rng: Random) -> Person:
    return pick(rng, (I_, I_, HE_, SHE_, *NAMES[:6], *FAMILY[:2], *FAMILY[4:]))


def _events(rng: Random, subject: Person, size: int) -> list[Doing]:
    """Draw events that differ in their verb and object."""
    doings: list[Doing] = []
    seen: set[tuple[str, ...]] = set()
    while len(doings) < size:
        doing = event(rng, subject)
        words = doing.fragment("", "base", subject.agreement).source
        if words[:2] not in seen:
            seen.add(words[:2])
            doings.append(doing)
    return doings


def _clause(
    source: str, target: str, subject: Person, doing: Doing, tense: str = "past"
) -> Aligned:
    aspect = ":了" if tense == "past" else ""
    return weave(
        f"{source} {{doing{aspect}}}",
        f"{target} {{doing:{tense}}}",
        subject=subject,
        doing=doing,
    )


_PAST_DAYS = (
    ("昨天/1", "yesterday/1"),
    *((f"上/1 个 {c}/1", f"last/1 {e}/1") for c, e in WEEKDAYS),
)
_PARTS = (("上午", "morning"), ("下午", "afternoon"), ("晚上", "evening"))


def _past_day(
    rng: Random, subject: Person, day: tuple[str, str], parts: tuple[int, ...]
) -> list[Aligned]:
    """Tell a day: one or two deeds in each of its parts."""
    doings = iter(_events(rng, subject, 2 * len(parts)))
    clauses: list[Aligned] = []
    for part in parts:
        chinese, english = _PARTS[part]
        if clauses:
            source, target = f"{chinese}/2", f"in/2 the {english}/2 ~I"
        else:
            source = f"{day[0]} {chinese}/2 {{subject}}"
            target = f"{day[1]} {english}/2 {{subject}}"
        clauses.append(_clause(source, target, subject, next(doings)))
        if rng.random() < 0.75:
            clauses.append(_clause("然后/1", "then/1 ~I", subject, next(doings)))
    return clauses


@narratives.drawn(weight=4, length="long")
def diary(rng: Random) -> Aligned:
    """As in 昨天上午我…，然后…，下午…，晚上…."""
    parts = pick(rng, ((0, 1), (0, 2), (0, 1, 2), (0, 1, 2)))
    return chained(_past_day(rng, person(rng), pick(rng, _PAST_DAYS), parts))


@narratives.drawn(weight=5, length="long")
def yesterday_and_tomorrow(rng: Random) -> Aligned:
    """As in 昨天上午我…，下午…，明天我打算…，然后…."""
    subject = person(rng)
    parts = pick(rng, ((0, 1), (0, 2), (1, 2)))
    first, *others = _events(rng, subject, rng.randint(2, 3))
    start = weave(
        "明天/1 {again} 打算/2 {doing}",
        "tomorrow/1 {again} ~plan/2 to {doing:base}",
        subject=subject,
        again=_pronoun_for(subject),
        doing=first,
    )
    later = (_clause("然后/1", "then/1", subject, doing, "base") for doing in others)
    return weave(
        "{past} ，/1 {future}",
        "{past} ,/1 and {future}",
        past=chained(_past_day(rng, subject, _PAST_DAYS[0], parts)),
        future=chained([start, *later]),
    )


_ORDER = (
    ("先/1", "first/1"),
    ("然后/1", "then/1"),
    ("再/1", "after/1 that/1"),
    ("然后/1", "then/1"),
    ("再/1", "after/1 that/1"),
)
_LAST = ("最后/1", "finally/1")


@narratives.drawn(weight=4, length="long")
def plans_in_order(rng: Random) -> Aligned:
    """As in 明天我打算先…，然后…，再…，最后…."""
    subject = person(rng)
    size = rng.randint(4, 6)
    doings = _events(rng, subject, size)
    verb, english = pick(rng, (("打算", "~plan/2 to"), ("想", "~want/2 to")))
    clauses = [
        weave(
            f"{{when}} {{subject}} {verb}/2 先/3 {{doing}}",
            f"{{when}} {{subject}} {english} first/3 {{doing:base}}",
            subject=subject,
            when=pick(rng, FUTURE),
            doing=doings[0],
        )
    ]
    for (source, target), doing in zip(_ORDER[1 : size - 1], doings[1:-1], strict=True):
        clauses.append(_clause(source, target, subject, doing, "base"))
    clauses.append(_clause(*_LAST, subject, doings[-1], "base"))
    return chained(clauses)


def _hour(rng: Random, hour: int, part: tuple[str, str]) -> Aligned:
    """Return a quarter of an hour at or after `hour`."""
    time = clock(hour, pick(rng, (0, 0, 15, 30)))
    return weave(f"{part[0]}/1 {{time}}", f"{{time}} in/1 the {part[1]}/1", time=time)


@narratives.drawn(weight=4, length="long")
def routine(rng: Random) -> Aligned:
    """As in 我每天早上七点起床，八点吃早饭，…，晚上十点睡觉."""
    subject = person(rng)
    evening = pick(rng, _EVENING)
    steps: tuple[tuple[int, tuple[str, str], Doing], ...] = (
        (7, ("早上", "morning"), action_named("吃早饭")),
        (9, ("上午", "morning"), pick(rng, _WORK)),
        (1, ("下午", "afternoon"), action_named("吃午饭")),
        (3, ("下午", "afternoon"), pick(rng, _AFTERNOON)),
        (6, ("晚上", "evening"), action_named(pick(rng, ("吃晚饭", "做晚饭")))),
        (8, ("晚上", "evening"), evening),
        (10, ("晚上", "evening"), action("睡觉/1", "go/1 to/1 bed/1")),
    )
    size = rng.randint(3, 6)
    kept = sorted(rng.sample(range(len(steps)), size))
    clauses = [
        weave(
            "{subject} 每/1 天/2 早上/3 {time} 起床/4",
            "{subject} ~get/4 up/4 at {time} every/1+2 morning/3",
            subject=subject,
            time=clock(6, pick(rng, (0, 15, 30, 40, 50))),
        )
    ]
    for index in kept:
        hour, part, doing = steps[index]
        clauses.append(
            weave(
                "{time} {doing}",
                "{doing:present} at {time}",
                subject=subject,
                time=_hour(rng, hour, part),
                doing=doing,
            )
        )
    return chained(clauses)


_EVENING = tuple(
    map(action_named, ("看电视", "看新闻", "看书", "听音乐", "弹钢琴", "写日记"))
)
_WORK = tuple(
    map(action_named, ("学习", "学汉语", "学英语", "工作", "打扫房间", "洗衣服"))
)
_AFTERNOON = tuple(
    map(action_named, ("看书", "跑步", "打篮球", "遛狗", "浇花", "弹钢琴", "打网球"))
)


@narratives.drawn(weight=3, length="long")
def week(rng: Random) -> Aligned:
    """As in 星期一我学汉语，星期二打篮球，…."""
    subject = person(rng)
    size = rng.randint(5, 7)
    start = rng.randint(0, len(WEEKDAYS) - size)
    doings = rng.sample(_WEEKLY, size)
    clauses: list[Aligned] = []
    for (chinese, english), doing in zip(WEEKDAYS[start:], doings, strict=False):
        pair = (f"{chinese}/1 {{subject}}", f"on/1 {english}/1 {{subject}}")
        if clauses:
            pair = (f"{chinese}/1", f"on/1 {english}/1 ~I")
        clauses.append(_clause(*pair, subject, doing, "present"))
    return chained(clauses)


_WEEKLY = tuple(dict.fromkeys(actions_for("e")[1:] + DUTIES[3:6]))


@narratives.drawn(weight=4, length="long")
def big_shopping(rng: Random) -> Aligned:
    """As in 昨天妈妈去超市买了…、…、…和…，一共花了…块，然后…."""
    subject = person(rng)
    price = rng.randint(10, 60) * 5
    clauses = [
        weave(
            "{when} {subject} 去/1 {place} 买/2 了/2 {things}",
            "{when} {subject} went/1 to {place} and bought/2 {things}",
            subject=subject,
            when=pick(rng, PAST),
            place=SUPERMARKET,
            things=shopping_list(rng, rng.randint(4, 8)),
        ),
        weave(
            "一共/1 花/2 了/2 {n} 块/3",
            "~I spent/2 {n} yuan/3 in/1 total/1",
            subject=subject,
            n=counted(price),
        ),
    ]
    if rng.random() < 0.6:
        last = pick(rng, DUTIES[2:])
        clauses.append(_clause("然后/1", "then/1 ~I", subject, last))
    return chained(clauses)


@narratives.drawn(weight=3, length="long")
def presents(rng: Random) -> Aligned:
    """As in 上个星期我给妈妈买了一条红色的围巾，给爸爸买了…，给…."""
    subject = pick(rng, (I_, HE_, SHE_, *NAMES[:6]))
    size = rng.randint(3, 5)
    others = rng.sample(tuple(n for n in NAMES if n != subject), size)
    clauses: list[Aligned] = []
    for other in others:
        thing = coloured(rng, pick(rng, UNISEX))
        if clauses:
            source, target = "给/1 {other}", "for/1 {other:object}"
            clauses.append(
                weave(
                    f"{source} 买/2 了/2 {{thing}}",
                    f"bought/2 {{thing}} {target}",
                    other=other,
                    thing=thing,
                )
            )
        else:
            clauses.append(
                weave(
                    "{when} {subject} 给/1 {other} 买/2 了/2 {thing}",
                    "{when} {subject} bought/2 {thing} for/1 {other:object}",
                    when=pick(rng, PAST),
                    subject=subject,
                    other=other,
                    thing=thing,
                )
            )
    return chained(clauses)


def _different_people(rng: Random, size: int) -> list[Person]:
    people = rng.sample(FAMILY, size - 1)
    return [*people, I_] if rng.random() < 0.5 else [I_, *people]


def _tastes(rng: Random, people: list[Person]) -> list[Aligned]:
    """Tell what each of the people loves or likes to do."""
    clauses: list[Aligned] = []
    for subject in people:
        chinese, english = pick(rng, (("爱", "love"), ("喜欢", "like")))
        doing = consume(rng) if rng.random() < 0.6 else pick(rng, actions_for("e"))
        clauses.append(
            weave(
                f"{{subject}} {chinese}/1 {{doing}}",
                f"{{subject}} ~{english}/1 to {{doing:base}}",
                subject=subject,
                doing=doing,
            )
        )
    return clauses


@narratives.drawn(weight=4, length="long")
def tastes_of_the_family(rng: Random) -> Aligned:
    """As in 爸爸爱喝茶，妈妈爱吃苹果，哥哥喜欢看书，我…."""
    return chained(_tastes(rng, _different_people(rng, rng.randint(5, 9))))


@narratives.drawn(weight=4, length="long")
def tastes_and_now(rng: Random) -> Aligned:
    """As in 爸爸爱喝茶，妈妈爱吃苹果，…，现在爸爸正在看书，妈妈正在做饭，…."""
    people = _different_people(rng, rng.randint(3, 5))
    now: list[Aligned] = []
    for subject, doing in zip(
        people, rng.sample(actions_for("z"), len(people)), strict=True
    ):
        lead, translation = ("", "") if now else ("现在/2", "now/2")
        now.append(
            weave(
                f"{lead} {{subject}} 正在/1 {{doing}}",
                f"{translation} {{subject}} ~be/1 {{doing:ing}}",
                subject=subject,
                doing=doing,
            )
        )
    return chained([*_tastes(rng, people), *now])


@narratives.drawn(weight=4, length="long")
def food_and_presents(rng: Random) -> Aligned:
    """As in 昨天她去超市买了…、…和…，然后给小明买了…，给小红买了…."""
    subject = pick(rng, (I_, HE_, SHE_, *NAMES[:6]))
    others = rng.sample(tuple(n for n in NAMES if n != subject), rng.randint(2, 3))
    clauses = [
        weave(
            "{when} {subject} 去/1 {place} 买/2 了/2 {things}",
            "{when} {subject} went/1 to {place} and bought/2 {things}",
            subject=subject,
            when=pick(rng, PAST),
            place=SUPERMARKET,
            things=shopping_list(rng, rng.randint(2, 4)),
        )
    ]
    for other in others:
        lead, translation = ("", "") if len(clauses) > 1 else ("然后/3", "then/3 ~I")
        clauses.append(
            weave(
                f"{lead} 给/1 {{other}} 买/2 了/2 {{thing}}",
                f"{translation} bought/2 {{thing}} for/1 {{other:object}}",
                subject=subject,
                other=other,
                thing=coloured(rng, pick(rng, UNISEX)),
            )
        )
    return chained(clauses)


@narratives.drawn(weight=3, length="long")
def everybody_is_busy(rng: Random) -> Aligned:
    """As in 爸爸正在看报纸，妈妈正在做饭，…."""
    size = rng.randint(5, 8)
    doings = rng.sample(actions_for("z"), size)
    return chained(
        [
            weave(
                "{subject} 正在/1 {doing}",
                "{subject} ~be/1 {doing:ing}",
                subject=subject,
                doing=doing,
            )
            for subject, doing in zip(_different_people(rng, size), doings, strict=True)
        ]
    )


_ADULTS = FAMILY[:2] + FAMILY[4:6]


@narratives.drawn(weight=2, length="long")
def portrait(rng: Random) -> Aligned:
    """As in 我家有五口人，爸爸是医生，在医院工作，妈妈是…."""
    clauses = [
        weave(
            "我/1 家/2 有/3 {n} 口/4 人/4",
            "there/3 are/3 {n} people/4 in my/1 family/2",
            n=counted(rng.randint(5, 8)),
        )
    ]
    adults = rng.sample(_ADULTS, 3)
    jobs = rng.sample(JOBS, len(adults))
    for subject, (chinese, english) in zip(adults, jobs, strict=True):
        job = " ".join(f"{word}/2" for word in english.split())
        clauses.append(
            weave(
                f"{{subject}} 是/1 {chinese}/2",
                f"{{subject}} ~be/1 {article(english)} {job}",
                subject=subject,
            )
        )
    for subject in rng.sample(FAMILY[6:], rng.randint(1, 2)):
        clauses.append(
            weave(
                "{subject} 喜欢/1 {doing}",
                "{subject} ~like/1 to {doing:base}",
                subject=subject,
                doing=enjoyment(rng),
            )
        )
    return chained(clauses)


@narratives.drawn(weight=2, length="long")
def furnished_room(rng: Random) -> Aligned:
    """As in 客厅里有一张桌子、…和…，桌子上有…."""
    clauses: list[Aligned] = []
    for room, names in rng.sample(FURNISHINGS, rng.randint(2, 3)):
        items = [
            furniture(rng, noun_named(name))
            for name in rng.sample(names, rng.randint(2, 3))
        ]
        clauses.append(
            weave(
                "{room} 里/2 有/1 {things}",
                "there/1 ~be/1 {things} in/2 {room}",
                subject=items[0],
                room=room,
                things=listed([item.aligned for item in items]),
            )
        )
    things = rng.sample(nouns_of("reading", "stationery"), 2)
    clauses.append(
        weave(
            "桌子/1 上/2 有/3 {things}",
            "there/3 ~be/3 {things} on/2 the table/1",
            subject=(first := quantity(things[0], rng.randint(1, 5))),
            things=listed(
                [first.aligned, quantity(things[1], rng.randint(1, 5)).aligned]
            ),
        )
    )
    return chained(clauses)


@narratives.drawn(weight=2, length="long")
def weather_report(rng: Random) -> Aligned:
    """As in 今天北京很冷，上海很暖和，…."""
    day, verb, modal = pick(
        rng,
        (("今天", "is", ""), ("昨天", "was", ""), ("明天", "will/3 be", "会/3")),
    )
    english = {"今天": "today", "昨天": "yesterday", "明天": "tomorrow"}[day]
    cities = rng.sample(CHINESE_CITIES, rng.randint(5, 8))
    clauses: list[Aligned] = []
    for city in cities:
        lead, tail = ("", "") if clauses else (f"{day}/1", f"{english}/1")
        clauses.append(
            weave(
                f"{lead} {{city}} {modal} 很/2 {{quality}}",
                f"{tail} it {verb} very/2 {{quality}} {{city:inside}}",
                city=city,
                quality=pick(rng, WEATHER_QUALITIES),
            )
        )
    return chained(clauses)


@narratives.drawn(weight=2, length="long")
def the_way(rng: Random) -> Aligned:
    """As in 请先一直走，然后在银行前面往左拐，再在…往右拐，最后…."""
    size = rng.randint(3, 5)
    places = rng.sample(TOWN, size)
    clauses = [weave("请/1 先/2 一直/3 走/4", "please/1 first/2 go/4 straight/3")]
    for (source, target), place in zip((*_ORDER[1:size], _LAST), places, strict=True):
        chinese, english = pick(rng, (("左", "left"), ("右", "right")))
        clauses.append(
            weave(
                f"{source} 在 {{place}} 前面/2 往 {chinese}/3 拐/4",
                f"{target} turn/4 {english}/3 in/2 front/2 of/2 {{place}}",
                place=place,
            )
        )
    return chained(clauses)


@narratives.drawn(weight=3, length="long")
def doctors_orders(rng: Random) -> Aligned:
    """As in 因为我头疼，所以医生让我多喝水、…，不要…."""
    subject = person(rng)
    advice = rng.sample(ADVICE[:10], rng.randint(3, 6))
    clauses = [
        weave(
            "{when} {subject} 觉得/1 不/2 舒服/2",
            "{when} {subject} felt/1 unwell/2",
            when=pick(rng, PAST[:6]),
            subject=subject,
        ),
        weave(
            "医生/1 让/2 {patient} {doing}",
            "the doctor/1 told/2 {patient:object} to {doing:base}",
            patient=_pronoun_for(subject),
            doing=advice[0],
        ),
    ]
    for doing in advice[1:]:
        clauses.append(weave("{doing}", "to {doing:base}", doing=doing))
    first = weave("{a} ，/1 所以/2 {b}", "{a} ,/1 so/2 {b}", a=clauses[0], b=clauses[1])
    return chained([first, *clauses[2:]])


@narratives.drawn(weight=3, length="long")
def tastes_of_one(rng: Random) -> Aligned:
    """As in 我喜欢吃A、B和C，也喜欢…，但是不喜欢…."""
    subject = person(rng)
    eaten = rng.sample(FOOD, 5)
    drunk = rng.sample(DRINK, 4)
    return weave(
        "{subject} 喜欢/1 吃/2 {a} ，/3 也/4 喜欢/5 喝/6 {b} ，/7 但是/8 不/9 "
        "喜欢/10 吃/11 {c} ，/12 也/13 不/14 喜欢/15 喝/16 {d}",
        "{subject} ~like/1 to eat/2 {a} ,/3 and also/4 ~like/5 to drink/6 {b} ,/7 "
        "but/8 ~do/9 not/9 like/10 to eat/11 {c} ,/12 and also/13 ~do/14 not/14 "
        "like/15 to drink/16 {d}",
        subject=subject,
        a=listed([general(n).aligned for n in eaten[: rng.randint(2, 4)]]),
        b=listed([general(n).aligned for n in drunk[: rng.randint(1, 3)]]),
        c=general(eaten[4]),
        d=general(drunk[3]),
    )


@narratives.drawn(weight=3, length="long")
def travels(rng: Random) -> Aligned:
    """As in 明年春天我们打算坐火车去北京，在北京住三天，然后…."""
    subject = person(rng)
    cities = rng.sample(CITIES, rng.randint(2, 4))
    clauses: list[Aligned] = []
    for index, city in enumerate(cities):
        abroad = index and cities[index - 1] not in CHINESE_CITIES
        chinese, english = LONG_TRANSPORT[1] if abroad else transport_to(rng, city)
        going = Action(
            weave("去/1 {city}", "go/1 to {city}", city=city),
            weave(f"坐/1 {chinese}/2", f"by/1 {english}/2"),
        )
        if index:
            clauses.append(_clause("然后/1", "then/1", subject, going, "base"))
        else:
            clauses.append(
                weave(
                    "{when} {subject} 打算/1 {going}",
                    "{when} {subject} ~plan/1 to {going:base}",
                    when=pick(rng, FUTURE_SEASONS),
                    subject=subject,
                    going=going,
                )
            )
        clauses.append(
            weave(
                "在/1 那里/1 住/2 {n} 天/3",
                "stay/2 there/1 for {n} days/3",
                n=counted(rng.randint(2, 9)),
            )
        )
    return chained(clauses)


@narratives.drawn(weight=3, length="long")
def rain_or_shine(rng: Random) -> Aligned:
    """As in 如果明天下雨，我就在家…，如果不下雨，我就…，然后…."""
    subject = person(rng)
    fall, english = pick(rng, (("下雨", "rain"), ("下雪", "snow")))
    indoors = pick(rng, _INDOORS)
    doings: list[Doing] = [outing(rng), company(rng, subject)]
    pronoun = _pronoun_for(subject)
    dry = weave(
        f"如果/1 不/2 {fall}/3 ，/4 {{again}} 就 {{doing}}",
        f"if/1 it does/2 not/2 {english}/3 ,/4 {{again}} will {{doing:base}}",
        again=pronoun,
        doing=doings[0],
    )
    wet = weave(
        f"如果/1 明天/2 {fall}/3 ，/4 {{subject}} 就 在/5 家/5 {{indoors}}",
        f"if/1 it {english}s/3 tomorrow/2 ,/4 {{subject}} will {{indoors:base}} "
        "at/5 home/5",
        subject=subject,
        indoors=indoors,
    )
    clauses = [wet, dry]
    if rng.random() < 0.7:
        clauses.append(_clause("然后/1", "then/1", subject, doings[1], "base"))
    return weave(
        "{a} ，/1 {b}",
        "{a} ,/1 but {b}",
        a=wet,
        b=dry
        if len(clauses) == 2
        else weave("{b} ，/1 {c}", "{b} ,/1 and {c}", b=dry, c=clauses[2]),
    )


_INDOORS = tuple(
    map(
        action_named, ("看电视", "看书", "听音乐", "做饭", "学汉语", "玩游戏", "弹钢琴")
    )
)


def _pronoun_for(subject: Person) -> Person:
    if subject.is_pronoun:
        return subject
    return HE_ if subject.agreement == HE_.agreement else SHE_


@narratives.drawn(weight=4, length="long")
def reasons(rng: Random) -> Aligned:
    """As in 因为今天很累，所以我不想…，但是我还要…，而且…."""
    subject = person(rng)
    duties = rng.sample(DUTIES[2:], 2)
    refused = pick(rng, _TIRING)
    tired = FEELINGS[pick(rng, (0, 1))]
    again = _pronoun_for(subject)
    return weave(
        "因为/1 {subject} 今天/2 很/3 {tired} ，/4 所以 不/5 想/6 {refused} ，/7 "
        "但是/8 {again} 还/9 要/10 {one} ，/11 而且/12 要/13 {two}",
        "because/1 {subject} ~be very/3 {tired} today/2 ,/4 ~I ~do/5 not/5 want/6 to "
        "{refused:base} ,/7 but/8 {again} still/9 ~have/10 to {one:base} ,/11 and/12 "
        "also/12 ~have/13 to {two:base}",
        subject=subject,
        tired=tired,
        refused=refused,
        again=again,
        one=duties[0],
        two=duties[1],
    )


_TIRING = tuple(
    map(
        action_named,
        ("跑步", "打篮球", "踢足球", "爬山", "逛街", "游泳", "打网球", "学汉语"),
    )
)


@narratives.drawn(weight=3, length="long")
def although_sick(rng: Random) -> Aligned:
    """As in 虽然昨天我头疼，但是我还是去…，然后…，晚上…."""
    subject = person(rng)
    doings = _events(rng, subject, 3)
    head = weave(
        "虽然/1 昨天/2 {subject} {complaint} ，/3 但是 {again} 还是/4 {doing:了}",
        "although/1 {subject} had a {complaint} yesterday/2 ,/3 {again} still/4 "
        "{doing:past}",
        subject=subject,
        complaint=pick(rng, COMPLAINTS),
        again=_pronoun_for(subject),
        doing=doings[0],
    )
    return chained(
        [
            head,
            _clause("然后/1", "then/1 ~I", subject, doings[1]),
            _clause("晚上/1", "in/1 the evening/1 ~I", subject, doings[2]),
        ]
    )


@narratives.drawn(weight=2, length="long")
def price_list(rng: Random) -> Aligned:
    """As in 一公斤苹果八块，一盒鸡蛋十五块，…."""
    nouns = rng.sample(_PACKED, rng.randint(5, 8))
    return chained(
        [
            weave(
                "{subject} {n} 块/1",
                "{subject} ~be {n} yuan/1",
                subject=quantity(noun, 1, packed=True),
                n=counted(rng.randint(3, 30)),
            )
            for noun in nouns
        ]
    )


_PACKED = tuple(n for n in nouns_of("food", "drink") if n.pack)


@narratives.drawn(weight=3, length="long")
def weekend_together(rng: Random) -> Aligned:
    """As in 这个周末我想跟小明一起…，然后…，如果有时间，我们还想…."""
    subject = person(rng)
    doings: list[Doing] = [company(rng, subject), *_events(rng, subject, 2)]
    again = _pronoun_for(subject)
    head = weave(
        "{when} {subject} 想/1 {first} ，/2 然后/3 {second}",
        "{when} {subject} ~want/1 to {first:base} ,/2 and then/3 {second:base}",
        when=pick(rng, FUTURE),
        subject=subject,
        first=doings[0],
        second=doings[1],
    )
    return weave(
        "{head} ，/1 如果/2 有/3 时间/4 ，/5 {again} 还/6 想/7 {third}",
        "{head} ,/1 and if/2 there/3 is/3 time/4 ,/5 {again} also/6 ~want/7 to "
        "{third:base}",
        head=head,
        subject=subject,
        again=again,
        third=doings[2],
    )


@narratives.drawn(weight=2, length="long")
def jobs_and_places(rng: Random) -> Aligned:
    """As in 我哥哥住在北京，在一家医院工作，…，姐姐住在…."""
    people = rng.sample(_ADULTS + NAMES[:6], rng.randint(3, 4))
    clauses: list[Aligned] = []
    for subject in people:
        clauses.append(
            weave(
                "{subject} 住/1 在/2 {city}",
                "{subject} ~live/1 in/2 {city}",
                subject=subject,
                city=pick(rng, CITIES),
            )
        )
        clauses.append(
            weave(
                "在/1 {place} 工作/2",
                "~work/2 at/1 {place:some}",
                subject=subject,
                place=pick(rng, WORKPLACES),
            )
        )
    pairs = [
        weave("{a} ，/1 {b}", "{a} and/1 {b}", a=a, b=b)
        for a, b in zip(clauses[::2], clauses[1::2], strict=True)
    ]
    return chained(pairs)
