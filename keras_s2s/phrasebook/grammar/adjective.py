"""Adjectives and their degrees."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.agreement import Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned


@dataclass(frozen=True, slots=True)
class Adjective:
    """An adjective; English forms: none, `more` (comparative), `most` (superlative).

    Attributes:
        chinese: The Chinese adjective.
        english: The English adjective.
        more: English comparative, words separated by spaces.
        most: English superlative, words separated by spaces.
    """

    chinese: str
    english: str
    more: str
    most: str

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the adjective in the degree asked for."""
        text = {"": self.english, "more": self.more, "most": self.most}[target_form]
        words = tuple(text.split())
        return Aligned((self.chinese,), words, tuple((0, j) for j in range(len(words))))
