"""The pairs of the phrasebook: the engine drawing from its sentence patterns."""

from collections.abc import Iterator
from random import Random

from keras_s2s.phrasebook.grammar.aligned_pair import AlignedPair
from keras_s2s.phrasebook.grammar.generator import Generator
from keras_s2s.phrasebook.sentences import PATTERNS

HELD_OUT_SOURCE = "我爱吃苹果"
HELD_OUT_TARGET = "I love to eat apples"

HELD_OUT = (HELD_OUT_SOURCE, HELD_OUT_TARGET)

_GENERATOR = Generator(PATTERNS, HELD_OUT)


def generate_pairs(count: int, seed: int = 0) -> Iterator[AlignedPair]:
    """Yield distinct pairs; the held-out sentence is in none of them.

    Args:
        count: How many pairs to yield.
        seed: Decides what is drawn.

    Returns:
        The pairs, short and long ones mixed.
    """
    return _GENERATOR.distinct_pairs(count, seed)


def draw_pair(rng: Random) -> AlignedPair:
    """Draw any pair, which may have been drawn before or be held out."""
    return _GENERATOR.draw_pair(rng)
