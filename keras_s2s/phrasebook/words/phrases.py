"""The fixed phrases of phrases.txt by the groups they belong to."""

from collections import defaultdict
from typing import Any

from keras_s2s.phrasebook.grammar.rule import AgreeingPhrase, rule_of
from keras_s2s.phrasebook.grammar.table import Row, read_table


def _phrase(row: Row) -> Any:
    """Return a phrase or, if it has slots of its own, the rule to fill."""
    _, source, target = row.fields
    rule = rule_of(row, source, target)
    if rule.target_forms:
        return rule
    phrase = rule.fill({})
    return AgreeingPhrase(phrase) if "~" in target else phrase


def _groups() -> dict[str, tuple[Any, ...]]:
    groups: defaultdict[str, tuple[Any, ...]] = defaultdict(tuple)
    for row in read_table(__package__, "phrases.txt", "groups | Chinese | English"):
        phrase = _phrase(row)
        for name in row.fields[0].split():
            groups[name] += (phrase,)
    return dict(groups)


PHRASES = _groups()
