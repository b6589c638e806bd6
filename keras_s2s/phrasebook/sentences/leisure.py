"""Leisure, study, work and travel."""

from random import Random

from keras_s2s.phrasebook.grammar.action import action
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.noun_phrases import definite, pointed
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import (
    company,
    consume,
    enjoyed,
    enjoyment,
    event,
    outing,
    plan,
    transport_to,
)
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import asked, clash, friend, person
from keras_s2s.phrasebook.selection.things import pointer
from keras_s2s.phrasebook.words.actions import action_named, actions_for
from keras_s2s.phrasebook.words.adjectives import READING_QUALITIES
from keras_s2s.phrasebook.words.nouns import nouns_of
from keras_s2s.phrasebook.words.numbers import counted
from keras_s2s.phrasebook.words.people import PRONOUNS
from keras_s2s.phrasebook.words.places import (
    CITIES,
    COUNTRIES,
)
from keras_s2s.phrasebook.words.times import (
    FREQUENCY,
    FUTURE,
    FUTURE_SEASONS,
    PAST,
    PAST_SPANS,
)

leisure = PatternTable("leisure")
_SKILLS = one_of(*actions_for("s"))
_SUBJECTS = (
    ("音乐", "music"),
    ("足球", "soccer"),
    ("篮球", "basketball"),
    ("历史", "history"),
    ("电影", "movies"),
    ("艺术", "art"),
    ("数学", "math"),
    ("科学", "science"),
)
_SUBJECT = one_of(*(weave(f"{c}/1", f"{e}/1") for c, e in _SUBJECTS))

leisure.rule(
    "{subject} 会/1 {doing}",
    "{subject} can/1 {doing:base}",
    weight=2,
    subject=person,
    doing=_SKILLS,
)
leisure.rule(
    "{subject} 不/2 会/1 {doing}",
    "{subject} cannot/1+2 {doing:base}",
    weight=2,
    subject=person,
    doing=_SKILLS,
)
leisure.rule(
    "{subject} 会/1 {doing} 吗/2 ？/3",
    "can/1+2 {subject} {doing:base} ?/3",
    weight=2,
    subject=asked,
    doing=_SKILLS,
)
leisure.rule(
    "{subject} 喜欢/1 {doing}",
    "{subject} ~like/1 to {doing:base}",
    weight=4,
    subject=person,
    doing=enjoyment,
)
leisure.rule(
    "{subject} 爱/1 {doing}",
    "{subject} ~love/1 to {doing:base}",
    weight=4,
    subject=person,
    doing=lambda rng: pick(rng, actions_for("e")),
)
leisure.rule(
    "{subject} 不/1 喜欢/2 {doing}",
    "{subject} ~do/1 not/1 like/2 to {doing:base}",
    weight=2,
    subject=person,
    doing=enjoyment,
)
leisure.rule(
    "{subject} 喜欢/1 做/2 什么/3 ？/4",
    "what/3 ~do {subject} like/1 to do/2 ?/4",
    weight=0.3,
    subject=asked,
)
leisure.rule(
    "{subject} 喜欢/1 {doing} 吗/2 ？/3",
    "~do/2 {subject} like/1 to {doing:base} ?/3",
    weight=2,
    subject=asked,
    doing=enjoyment,
)
leisure.rule(
    "{subject} 对/1 {what} 感/2 兴趣/2",
    "{subject} ~be interested/2 in/1 {what}",
    weight=1,
    subject=person,
    what=_SUBJECT,
)
leisure.rule(
    "{subject} 对/1 {what} 不/3 感/2 兴趣/2",
    "{subject} ~be not/3 interested/2 in/1 {what}",
    weight=1,
    subject=person,
    what=_SUBJECT,
)
leisure.rule(
    "{subject} 去/1 过/2 {city}",
    "{subject} ~have/2 been/1 to {city}",
    weight=1.5,
    subject=person,
    city=one_of(*CITIES, *COUNTRIES),
)
leisure.rule(
    "{subject} 没/1 去/2 过/3 {city}",
    "{subject} ~have/3 never/1 been/2 to {city}",
    weight=1.5,
    subject=person,
    city=one_of(*CITIES, *COUNTRIES),
)
leisure.rule(
    "{subject} 去/1 过/2 {city} 吗/4 ？/3",
    "~have/2+4 {subject} ever/2 been/1 to {city} ?/3",
    subject=asked,
    city=one_of(*CITIES, *COUNTRIES),
)
leisure.rule(
    "{subject} {doing:过}",
    "{subject} ~have {doing:experience} before",
    weight=0.8,
    subject=person,
    doing=one_of(*actions_for("g")),
)
leisure.rule(
    "{subject} 没/1 {doing:过}",
    "{subject} ~have never/1 {doing:experience}",
    weight=0.8,
    subject=person,
    doing=one_of(*actions_for("g")),
)
leisure.rule(
    "{subject} {often} {doing}",
    "{subject} {often} {doing:present}",
    weight=2,
    subject=person,
    often=one_of(*FREQUENCY),
    doing=outing,
)
leisure.rule(
    "{subject} 正在/1 学/2 {doing}",
    "{subject} ~be/1 learning/2 to {doing:base}",
    weight=1,
    subject=person,
    doing=one_of(
        *map(action_named, ("游泳", "开车", "滑雪", "弹钢琴", "弹吉他", "画画"))
    ),
)
leisure.rule(
    "{subject} 哪/1 天/2 有/3 时间/4 ？/5",
    "what/1 day/2 ~do {subject} have/3 time/4 ?/5",
    weight=0.3,
    subject=asked,
)
leisure.rule(
    "{when} {subject} 有/1 时间/2 吗/3 ？/4",
    "will/3 {subject} have/1 time/2 {when} ?/4",
    weight=0.7,
    subject=asked,
    when=one_of(*FUTURE),
)
leisure.rule(
    "{when} {subject} 没有/1 时间/2 {doing}",
    "{when} {subject} will have/1 no/1 time/2 to {doing:base}",
    weight=2,
    subject=person,
    when=one_of(*FUTURE),
    doing=outing,
)


