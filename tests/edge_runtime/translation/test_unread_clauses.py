"""Clauses that attention passed over."""

import numpy as np

from edge_runtime.text.sentences import clauses
from edge_runtime.translation.translation import Translation

SOURCE = "I saw a dog, which was big. It ran away, well, then."
SPANS = [(0, 0), *((place, place + 1) for place, letter in enumerate(SOURCE)
                   if letter != " "), (len(SOURCE),) * 2]  # fmt: skip


def translation(read):
    """A translation whose attention went to the given parts of the source alone."""
    attention = np.full((1, len(SPANS)), 0.01)
    for part in read:
        begin = SOURCE.index(part)
        for column, span in enumerate(SPANS):
            if begin <= span[0] < begin + len(part):
                attention[0, column] = 1.0
    return Translation(SOURCE, "", source_spans=tuple(SPANS), alignments=(attention,))


def test_clauses_end_at_marks():
    assert [SOURCE[slice(*clause)] for clause in clauses(SOURCE)] == [
        "I saw a dog,", "which was big.", "It ran away,", "well,", "then.",
    ]  # fmt: skip


def test_a_clause_without_attention_is_marked():
    found = translation(["I saw a dog,", "It ran away, well, then."])
    assert [SOURCE[slice(*span)] for span in found.unread] == ["which was big."]
    assert found.to_json()["unread"] == ["which was big."]


def test_nothing_is_marked_where_all_was_read_or_nothing_is_known():
    assert translation([SOURCE]).unread == ()
    assert Translation(SOURCE, "").unread == ()
    whole = Translation("I saw", "", source_spans=((0, 1), (1, 5)),
                        alignments=(np.zeros((1, 2)),))  # fmt: skip
    assert whole.unread == ()
