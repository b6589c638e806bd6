"""The lexicon: text tables of words, and the groups that slots draw from."""

from collections.abc import Iterable

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.words.actions import ACTIONS
from keras_s2s.phrasebook.words.adjectives import ADJECTIVES
from keras_s2s.phrasebook.words.nouns import NOUNS
from keras_s2s.phrasebook.words.people import PEOPLE
from keras_s2s.phrasebook.words.phrases import PHRASES
from keras_s2s.phrasebook.words.places import PLACES


def lexical_entries() -> frozenset[tuple[str, str]]:
    """Return the distinct entries (table, Chinese) of all lexicon tables."""
    tables: dict[str, Iterable[str]] = {
        "nouns": NOUNS,
        "adjectives": ADJECTIVES,
        "actions": ACTIONS,
        "people": PEOPLE,
        "places": PLACES,
        "phrases": (
            "".join(phrase.source)
            for phrases in PHRASES.values()
            for phrase in phrases
            if isinstance(phrase, Aligned)
        ),
    }
    return frozenset((table, word) for table, words in tables.items() for word in words)
