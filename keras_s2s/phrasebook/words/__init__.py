"""The words of the phrasebook, table by table."""

from keras_s2s.phrasebook.words import (
    actions,
    adjectives,
    nouns,
    people,
    places,
    times,
)


def lexical_entries() -> frozenset[tuple[str, str]]:
    """Return the distinct entries (table, Chinese) of all lexicon tables."""
    tables: dict[str, list[str]] = {
        "nouns": [noun.chinese for noun in nouns.NOUNS],
        "adjectives": [adjective.chinese for adjective in adjectives.ADJECTIVES],
        "actions": ["".join(entry.action.core.source) for entry in actions.ENTRIES],
        "people": [
            "".join(person.name.source)
            for person in people.PRONOUNS + people.NAMES + people.FAMILY
        ],
        "jobs": [chinese for chinese, _ in people.JOBS],
        "places": [
            place.chinese
            for place in places.TOWN + places.CITIES + places.COUNTRIES + places.ROOMS
        ],
        "relations": [chinese for chinese, _ in places.RELATIONS],
        "transport": [
            chinese for chinese, _ in places.TRANSPORT + places.LONG_TRANSPORT
        ],
        "times": [
            "".join(when.source)
            for when in times.PAST
            + times.PAST_SPANS
            + times.FUTURE
            + times.FUTURE_SEASONS
            + times.HABITUAL
            + times.FREQUENCY
            + times.SEASONS
            + times.DURATIONS
        ],
    }
    return frozenset((table, word) for table, words in tables.items() for word in words)
