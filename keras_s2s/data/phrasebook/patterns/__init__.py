"""All sentence patterns, domain by domain."""

from keras_s2s.data.phrasebook.pattern import Pattern
from keras_s2s.data.phrasebook.patterns.directions import directions
from keras_s2s.data.phrasebook.patterns.eating import eating
from keras_s2s.data.phrasebook.patterns.family import family
from keras_s2s.data.phrasebook.patterns.health import health
from keras_s2s.data.phrasebook.patterns.home import home
from keras_s2s.data.phrasebook.patterns.leisure import leisure
from keras_s2s.data.phrasebook.patterns.narratives import narratives
from keras_s2s.data.phrasebook.patterns.shopping import shopping
from keras_s2s.data.phrasebook.patterns.times import times
from keras_s2s.data.phrasebook.patterns.weather import weather

PATTERNS: tuple[Pattern, ...] = tuple(
    pattern
    for table in (
        eating,
        shopping,
        directions,
        times,
        weather,
        family,
        health,
        home,
        leisure,
        narratives,
    )
    for pattern in table.patterns
)
