"""Samplers of weather."""

from random import Random

from keras_s2s.phrasebook.grammar.adjective import Adjective
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.choice import pick
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.samplers.registry import sampler
from keras_s2s.phrasebook.words.adjectives import ADJECTIVES
from keras_s2s.phrasebook.words.groups import GROUPS

_TYPICAL = {
    "春天": ("暖和", "凉快"),
    "夏天": ("热",),
    "秋天": ("凉快",),
    "冬天": ("冷",),
}


@sampler
def typical_weather(rng: Random, season: Aligned) -> Adjective:
    """A quality of the weather of a season."""
    return ADJECTIVES[pick(rng, _TYPICAL[season.source[0]])]


@sampler
def more_and_more(_: Random, quality: Adjective) -> Aligned:
    """A quality that grows: 越来越冷, colder and colder."""
    return weave(
        f"越来越/1 {quality.chinese}/2",
        f"{quality.more}/2 and/1 {quality.more}/1+2",
    )


@sampler
def rain_or_snow(rng: Random) -> tuple[Aligned, Aligned]:
    """It rains or snows, and the verb after "does not"."""
    return pick(rng, tuple(zip(GROUPS["rains"], GROUPS["rain"], strict=True)))
