"""The unit of the synchronous grammar: words of both languages and their links."""

from dataclasses import dataclass
from typing import Protocol

from keras_s2s.phrasebook.grammar.agreement import IT, Agreement


@dataclass(frozen=True, slots=True)
class Aligned:
    """A Chinese phrase, its English translation and the links between their words.

    Attributes:
        source: Chinese words.
        target: English words and punctuation marks.
        links: Pairs (source index, target index).
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    links: tuple[tuple[int, int], ...]

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> "Aligned":
        """Return the phrase itself: it has one form only."""
        return self


class Slot(Protocol):
    """Whatever can fill a slot of a rule."""

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the phrase in the forms the rule asks for.

        Args:
            source_form: Chinese form written after the colon of the slot.
            target_form: English form written after the colon of the slot.
            agreement: Of the subject of the clause the phrase stands in.
        """
        ...


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """A noun phrase about things, which has one form and rules its verb.

    Attributes:
        aligned: The words.
        agreement: `IT` for singular and mass nouns, `THEY` for plural ones.
    """

    aligned: Aligned
    agreement: Agreement = IT

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the phrase itself: it has one form only."""
        return self.aligned
