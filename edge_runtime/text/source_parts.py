"""Parts of a sentence, in the tokens that the encoder reads."""

import bisect
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from edge_runtime.text.markup import Element
from edge_runtime.text.term import Term
from edge_runtime.text.tokenizer import Span

Part = TypeVar("Part", Element, Term)


def in_tokens(parts: Sequence[Part], spans: Sequence[Span]) -> tuple[Part, ...]:
    """Return elements or terms with tokens for characters.

    Each holds the tokens that end within it, and at least the one that it ends in,
    where it holds any character.

    Args:
        parts: Elements or terms of a sentence.
        spans: Where its tokens stand in the sentence without markup, in order.
    """
    ends = [end for _, end in spans]
    found = []
    for part in parts:
        # As many tokens end at or before a place.
        begin, end = (
            bisect.bisect_right(ends, place) for place in (part.begin, part.end)
        )
        if part.begin < part.end and begin == end:
            end = min(begin + 1, len(spans))
        found.append(replace(part, begin=begin, end=end))
    return tuple(found)
