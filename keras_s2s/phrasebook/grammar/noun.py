"""Nouns: measure words, English forms and semantic classes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of both languages.

    Attributes:
        chinese: The Chinese noun.
        singular: English singular; empty for what English does not count.
        general: English for the kind as such: plural ("apples") or mass ("rice").
        is_plural: Whether `general` takes a plural verb.
        measure: Chinese measure word.
        container: English measure ("cup", "pair"), empty if English counts the noun.
        pack: Measure in which the noun is bought, Chinese and English; may be empty.
        classes: Semantic classes.
    """

    chinese: str
    singular: str
    general: str
    is_plural: bool
    measure: str
    container: str
    pack: tuple[str, str] | None
    classes: frozenset[str]
