"""The sentence patterns, a table per domain; `sentence_table` tells how to add one."""

from keras_s2s.phrasebook.grammar.pattern import Pattern
from keras_s2s.phrasebook.grammar.sentence_table import COLUMNS, PatternParser
from keras_s2s.phrasebook.grammar.table import read_table
from keras_s2s.phrasebook.samplers import SAMPLERS
from keras_s2s.phrasebook.sentences import narratives
from keras_s2s.phrasebook.words.groups import GROUPS

DOMAINS = (
    "eating",
    "shopping",
    "directions",
    "time",
    "weather",
    "family",
    "health",
    "home",
    "leisure",
    "narratives",
)


def _patterns() -> tuple[Pattern, ...]:
    parser = PatternParser({**SAMPLERS, **narratives.SAMPLERS}, GROUPS)
    return tuple(
        pattern
        for domain in DOMAINS
        for pattern in parser.parse(
            read_table(__package__, f"{domain}.txt", COLUMNS), domain
        )
    )


PATTERNS = _patterns()
