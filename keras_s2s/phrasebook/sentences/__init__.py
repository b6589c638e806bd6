"""The sentence patterns, a text table per domain.

To add a sentence, add a row to the table of its domain: how often it is drawn, its
Chinese words, its English words with the same tags, and what its slots are drawn by.
`grammar.sentence_table` describes the columns; slots are drawn by the functions of
`samplers` or from the groups of `words.groups`. A row that is not right is refused on
import, with its table and line.
"""

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
