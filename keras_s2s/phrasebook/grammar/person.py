"""People as subjects, objects and possessors."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.agreement import Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or a group.

    Chinese forms: none, or `的` (possessor). English forms: none (subject), `object`
    and `possessive`.

    Attributes:
        name: The words as a subject; "~my" stands for "my", "his", ... after the
            subject of the clause, and is resolved by the action they belong to.
        agreement: What the person imposes on a verb.
        identity: Who it is: 妈妈 and 我妈妈 are the same person.
        is_pronoun: Whether the English words are the pronoun itself.
        is_relative: Whether it is named by kinship alone, so that it can only be
            somebody of the speaker's family (or of the subject's, with "~my").
    """

    name: Aligned
    agreement: Agreement
    identity: str
    is_pronoun: bool = False
    is_relative: bool = False

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the words in the case asked for."""
        name = self.name
        source = (*name.source, "的") if source_form else name.source
        target = name.target
        links = name.links
        if target_form == "object" and self.is_pronoun:
            target = (self.agreement.object,)
        elif target_form == "possessive":
            if self.is_pronoun:
                target = (self.agreement.possessive,)
            else:
                target = (*target[:-1], target[-1] + "'s")
        if source_form:
            links = (*links, (len(source) - 1, len(target) - 1))
        return Aligned(source, target, links)


def clash(first: Person, second: Person) -> bool:
    """Return whether two people cannot take different parts in one clause."""
    if first.identity == second.identity:
        return True
    return first.is_relative and second.is_relative
