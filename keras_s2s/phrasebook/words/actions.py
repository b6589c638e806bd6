"""The everyday actions of actions.txt: verb phrases and the frames they fit."""

from keras_s2s.phrasebook.grammar.action import Action
from keras_s2s.phrasebook.grammar.rule import rule_of
from keras_s2s.phrasebook.grammar.table import read_table

_ROWS = read_table(__package__, "actions.txt", "Chinese | English | frames")
_ENTRIES = [
    (Action(rule_of(row, *row.fields[:2]).fill({})), frozenset(row.fields[2].split()))
    for row in _ROWS
]
ACTIONS = {"".join(entry.core.source): entry for entry, _ in _ENTRIES}
FRAMES = {
    frame: tuple(entry for entry, frames in _ENTRIES if frame in frames)
    for frame in sorted(frozenset().union(*(frames for _, frames in _ENTRIES)))
}