@leisure.drawn(weight=2)
def how_well(rng: Random) -> Aligned:
    """As in 他跑得很快."""
    source, target = pick(
        rng,
        (
            ("跑/1 得 很/2 快/3", "~run/1 very/2 fast/3"),
            ("跑/1 得 很/2 慢/3", "~run/1 very/2 slowly/3"),
            ("唱/1 得 很/2 好/3", "~sing/1 very/2 well/3"),
            ("游/1 得 很/2 快/3", "~swim/1 very/2 fast/3"),
            ("画/1 得 很/2 好/3", "~paint/1 very/2 well/3"),
            ("起/1 得 很/2 早/3", "~get/1 up/1 very/2 early/3"),
            ("睡/1 得 很/2 晚/3", "~go/1 to/1 bed/1 very/2 late/3"),
            ("法语/1 说/2 得 很/3 好/4", "~speak/2 French/1 very/3 well/4"),
            ("英语/1 说/2 得 很/3 好/4", "~speak/2 English/1 very/3 well/4"),
            ("网球/1 打/2 得 很/3 好/4", "~play/2 tennis/1 very/3 well/4"),
            ("足球/1 踢/2 得 很/3 好/4", "~play/2 soccer/1 very/3 well/4"),
            ("钢琴/1 弹/2 得 很/3 好/4", "~play/2 the piano/1 very/3 well/4"),
        ),
    )
    return weave(f"{{subject}} {source}", f"{{subject}} {target}", subject=person(rng))


@leisure.drawn(weight=1.5)
def while_doing(rng: Random) -> Aligned:
    """As in 他一边做饭一边听音乐."""
    main = action_named(pick(rng, ("做饭", "洗碗", "打扫房间", "跑步", "开车", "浇花")))
    side = action_named(pick(rng, ("听音乐", "听广播", "唱歌")))
    return weave(
        "{subject} {often} 一边/1 {main} 一边/2 {side}",
        "{subject} {often} {side:present} while/1+2 {main:ing}",
        subject=person(rng),
        often=pick(rng, FREQUENCY[:4]),
        main=main,
        side=side,
    )


@leisure.drawn(weight=2)
def interesting_reading(rng: Random) -> Aligned:
    """As in 我昨天看的那本书很有意思."""
    noun = pick(rng, nouns_of("reading", "film"))
    english = "watched" if "film" in noun.classes else "read"
    qualities = READING_QUALITIES[:1] if english == "watched" else READING_QUALITIES
    return weave(
        "{reader} {when} 看/1 的/2 {subject} 很/3 {quality}",
        f"{{subject}} that/2 {{reader}} {english}/1 {{when}} ~be very/3 {{quality}}",
        subject=definite(noun),
        reader=person(rng),
        when=pick(rng, PAST + PAST_SPANS),
        quality=pick(rng, qualities),
    )


