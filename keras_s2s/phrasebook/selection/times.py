"""Samplers of clock times and durations."""

from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.selection.choice import pick
from keras_s2s.phrasebook.words.numbers import clock, counted

_HOURS = {
    ("早上", "morning"): (5, 9),
    ("上午", "morning"): (8, 11),
    ("下午", "afternoon"): (1, 5),
    ("晚上", "evening"): (6, 11),
}
_PARTS = tuple(_HOURS)
_MINUTES = (0, 0, 0, 15, 30, 30, 20, 25, 40, 50)


def time_of_day(rng: Random) -> Aligned:
    """A clock time: 早上七点, "seven o'clock in the morning"."""
    part = pick(rng, _PARTS)
    low, high = _HOURS[part]
    return weave(
        f"{part[0]}/1 {{time}}",
        f"{{time}} in/1 the {part[1]}/1",
        time=clock(rng.randint(low, high), pick(rng, _MINUTES)),
    )


def duration(rng: Random) -> Aligned:
    """A number of minutes or hours."""
    minutes = rng.choice((10, 15, 20, 25, 30, 40, 45, 50))
    return weave("{n} 分钟/1", "{n} minutes/1", n=counted(minutes))
