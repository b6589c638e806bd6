"""Clauses of a source that a translation has left out, as attention tells."""

from collections.abc import Sequence

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.text.sentences import clauses
from edge_runtime.text.tokenizer import Span
from edge_runtime.text.word_alignment import word_of_tokens

_LEAST_ATTENTION = 0.15
"""Mean attention per token that a clause has at least where it is translated.

A token that is translated gets about as much as it has target tokens, one or more.
"""

_FEWEST_TOKENS = 3
"""Shorter clauses, such as "well,", are left out by people too."""


def unread_clauses(
    source: str, source_spans: Sequence[Span], attention: FloatArray
) -> tuple[Span, ...]:
    """Return the clauses of a sentence that got next to no attention, in characters.

    Args:
        source: The text that the sentence is part of.
        source_spans: Where the sentence's tokens stand in it.
        attention: What each token got from all target tokens, shape
            `(source_tokens,)`.
    """
    places = [span for span in source_spans if span[0] < span[1]]
    if not places:
        return ()
    found = list(clauses(source, places[0][0], places[-1][1]))
    if len(found) < 2:
        return ()
    owners = word_of_tokens(source_spans, found)
    unread = []
    for number, clause in enumerate(found):
        got = attention[owners == number]
        if len(got) >= _FEWEST_TOKENS and float(np.mean(got)) < _LEAST_ATTENTION:
            unread.append(clause)
    return tuple(unread)
