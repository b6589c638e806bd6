"""Samplers: functions that draw what fills a slot, from words and at random."""

from keras_s2s.phrasebook.samplers import (
    actions,
    numbers,
    people,
    places,
    things,
    weather,
)
from keras_s2s.phrasebook.samplers.registry import SAMPLERS, sampler

__all__ = [
    "SAMPLERS",
    "actions",
    "numbers",
    "people",
    "places",
    "sampler",
    "things",
    "weather",
]
