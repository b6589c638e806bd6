"""The nouns of nouns.txt."""

from keras_s2s.phrasebook.grammar.english import plural
from keras_s2s.phrasebook.grammar.noun import Noun
from keras_s2s.phrasebook.grammar.table import Row, by_name, read_table


def parse_noun(row: Row) -> Noun:
    """Return the noun of a row."""
    chinese, english, number, measures, packs, classes = row.fields
    measure, _, container = measures.partition(" ")
    pack, _, english_pack = packs.partition(" ")
    if number not in ("count", "mass", "plural") or (number == "count") == bool(
        container
    ):
        raise row.error(
            "A noun must be `count`, or `mass` or `plural` with an English measure. "
            f"Received: {number}, {measures}"
        )
    count = number == "count"
    return Noun(
        chinese,
        english if count else "",
        plural(english) if count else english,
        number != "mass",
        measure,
        container,
        (pack, english_pack) if pack else None,
        frozenset((*classes.split(), number, "packed" if pack else "loose")),
    )


NOUNS = by_name(
    read_table(
        __package__,
        "nouns.txt",
        "Chinese | English | number | measure | pack | classes",
    ),
    parse_noun,
)


def nouns_of(*classes: str) -> tuple[Noun, ...]:
    """Return the nouns that belong to any of the classes, in the order of the table."""
    return tuple(n for n in NOUNS.values() if not n.classes.isdisjoint(classes))
