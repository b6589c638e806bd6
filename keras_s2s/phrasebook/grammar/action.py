"""Actions: verb phrases that inflect in English and take aspect in Chinese."""

from dataclasses import dataclass

from keras_s2s.phrasebook.grammar.agreement import Agreement
from keras_s2s.phrasebook.grammar.aligned import Aligned, Slot
from keras_s2s.phrasebook.grammar.english import conjugate, inflect
from keras_s2s.phrasebook.grammar.rule import weave

_NOTHING = Aligned((), (), ())


@dataclass(frozen=True, slots=True)
class Action:
    """A verb with its objects and, if any, an adjunct.

    Chinese forms: none, or an aspect particle (`了`, `过`) that follows the verb.
    English forms: `present` (agreeing), or one of `english.inflect`.

    Attributes:
        core: Begins with the verb in both languages, the English one as a lemma.
        adjunct: Precedes the verb in Chinese and ends the phrase in English.
    """

    core: Aligned
    adjunct: Aligned = _NOTHING

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the phrase with its aspect and its tense."""
        core, adjunct = self.core, self.adjunct
        lemma = core.target[0]
        if target_form == "present":
            verb = conjugate(lemma, agreement.person)
        else:
            verb = inflect(lemma, target_form)
        rest = tuple(
            agreement.possessive if word == "~my" else word
            for word in core.target[1:] + adjunct.target
        )
        before = len(adjunct.source)
        shift = before + 1 if source_form else before
        links = [(before if i == 0 else i + shift, j) for i, j in core.links]
        aspect: tuple[str, ...] = ()
        if source_form:
            aspect = (source_form,)
            links.append((before + 1, 0))
        end = len(core.target)
        links += [(i, end + j) for i, j in adjunct.links]
        return Aligned(
            adjunct.source + core.source[:1] + aspect + core.source[1:],
            (verb, *rest),
            tuple(links),
        )


@dataclass(frozen=True, slots=True)
class Errand:
    """Going somewhere to do something.

    In the past it is two things done: "went to the market and bought a fish".

    Attributes:
        going: The action of going.
        purpose: What is done there.
    """

    going: Action
    purpose: Action

    def fragment(
        self, source_form: str, target_form: str, agreement: Agreement
    ) -> Aligned:
        """Return the phrase; the aspect falls on the purpose."""
        going = self.going.fragment("", target_form, agreement)
        purpose_form = "past" if target_form == "past" else "base"
        purpose = self.purpose.fragment(source_form, purpose_form, agreement)
        joint = "and" if target_form == "past" else "to"
        return weave(
            "{going} {purpose}",
            f"{{going}} {joint} {{purpose}}",
            going=going,
            purpose=purpose,
        )


Doing = Action | Errand


def action(source: str, target: str, **slots: Slot) -> Action:
    """Return the action of a rule whose templates both begin with the verb."""
    return Action(weave(source, target, **slots))


def with_adjunct(doing: Action, source: str, target: str, **slots: Slot) -> Action:
    """Return the same action with an adjunct, given as a rule."""
    return Action(doing.core, weave(source, target, **slots))