@leisure.drawn(weight=1.5)
def thinks_so(rng: Random) -> Aligned:
    """As in 我觉得这本书很有意思."""
    thing = pointed(pick(rng, nouns_of("reading")), pointer(rng))
    return weave(
        "{subject} 觉得/1 {thing} 很/2 {quality}",
        "{subject} ~think/1 {thing} is very/2 {quality}",
        subject=person(rng),
        thing=thing,
        quality=pick(rng, READING_QUALITIES),
    )


@leisure.drawn(weight=3)
def journey(rng: Random) -> Aligned:
    """As in 下个月我们打算坐火车去北京."""
    place = pick(rng, CITIES)
    chinese, english = transport_to(rng, place)
    return weave(
        f"{{when}} {{subject}} 打算/1 坐/2 {chinese}/3 去/4 {{place}}",
        f"{{when}} {{subject}} ~plan/1 to go/4 to {{place}} by/2 {english}/3",
        subject=person(rng),
        when=pick(rng, FUTURE_SEASONS),
        place=place,
    )


@leisure.drawn(weight=1.5)
def stayed(rng: Random) -> Aligned:
    """As in 去年我在北京住了三个月."""
    unit, english = pick(rng, (("天", "days"), ("个 月", "months")))
    low, high = (3, 9) if unit == "天" else (2, 6)
    zh_unit = "天/3" if unit == "天" else "个/3 月/3"
    return weave(
        f"去年/1 {{subject}} 在/4 {{place}} 住/2 了/2 {{number}} {zh_unit}",
        f"last/1 year/1 {{subject}} lived/2 in/4 {{place}} for {{number}} {english}/3"
        if unit != "天"
        else f"last/1 year/1 {{subject}} stayed/2 in/4 {{place}} for {{number}} "
        f"{english}/3",
        subject=person(rng),
        place=pick(rng, CITIES),
        number=counted(rng.randint(low, high)),
    )


@leisure.drawn(weight=1.5)
def invited(rng: Random) -> Aligned:
    """As in 小明请我去他家吃晚饭."""
    return weave(
        "{when} {other} 请/1 {guest} {doing} 了/1",
        "{when} {other} invited/1 {guest:object} to {doing:base}",
        other=friend(rng),
        guest=pick(rng, PRONOUNS[:6]),
        when=pick(rng, PAST),
        doing=pick(
            rng,
            (
                action("吃/1 饭/2", "have/1 a meal/2"),
                action("喝/1 咖啡/2", "drink/1 coffee/2"),
                action("喝/1 茶/2", "drink/1 tea/2"),
            ),
        ),
    )


@leisure.drawn(weight=2)
def first_this_then_that(rng: Random) -> Aligned:
    """As in 我想先去超市买苹果，再回家."""
    subject = person(rng)
    first, second = event(rng, subject), event(rng, subject)
    return weave(
        "{when} {subject} 想/1 先/2 {first} ，/3 再/4 {second}",
        "{when} {subject} ~want/1 to first/2 {first:base} ,/3 and then/4 {second:base}",
        subject=subject,
        when=pick(rng, FUTURE),
        first=first,
        second=second,
    )


@leisure.drawn(weight=3, length="medium")
def likes_and_dislikes(rng: Random) -> Aligned:
    """As in 我喜欢看书，但是不喜欢看电视."""
    sampler = pick(rng, (consume, enjoyed))
    first, second = sampler(rng), sampler(rng)
    while first == second:
        second = sampler(rng)
    return weave(
        "{subject} 喜欢/1 {first} ，/2 但是/3 不/4 喜欢/5 {second}",
        "{subject} ~like/1 to {first:base} ,/2 but/3 ~do/4 not/4 like/5 to "
        "{second:base}",
        subject=person(rng),
        first=first,
        second=second,
    )


@leisure.drawn(weight=2, length="medium")
def not_only(rng: Random) -> Aligned:
    """As in 他不但会说汉语，而且会弹钢琴."""
    first, second = rng.sample(actions_for("s"), 2)
    return weave(
        "{subject} 不但/1 会/2 {first} ，/3 而且/4 会/5 {second}",
        "{subject} can/2 not/1 only/1 {first:base} ,/3 but/4 can/5 also/4 "
        "{second:base}",
        subject=person(rng),
        first=first,
        second=second,
    )


