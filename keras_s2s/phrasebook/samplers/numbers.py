"""Samplers of numbers, prices, ages, clock times and dates."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.choice import pick
from keras_s2s.phrasebook.grammar.numbers import (
    MONTHS,
    chinese_number,
    clock,
    counted,
    date,
    ordinal,
    plain_number,
)
from keras_s2s.phrasebook.grammar.person import Person
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.samplers.registry import sampler
from keras_s2s.phrasebook.words.people import NAMES

# Hours in which one names a part of the day, and hours in which one has a routine
_HOURS = {
    ("早上", "morning"): (5, 9),
    ("上午", "morning"): (8, 11),
    ("下午", "afternoon"): (1, 5),
    ("晚上", "evening"): (6, 11),
}
_ROUTINE_HOURS = {"早上": (6, 9), "下午": (1, 5), "晚上": (6, 9)}
_MINUTES = (0, 0, 0, 15, 30, 30, 20, 25, 40, 50)
_QUARTERS = (0, 0, 15, 30)


@sampler
def integer(rng: Random, low: int, high: int) -> int:
    """An integer for other samplers."""
    return rng.randint(low, high)


@sampler
def how_many(rng: Random, low: int, high: int) -> Aligned:
    """A number before a measure word."""
    return counted(rng.randint(low, high))


@sampler
def number(rng: Random, low: int, high: int) -> Aligned:
    """A number that stands alone or before 度."""
    return plain_number(rng.randint(low, high))


@sampler
def age(rng: Random, subject: Person) -> Aligned:
    """An age that somebody may have."""
    low, high = 8, 35
    if subject.identity.endswith(("爷爷", "奶奶")):
        low, high = 60, 90
    elif subject.identity.endswith(("爸爸", "妈妈")) or subject in NAMES[6:]:
        low, high = 36, 59
    return plain_number(rng.randint(low, high))


@sampler
def price(rng: Random, low: int, high: int) -> Aligned:
    """A price, in fives above thirty."""
    yuan = rng.randint(low, high)
    return _price(yuan - yuan % 5 if yuan > 30 else yuan)


@sampler
def price_in_fives(rng: Random, low: int, high: int) -> Aligned:
    """A price of `low` to `high` times five."""
    return _price(5 * rng.randint(low, high))


def _price(yuan: int) -> Aligned:
    return weave("{n} 块/1", "{n} yuan/1", n=counted(yuan))


@sampler
def floor(rng: Random, low: int, high: int) -> Aligned:
    """A floor of a building."""
    level = rng.randint(low, high)
    return weave(f"{chinese_number(level)}/1 楼/2", f"{ordinal(level)}/1 floor/2")


@sampler
def so_often(_: Random, times: int) -> Aligned:
    """How often something is done: 三次, three times."""
    if times == 2:
        return weave("两/1 次/1", "twice/1")
    return weave("{n} 次/1", "{n} times/1", n=counted(times))


@sampler
def minutes(rng: Random) -> Aligned:
    """A number of minutes."""
    number_of_minutes = rng.choice((10, 15, 20, 25, 30, 40, 45, 50))
    return weave("{n} 分钟/1", "{n} minutes/1", n=counted(number_of_minutes))


@sampler
def hours_by(rng: Random, vehicle: Aligned) -> Aligned:
    """Hours that a journey between cities takes."""
    low, high = (2, 3) if vehicle.source == ("飞机",) else (4, 9)
    return counted(rng.randint(low, high))


@sampler
def clock_time(rng: Random, low: int, high: int, *past: int) -> Aligned:
    """A clock time from hour `low` to `high`, at one of some minutes past the hour."""
    hour = rng.randint(low, high)
    return clock(hour, pick(rng, past) if past else 0)


def quarter_after(rng: Random, hour: int) -> Aligned:
    """A quarter of an hour at or after an hour."""
    return clock(hour, pick(rng, _QUARTERS))


@sampler
def routine_time(rng: Random, part: Aligned) -> Aligned:
    """A clock time at which one has a routine in this part of the day."""
    return clock_time(rng, *_ROUTINE_HOURS[part.source[0]], *_QUARTERS)


@sampler
def time_of_day(rng: Random) -> Aligned:
    """A clock time: 早上七点, "seven o'clock in the morning"."""
    (chinese, english), hours = pick(rng, tuple(_HOURS.items()))
    return weave(
        f"{chinese}/1 {{time}}",
        f"{{time}} in/1 the {english}/1",
        time=clock_time(rng, *hours, *_MINUTES),
    )


@sampler
def day_of_the_year(rng: Random) -> Aligned:
    """A date."""
    return date(rng.randint(1, 12), rng.randint(1, 28))


@sampler
def month(rng: Random) -> Aligned:
    """A month."""
    index = rng.randint(1, 12)
    return weave(f"{chinese_number(index)}月/1", f"{MONTHS[index - 1]}/1")
