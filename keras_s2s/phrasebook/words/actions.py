"""The everyday actions of actions.txt: verb phrases and the frames they fit."""

from keras_s2s.phrasebook.grammar.action import Action, action
from keras_s2s.phrasebook.grammar.table import Row, read_table


def _action(row: Row) -> Action:
    source, target, _ = row.fields
    try:
        return action(source, target)
    except ValueError as error:
        raise row.error(str(error)) from None


_ROWS = read_table(__package__, "actions.txt", "Chinese | English | frames")
_ENTRIES = [(_action(row), frozenset(row.fields[2].split())) for row in _ROWS]
ACTIONS = {"".join(entry.core.source): entry for entry, _ in _ENTRIES}
FRAMES = {
    frame: tuple(entry for entry, frames in _ENTRIES if frame in frames)
    for frame in sorted(frozenset().union(*(frames for _, frames in _ENTRIES)))
}
