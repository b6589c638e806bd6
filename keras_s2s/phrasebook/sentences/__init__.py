"""All sentence patterns, domain by domain."""

from keras_s2s.phrasebook.grammar.pattern import Pattern
from keras_s2s.phrasebook.sentences.directions import directions
from keras_s2s.phrasebook.sentences.eating import eating
from keras_s2s.phrasebook.sentences.family import family
from keras_s2s.phrasebook.sentences.health import health
from keras_s2s.phrasebook.sentences.home import home
from keras_s2s.phrasebook.sentences.leisure import leisure
from keras_s2s.phrasebook.sentences.narratives import narratives
from keras_s2s.phrasebook.sentences.shopping import shopping
from keras_s2s.phrasebook.sentences.times import times
from keras_s2s.phrasebook.sentences.weather import weather

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
