"""The people of people.txt: pronouns, names, and relatives by whose they are."""

from keras_s2s.phrasebook.grammar.agreement import (
    HE,
    SHE,
    THEY,
    WE,
    YOU,
    Agreement,
    I,
)
from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.person import Person
from keras_s2s.phrasebook.grammar.rule import weave
from keras_s2s.phrasebook.grammar.table import Row, read_table

_AGREEMENTS = {pronoun.subject: pronoun for pronoun in (I, YOU, HE, SHE, WE, THEY)}


def _agreement(row: Row) -> Agreement:
    if row.fields[3] not in _AGREEMENTS:
        raise row.error(
            f"The pronoun must be one of {', '.join(_AGREEMENTS)}. "
            f"Received: {row.fields[3]}"
        )
    return _AGREEMENTS[row.fields[3]]


def _person(row: Row, english: str = "") -> Person:
    kind, chinese = row.fields[:2]
    words = (english or row.fields[2]).split()
    return Person(
        Aligned(
            (chinese,),
            tuple(words),
            tuple((0, j) for j, word in enumerate(words) if word not in ("my", "~my")),
        ),
        _agreement(row),
        chinese,
        is_pronoun=kind == "pronoun",
        is_relative=kind == "kinship",
    )


def _relative_of(owner: Person, row: Row) -> Person:
    chinese, english = row.fields[1:3]
    possessor, speaks = owner.name.source[0], owner is PRONOUNS[0]
    return Person(
        weave(
            f"{possessor}/1 {chinese}/2",
            f"{owner.agreement.possessive}/1 "
            + " ".join(f"{word}/2" for word in english.split()),
        ),
        _agreement(row),
        chinese if speaks else possessor + chinese,
        is_relative=speaks,
    )


_ROWS = read_table(
    __package__, "people.txt", "kind | Chinese | English | pronoun | at home"
)
_KINSHIP = [row for row in _ROWS if row.fields[0] == "kinship"]
PRONOUNS = tuple(_person(row) for row in _ROWS if row.fields[0] == "pronoun")
NAMES = tuple(_person(row) for row in _ROWS if row.fields[0] in ("given", "titled"))
# 妈妈: Mom; 哥哥: my older brother
FAMILY = tuple(_person(row, row.fields[4]) for row in _KINSHIP)
# After a subject that is no relative, 妈妈 is the mother of that subject.
OWN_FAMILY = tuple(_person(row, f"~my {row.fields[2]}") for row in _KINSHIP)
# 我妈妈: my mother; 他妈妈: his mother
FAMILIES = tuple(_relative_of(owner, row) for owner in PRONOUNS[:4] for row in _KINSHIP)
MY_FAMILY = FAMILIES[: len(_KINSHIP)]
# Nobody asks about his own family.
OTHER_FAMILIES = FAMILIES[len(_KINSHIP) :]
PEOPLE = {"".join(p.name.source): p for p in (*PRONOUNS, *NAMES, *FAMILY)}