@leisure.drawn(weight=4, length="medium")
def two_events(rng: Random) -> Aligned:
    """As in 昨天我去超市买了苹果，然后看了一部电影."""
    subject = person(rng)
    return weave(
        "{when} {subject} {first:了} ，/1 然后/2 {second:了}",
        "{when} {subject} {first:past} ,/1 and then/2 {second:past}",
        subject=subject,
        when=pick(rng, PAST),
        first=event(rng, subject),
        second=event(rng, subject),
    )


@leisure.drawn(weight=4, length="medium")
def two_people(rng: Random) -> Aligned:
    """As in 我正在看书，妈妈正在做饭."""
    subject, other = person(rng), friend(rng)
    while clash(subject, other):
        other = friend(rng)
    first, second = rng.sample(actions_for("z"), 2)
    left = weave(
        "{subject} 正在/1 {doing}",
        "{subject} ~be/1 {doing:ing}",
        subject=subject,
        doing=first,
    )
    right = weave(
        "{subject} 正在/1 {doing}",
        "{subject} ~be/1 {doing:ing}",
        subject=other,
        doing=second,
    )
    return weave(
        "{left} ，/1 {right}", "{left} ,/1 and {right}", left=left, right=right
    )


@leisure.drawn(weight=3, length="medium")
def when_i_got_home(rng: Random) -> Aligned:
    """As in 昨天我到家的时候，妈妈正在做饭."""
    subject, other = person(rng), friend(rng)
    while clash(subject, other):
        other = friend(rng)
    return weave(
        "{when} {subject} 到/1 家/2 的 时候/3 ，/4 {other} 正在/5 {doing}",
        "when/3 {subject} got/1 home/2 {when} ,/4 {other} was/5 {doing:ing}",
        subject=subject,
        other=other,
        when=pick(rng, PAST[:7]),
        doing=pick(rng, actions_for("z")),
    )


@leisure.drawn(weight=3, length="medium")
def if_time(rng: Random) -> Aligned:
    """As in 如果明天有时间，我就去公园散步."""
    subject = person(rng)
    return weave(
        "如果/1 {when} {subject} 有/2 时间/3 ，/4 就 {doing}",
        "if/1 {subject} ~have/2 time/3 {when} ,/4 ~I will {doing:base}",
        subject=subject,
        when=pick(rng, FUTURE),
        doing=plan(rng, subject),
    )


@leisure.drawn(weight=2, length="medium")
def although_busy(rng: Random) -> Aligned:
    """As in 虽然他很忙，但是他每天都学汉语."""
    source, target = pick(
        rng,
        (
            ("工作/2 很/3 忙/4", "~be very/3 busy/4 at/2 work/2"),
            ("没有/2 很多/3 时间/4", "~do/2 not/2 have/2 much/3 time/4"),
        ),
    )
    return weave(
        f"虽然/1 {{subject}} {source} ，/5 但是 每/6 天/7 都 {{doing}}",
        f"although/1 {{subject}} {target} ,/5 ~I {{doing:present}} every/6 day/7",
        subject=person(rng),
        doing=pick(rng, actions_for("e")[6:]),
    )


@leisure.drawn(weight=2, length="medium")
def learning_for_a_journey(rng: Random) -> Aligned:
    """As in 因为他明年打算去中国，所以常常学汉语."""
    country, language = pick(
        rng,
        (
            (COUNTRIES[0], ("汉语", "Chinese")),
            (COUNTRIES[2], ("法语", "French")),
            (COUNTRIES[5], ("英语", "English")),
            (COUNTRIES[6], ("英语", "English")),
        ),
    )
    subject = person(rng)
    return weave(
        "因为/1 {subject} {when} 打算/2 去/3 {country} ，/4 所以 {often} 学/5 "
        f"{language[0]}/6",
        "because/1 {subject} ~plan/2 to go/3 to {country} {when} ,/4 ~I {often} "
        f"~study/5 {language[1]}/6",
        subject=subject,
        when=pick(rng, FUTURE_SEASONS),
        country=country,
        often=pick(rng, FREQUENCY[:2]),
    )


@leisure.drawn(weight=2, length="medium")
def wants_two_things(rng: Random) -> Aligned:
    """As in 这个周末我想跟小明一起打篮球，也想去公园散步."""
    subject = person(rng)
    return weave(
        "{when} {subject} 想/1 {first} ，/2 也/3 想/4 {second}",
        "{when} {subject} ~want/1 to {first:base} ,/2 and also/3 ~want/4 to "
        "{second:base}",
        subject=subject,
        when=pick(rng, FUTURE),
        first=company(rng, subject),
        second=plan(rng, subject),
    )
