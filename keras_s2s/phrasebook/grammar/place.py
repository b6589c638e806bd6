"""Places: in town, on the map and in the house."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.agreement import IT, Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.english import article


@dataclass(frozen=True, slots=True)
class Place:
    """A place.

    Chinese forms: none, with the preposition `在`, or with `里` after it. English
    forms: none ("the park"), `any` ("a park"), `some` ("a park", with its measure word
    in Chinese) and `inside` ("in the park").

    Attributes:
        chinese: The Chinese name.
        english: The English name without an article.
        preposition: English for being there: "at", "in".
        measure: Chinese measure word.
        is_name: Whether English uses the name without an article.
    """

    chinese: str
    english: str
    preposition: str
    measure: str = "个"
    is_name: bool = False

    @property
    def agreement(self) -> Agreement:
        """A place rules a singular verb."""
        return IT

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the name in the form asked for."""
        words = self.english.split()
        if target_form == "some":
            return Aligned(
                ("一", self.measure, self.chinese),
                (article(words[0]), *words),
                (
                    (0, 0),
                    *((i, j + 1) for i in (1, 2) for j in range(len(words))),
                ),
            )
        if target_form == "any":
            lead = [article(words[0])]
        else:
            lead = [] if self.is_name else ["the"]
        if target_form == "inside":
            lead.insert(0, self.preposition)
        target = (*lead, *words)
        named = range(len(lead), len(target))
        if source_form == "里":
            return Aligned(
                (self.chinese, source_form),
                target,
                ((1, 0), *((0, j) for j in named)),
            )
        if source_form:
            return Aligned(
                (source_form, self.chinese), target, ((0, 0), *((1, j) for j in named))
            )
        return Aligned((self.chinese,), target, tuple((0, j) for j in named))
