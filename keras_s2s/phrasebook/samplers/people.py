"""Samplers of people by the part they take in a clause."""

from random import Random

from keras_s2s.phrasebook.grammar.choice import pick
from keras_s2s.phrasebook.grammar.noun import Noun
from keras_s2s.phrasebook.grammar.person import Person, clash
from keras_s2s.phrasebook.samplers.registry import sampler
from keras_s2s.phrasebook.words.groups import GROUPS
from keras_s2s.phrasebook.words.people import (
    FAMILIES,
    FAMILY,
    MY_FAMILY,
    NAMES,
    OTHER_FAMILIES,
    OWN_FAMILY,
    PRONOUNS,
)

_I, _YOU, _HE, _SHE, _WE, _THEY = PRONOUNS[:6]
_SPEAKERS: tuple[Person, ...] = GROUPS["speakers"]
_FIRST_NAMES: tuple[Person, ...] = GROUPS["first_names"]
_GROWN_UPS = tuple(
    p
    for p in (_HE, _SHE, *_FIRST_NAMES, *FAMILY, *FAMILIES)
    if not p.identity.endswith(("弟弟", "妹妹", "爷爷", "奶奶"))
)


@sampler
def person(rng: Random) -> Person:
    """Anybody, as the subject of a statement."""
    share = rng.random()
    if share < 0.45:
        return pick(rng, _SPEAKERS)
    if share < 0.50:
        return pick(rng, PRONOUNS)
    if share < 0.70:
        return pick(rng, NAMES)
    return pick(rng, FAMILY if share < 0.88 else FAMILIES)


@sampler
def one_person(rng: Random) -> Person:
    """One person, where a group would make no sense."""
    if rng.random() < 0.4:
        return pick(rng, (_I, _I, _HE, _SHE))
    return pick(rng, pick(rng, (NAMES, FAMILY, FAMILIES)))


@sampler
def asked(rng: Random) -> Person:
    """Somebody a question is about; most often "you"."""
    share = rng.random()
    if share < 0.55:
        return _YOU
    if share < 0.75:
        return pick(rng, (_HE, _SHE, _THEY))
    return pick(rng, NAMES if share < 0.88 else OTHER_FAMILIES)


@sampler
def asked_one(rng: Random) -> Person:
    """One person a question is about, where a group would make no sense."""
    share = rng.random()
    if share < 0.4:
        return pick(rng, (_HE, _SHE))
    return pick(rng, _FIRST_NAMES if share < 0.7 else OTHER_FAMILIES)


@sampler
def owner(rng: Random) -> Person:
    """Somebody who owns something."""
    share = rng.random()
    if share < 0.55:
        return pick(rng, _SPEAKERS)
    return pick(rng, NAMES if share < 0.75 else FAMILIES)


@sampler
def grown_up(rng: Random) -> Person:
    """Somebody who can have a job."""
    return pick(rng, _GROWN_UPS)


@sampler
def somebody_of_an_age(rng: Random) -> Person:
    """Somebody whose age one tells."""
    return pick(rng, _FIRST_NAMES) if rng.random() < 0.4 else one_person(rng)


@sampler
def person_and_kin(rng: Random) -> tuple[Person, Noun]:
    """Somebody, and a kind of children or siblings that person may have."""
    if rng.random() < 0.4:
        return grown_up(rng), pick(rng, GROUPS["descendant"])
    return one_person(rng), pick(rng, GROUPS["sibling"])


@sampler
def friend(rng: Random) -> Person:
    """Somebody other than the subject, named or of the speaker's family."""
    return pick(rng, NAMES if rng.random() < 0.6 else MY_FAMILY)


@sampler
def unless_clash(rng: Random, other: Person, subject: Person) -> Person:
    """Keep `other`, or draw friends until one can stand beside the subject."""
    while clash(subject, other):
        other = friend(rng)
    return other


@sampler
def friend_beside(rng: Random, subject: Person) -> Person:
    """Somebody who can take another part in the clause than the subject."""
    return unless_clash(rng, friend(rng), subject)


def friend_of(rng: Random, subject: Person) -> Person:
    """Somebody the subject does something with or for."""
    if not subject.is_relative and rng.random() < 0.4:
        # 他妈妈给妈妈…: whose mother? 王老师, 刘阿姨: their age makes it odd
        may_own = subject.is_pronoun or subject in _FIRST_NAMES
        return pick(rng, OWN_FAMILY if may_own else NAMES)
    return friend_beside(rng, subject)


@sampler
def pronoun_for(_: Random, subject: Person) -> Person:
    """The pronoun by which a clause takes its subject up again."""
    if subject.is_pronoun:
        return subject
    return _HE if subject.agreement == _HE.agreement else _SHE


def members_of_the_family(rng: Random, size: int) -> list[Person]:
    """Different members of the family, the speaker always among them."""
    people = rng.sample(FAMILY, size - 1)
    return [*people, _I] if rng.random() < 0.5 else [_I, *people]


@sampler
def wearer(rng: Random, noun: Noun) -> Noun:
    """A kind of person that may wear something."""
    kinds: tuple[Noun, ...] = GROUPS["somebody"]
    return kinds[0] if noun.chinese == "裙子" else pick(rng, kinds)
