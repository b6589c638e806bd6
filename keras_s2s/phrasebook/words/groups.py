"""Groups of words that a slot can be filled from, by name.

Classes of nouns, frames of actions and groups of phrases are groups; groups.txt adds
choices from them.
"""

from collections.abc import Mapping
from typing import Any

from keras_s2s.phrasebook.grammar.table import Row, read_table
from keras_s2s.phrasebook.words.actions import ACTIONS, FRAMES
from keras_s2s.phrasebook.words.adjectives import ADJECTIVES
from keras_s2s.phrasebook.words.nouns import NOUNS, nouns_of
from keras_s2s.phrasebook.words.people import FAMILIES, FAMILY, PEOPLE
from keras_s2s.phrasebook.words.phrases import PHRASES
from keras_s2s.phrasebook.words.places import PLACES

Group = tuple[Any, ...]
_WORDS: Mapping[str, Mapping[str, Any]] = {
    "nouns": NOUNS,
    "actions": ACTIONS,
    "adjectives": ADJECTIVES,
    "places": PLACES,
    "people": PEOPLE,
    "phrases": {},
}


def members_of(row: Row, groups: Mapping[str, Group]) -> Group:
    """Return the members of a group of groups.txt.

    Args:
        row: Its row.
        groups: The groups that the row may name.

    Raises:
        ValueError: If the kind or a member is not known. The message names the line.
    """
    _, kind, listed = row.fields
    if kind not in _WORDS:
        raise row.error(
            f"The kind must be one of {', '.join(_WORDS)}. Received: {kind}"
        )
    words = _WORDS[kind]
    included: list[Any] = []
    excluded: list[Any] = []
    for member in listed.split():
        name = member.removeprefix("-")
        if name not in words and name not in groups:
            raise row.error(
                f"A member must be one of the {kind} or an earlier group. "
                f"Received: {name}"
            )
        found = (words[name],) if name in words else groups[name]
        (excluded if name != member else included).extend(found)
    if kind == "nouns" and not words.keys() & set(listed.split()):
        # Classes are united in the order of the table.
        names = {noun.chinese for noun in included}
        included = [noun for name, noun in NOUNS.items() if name in names]
    return tuple(word for word in included if word not in excluded)


def _groups() -> dict[str, Group]:
    classes = sorted(frozenset().union(*(noun.classes for noun in NOUNS.values())))
    groups: dict[str, Group] = {name: nouns_of(name) for name in classes}
    people = {"family": FAMILY, "families": FAMILIES}
    for more in (FRAMES, PHRASES, people):
        if twice := sorted(groups.keys() & more.keys()):
            raise ValueError(
                "A class of nouns, a frame of actions and a group of phrases must not "
                f"share their name. Received: {', '.join(twice)}."
            )
        groups.update(more)
    for row in read_table(__package__, "groups.txt", "group | kind | members"):
        if row.fields[0] in groups:
            raise row.error(f"A group must have one row. Received: {row.fields[0]}")
        groups[row.fields[0]] = members_of(row, groups)
    return groups


GROUPS = _groups()
