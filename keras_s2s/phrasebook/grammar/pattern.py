"""Sentence patterns."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned

Draw = Callable[[Random], Aligned]
LENGTHS = ("short", "medium", "long")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A way to draw sentences.

    Attributes:
        domain: Part of daily life.
        name: Chinese template.
        length: `"short"` (one clause), `"medium"` or `"long"`.
        weight: How often it is drawn among the patterns of its length.
        draw: Draws a sentence, without final period or capital letter.
    """

    domain: str
    name: str
    length: str
    weight: float
    draw: Draw
