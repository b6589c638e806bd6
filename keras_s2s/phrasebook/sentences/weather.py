"""Weather and seasons."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.noun_phrases import quantity
from keras_s2s.phrasebook.grammar.pattern import PatternTable
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.actions import city, outing
from keras_s2s.phrasebook.selection.choice import one_of, pick
from keras_s2s.phrasebook.selection.people import person
from keras_s2s.phrasebook.words.actions import action_named
from keras_s2s.phrasebook.words.adjectives import WEATHER_QUALITIES
from keras_s2s.phrasebook.words.nouns import nouns_of
from keras_s2s.phrasebook.words.numbers import plain_number
from keras_s2s.phrasebook.words.places import CITIES
from keras_s2s.phrasebook.words.times import SEASONS, TODAY, TOMORROW, YESTERDAY

weather = PatternTable("weather")
_QUALITY = one_of(*WEATHER_QUALITIES)
_FALL = one_of(weave("下雨/1", "rain/1"), weave("下雪/1", "snow/1"))
_FALLING = one_of(weave("下雨/1", "raining/1"), weave("下雪/1", "snowing/1"))
_FELL = one_of(weave("下雨/1", "rained/1"), weave("下雪/1", "snowed/1"))
_snowy_city = one_of(*(c for c in CITIES if c.chinese not in ("香港", "广州")))
_SEASON = one_of(*SEASONS)

weather.rule(
    "今天/1 {city} 很/2 {quality}",
    "it is very/2 {quality} {city:inside} today/1",
    weight=1.5,
    city=city,
    quality=_QUALITY,
)
weather.rule(
    "昨天/1 {city} 很/2 {quality}",
    "it was very/2 {quality} {city:inside} yesterday/1",
    weight=1.5,
    city=city,
    quality=_QUALITY,
)
weather.rule(
    "明天/1 {city} 会/2 很/3 {quality}",
    "it will/2 be very/3 {quality} {city:inside} tomorrow/1",
    weight=1.5,
    city=city,
    quality=_QUALITY,
)
weather.rule(
    "{city} 现在/1 {quality} 吗/2 ？/3",
    "is/2 it {quality} {city:inside} now/1 ?/3",
    city=city,
    quality=_QUALITY,
)
weather.rule(
    "{city} 正在/1 {falling}",
    "it is/1 {falling} {city:inside}",
    city=_snowy_city,
    falling=_FALLING,
)
weather.rule(
    "昨天/1 {city} {fell} 了",
    "it {fell} {city:inside} yesterday/1",
    city=_snowy_city,
    fell=_FELL,
)
weather.rule(
    "明天/1 {city} 会/2 {fall} 吗/3 ？/4",
    "will/2+3 it {fall} {city:inside} tomorrow/1 ?/4",
    city=_snowy_city,
    fall=_FALL,
)
weather.rule(
    "明天/1 {city} 会/2 {fall}",
    "it will/2 {fall} {city:inside} tomorrow/1",
    city=_snowy_city,
    fall=_FALL,
)
weather.rule(
    "明天/1 {city} 的 天气/2 怎么样/3 ？/4",
    "what/3 will the weather/2 be like/3 {city:inside} tomorrow/1 ?/4",
    weight=0.3,
    city=city,
)
weather.rule(
    "{city} 的 {season} 冷/1 不/2 冷/1 ？/3",
    "is/2 {season} {city:inside} cold/1 or/2 not/2 ?/3",
    weight=0.3,
    city=city,
    season=_SEASON,
)
weather.rule(
    "{subject} 最/1 喜欢/2 {season}",
    "{subject} ~like/2 {season} the most/1",
    subject=person,
    season=_SEASON,
)
weather.rule(
    "{season} {subject} 喜欢/1 {doing}",
    "in {season} {subject} ~like/1 to {doing:base}",
    weight=1.5,
    season=_SEASON,
    subject=person,
    doing=outing,
)


_TYPICAL = {"春天": (2, 3), "夏天": (1,), "秋天": (3,), "冬天": (0,)}


@weather.drawn(weight=0.7)
def season_of_a_city(rng: Random) -> Aligned:
    """As in 北京的冬天很冷."""
    season = pick(rng, SEASONS)
    quality = WEATHER_QUALITIES[pick(rng, _TYPICAL[season.source[0]])]
    return weave(
        "{city} 的 {season} 很/1 {quality}",
        "{season} {city:inside} is very/1 {quality}",
        city=city(rng),
        season=season,
        quality=quality,
    )


@weather.drawn(weight=0.3)
def more_and_more(rng: Random) -> Aligned:
    """As in 北京的天气越来越冷了."""
    quality = pick(rng, WEATHER_QUALITIES)
    return weave(
        f"{{city}} 的 天气/1 越来越/2 {quality.chinese}/3 了/4",
        f"the weather/1 {{city:inside}} is/4 getting/4 {quality.more}/3 and/2 "
        f"{quality.more}/2+3",
        city=city(rng),
    )


@weather.drawn(weight=2)
def city_against_city(rng: Random) -> Aligned:
    """As in 北京比上海冷."""
    first, second = rng.sample(CITIES, 2)
    return weave(
        "{subject} 比/1 {second} {quality}",
        "{subject} ~be {quality:more} than/1 {second}",
        subject=first,
        second=second,
        quality=pick(rng, WEATHER_QUALITIES),
    )


@weather.drawn(weight=1.5)
def day_against_day(rng: Random) -> Aligned:
    """As in 北京今天比昨天冷."""
    day, is_, other = pick(
        rng, ((TODAY, "is", YESTERDAY), (TOMORROW, "will be", TODAY))
    )
    return weave(
        f"{{city}} {{day}} {'会/2' if is_ != 'is' else ''} 比/1 {{other}} {{quality}}",
        "it "
        + ("will/2 be" if is_ != "is" else "is")
        + " {quality:more} {city:inside} {day} than/1 {other}",
        city=city(rng),
        day=day,
        other=other,
        quality=pick(rng, WEATHER_QUALITIES),
    )


@weather.drawn(weight=1.5)
def degrees(rng: Random) -> Aligned:
    """As in 今天北京二十五度."""
    return weave(
        "今天/1 {city} {number} 度/2",
        "it is {number} degrees/2 {city:inside} today/1",
        city=city(rng),
        number=plain_number(rng.randint(2, 38)),
    )


@weather.drawn(weight=3, length="medium")
def cold_so_dress(rng: Random) -> Aligned:
    """As in 今天很冷，你应该戴一顶帽子."""
    noun = pick(rng, tuple(n for n in nouns_of("warm")))
    verb = "穿/3" if "garment" in noun.classes else "戴/3"
    quality = WEATHER_QUALITIES[0]
    return weave(
        f"今天/1 {{city}} 很/2 {{quality}} ，/4 {{subject}} 应该/5 {verb} {{thing}}",
        "it is very/2 {quality} {city:inside} today/1 ,/4 so {subject} should/5 "
        "wear/3 {thing}",
        city=city(rng),
        subject=person(rng),
        quality=quality,
        thing=quantity(noun, 1),
    )


@weather.drawn(weight=3, length="medium")
def rain_changes_plans(rng: Random) -> Aligned:
    """As in 如果明天下雨，我们就不去公园散步."""
    doing = outing(rng)
    return weave(
        "如果/1 明天/2 {fall} ，/3 {subject} 就 不/4 {doing}",
        "if/1 it {fall} tomorrow/2 ,/3 {subject} will/4 not/4 {doing:base}",
        fall=pick(rng, (weave("下雨/1", "rains/1"), weave("下雪/1", "snows/1"))),
        subject=person(rng),
        doing=doing,
    )


@weather.drawn(weight=2, length="medium")
def because_of_the_weather(rng: Random) -> Aligned:
    """As in 因为昨天下雨，所以我没去公园散步."""
    return weave(
        "因为/1 昨天/2 {fell} ，/3 所以 {subject} 没/4 {doing}",
        "because/1 it {fell} yesterday/2 ,/3 {subject} did/4 not/4 {doing:base}",
        fell=_FELL(rng),
        subject=person(rng),
        doing=outing(rng),
    )


@weather.drawn(weight=2, length="medium")
def stay_at_home(rng: Random) -> Aligned:
    """As in 外面正在下雨，所以我想在家看电视."""
    falling = pick(rng, (("下雨", "raining"), ("下雪", "snowing")))
    return weave(
        f"外面/1 正在/2 {falling[0]}/3 ，/4 所以/5 {{subject}} 想/6 "
        "在/7 家/7 {doing}",
        f"it is/2 {falling[1]}/3 outside/1 ,/4 so/5 {{subject}} ~want/6 to "
        "{doing:base} at/7 home/7",
        subject=person(rng),
        doing=pick(rng, _AT_HOME),
    )


_AT_HOME = tuple(
    map(
        action_named,
        ("看电视", "看书", "听音乐", "做饭", "学汉语", "玩游戏", "弹钢琴", "休息"),
    )
)
