"""Samplers of people by the part they take in a clause."""

from random import Random

from keras_s2s.phrasebook.selection.choice import pick
from keras_s2s.phrasebook.words.people import (
    FAMILIES,
    FAMILY,
    HE_,
    I_,
    MY_FAMILY,
    NAMES,
    OWN_FAMILY,
    PRONOUNS,
    SHE_,
    THEY_,
    WE_,
    YOU_,
    Person,
)

SPEAKERS = (I_, I_, I_, HE_, HE_, SHE_, SHE_, WE_, THEY_, YOU_)
_ONE_SPEAKER = (I_, I_, HE_, SHE_)


def person(rng: Random) -> Person:
    """Anybody, as the subject of a statement."""
    share = rng.random()
    if share < 0.45:
        return pick(rng, SPEAKERS)
    if share < 0.50:
        return pick(rng, PRONOUNS)
    if share < 0.70:
        return pick(rng, NAMES)
    if share < 0.88:
        return pick(rng, FAMILY)
    return pick(rng, FAMILIES)


def one_person(rng: Random) -> Person:
    """One person, where a group would make no sense."""
    share = rng.random()
    if share < 0.4:
        return pick(rng, _ONE_SPEAKER)
    return third_person(rng)


def third_person(rng: Random) -> Person:
    """One named person or relative."""
    return pick(rng, (NAMES, FAMILY, FAMILIES)[int(rng.random() * 3)])


def asked(rng: Random) -> Person:
    """Somebody a question is about; most often "you"."""
    share = rng.random()
    if share < 0.55:
        return YOU_
    if share < 0.75:
        return pick(rng, (HE_, SHE_, THEY_))
    return pick(rng, NAMES if share < 0.88 else _OTHER_FAMILIES)


# Nobody asks about his own family.
_OTHER_FAMILIES = FAMILIES[len(MY_FAMILY) :]


def asked_one(rng: Random) -> Person:
    """One person a question is about, where a group would make no sense."""
    share = rng.random()
    if share < 0.4:
        return pick(rng, (HE_, SHE_))
    return pick(rng, NAMES[:6] if share < 0.7 else _OTHER_FAMILIES)


def asked_owner(rng: Random) -> Person:
    """Somebody whose things a question is about."""
    return pick(rng, (YOU_, YOU_, HE_, SHE_, *NAMES[:6]))


def grown_up(rng: Random) -> Person:
    """Somebody who can have a job."""
    return pick(rng, _GROWN_UPS)


_GROWN_UPS = tuple(
    p
    for p in (HE_, SHE_, *NAMES[:6], *FAMILY, *FAMILIES)
    if not p.identity.endswith(("弟弟", "妹妹", "爷爷", "奶奶"))
)


def friend(rng: Random) -> Person:
    """Somebody other than the subject, named or of the speaker's family."""
    return pick(rng, NAMES) if rng.random() < 0.6 else pick(rng, MY_FAMILY)


def friend_of(rng: Random, subject: Person) -> Person:
    """Somebody the subject does something with or for."""
    if not subject.is_relative and rng.random() < 0.4:
        return pick(rng, OWN_FAMILY if _may_own(subject) else NAMES)
    while True:
        other = friend(rng)
        if not clash(subject, other):
            return other


def clash(first: Person, second: Person) -> bool:
    """Return whether two people cannot take different parts in one clause."""
    if first.identity == second.identity:
        return True
    return first.is_relative and second.is_relative


def _may_own(subject: Person) -> bool:
    # 他妈妈给妈妈…: whose mother? 王老师, 刘阿姨: their age makes it odd
    return subject.is_pronoun or subject in NAMES[:6]
