"""A small world: who likes what, told in one clause or in several.

In the whole phrasebook short sentences are as varied as long ones. Here a long sentence
is several short ones in a row, of the same words. So what a model loses with length is
what its context does not hold.
"""

from collections.abc import Iterator
from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.aligned_pair import AlignedPair
from keras_s2s.phrasebook.grammar.generator import Generator
from keras_s2s.phrasebook.grammar.pattern import LENGTHS, Pattern
from keras_s2s.phrasebook.pairs import HELD_OUT
from keras_s2s.phrasebook.samplers.people import members_of_the_family, person
from keras_s2s.phrasebook.sentences.narratives import chained, taste

_CLAUSE_SHARES = (0.68, 0.12, 0.07, 0.04, 0.03, 0.02, 0.02, 0.02)
"""How often a sentence has one clause, two, and so on."""


def generate_tastes(count: int, seed: int = 0) -> Iterator[AlignedPair]:
    """Yield distinct pairs of the small world; the held-out sentence is in none.

    Args:
        count: How many pairs to yield.
        seed: Decides what is drawn.

    Returns:
        The pairs, short and long ones mixed.
    """
    return _GENERATOR.distinct_pairs(count, seed)


def _tastes(rng: Random) -> Aligned:
    """As in 我爱喝茶, and in 妈妈爱吃苹果，我喜欢看书，爸爸…."""
    counts = range(1, len(_CLAUSE_SHARES) + 1)
    (count,) = rng.choices(counts, _CLAUSE_SHARES)
    if count == 1:
        return taste(rng, person(rng))
    return chained(taste(rng, subject) for subject in members_of_the_family(rng, count))


# Of whichever length a sentence is to be drawn, the number of clauses decides.
_GENERATOR = Generator(
    [Pattern("eating", "tastes", length, 1.0, _tastes) for length in LENGTHS], HELD_OUT
)
