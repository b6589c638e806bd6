"""Streams of distinct sentence pairs drawn from patterns."""

from bisect import bisect
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import accumulate
from random import Random

from keras_s2s.phrasebook.grammar.aligned import Aligned
from keras_s2s.phrasebook.grammar.aligned_pair import AlignedPair
from keras_s2s.phrasebook.grammar.pattern import LENGTHS, Pattern

# How often each of LENGTHS is drawn.
_LENGTH_SHARES = (0.45, 0.25, 0.30)
_PERIOD_SHARE = 0.75
_LENGTH_BOUNDS = tuple(accumulate(_LENGTH_SHARES))
# A grammar that yields nothing new this often in a row is exhausted.
_MOST_REPEATS = 100_000


class Generator:
    """Draws pairs from patterns of every length.

    Args:
        patterns: What to draw from.
        held_out: A source and a target that no distinct pair contains.
    """

    def __init__(self, patterns: Iterable[Pattern], held_out: tuple[str, str]) -> None:
        blocks: dict[str, list[Pattern]] = {length: [] for length in LENGTHS}
        for pattern in patterns:
            blocks[pattern.length].append(pattern)
        self._blocks = tuple(blocks.values())
        self._bounds = tuple(
            tuple(accumulate(pattern.weight for pattern in block))
            for block in self._blocks
        )
        self._held_out = held_out

    def distinct_pairs(self, count: int, seed: int) -> Iterator[AlignedPair]:
        """Yield pairs no two of which share their source sentence.

        What is drawn depends on `seed` alone. Besides eight bytes for each pair already
        yielded (in a set) nothing is kept in memory.

        Args:
            count: How many pairs to yield.
            seed: Of the random draws.

        Yields:
            Pairs, short and long ones mixed.
        """
        if count < 0:
            raise ValueError(f"`count` must not be negative. Received: count={count}.")
        rng = Random(seed)
        held_out_source, held_out_target = self._held_out
        seen: set[bytes] = set()
        repeats = 0
        while len(seen) < count:
            pair = self.draw_pair(rng)
            source = pair.source
            key = blake2b(source.encode(), digest_size=8).digest()
            if (
                key in seen
                or held_out_source in source
                or held_out_target in pair.target
            ):
                repeats += 1
                if repeats == _MOST_REPEATS:
                    raise ValueError(
                        "`count` must not exceed the sentences of the grammar. "
                        f"Received: count={count}, found {len(seen)}."
                    )
                continue
            repeats = 0
            seen.add(key)
            yield pair

    def draw_pair(self, rng: Random) -> AlignedPair:
        """Draw one pair, which may have been drawn before."""
        length = bisect(_LENGTH_BOUNDS, rng.random() * _LENGTH_BOUNDS[-1])
        bounds = self._bounds[length]
        index = bisect(bounds, rng.random() * bounds[-1])
        return draw_from(self._blocks[length][index], rng)


def draw_from(pattern: Pattern, rng: Random) -> AlignedPair:
    """Draw a sentence of one pattern and finish it as a sentence."""
    sentence = pattern.draw(rng)
    return _finished(sentence, period=rng.random() < _PERIOD_SHARE)


def _finished(sentence: Aligned, *, period: bool) -> AlignedPair:
    """Capitalize the first word and, unless it is a question, set the period."""
    source, target, links = sentence.source, sentence.target, sentence.links
    if period and source[-1] != "？":
        links = (*links, (len(source), len(target)))
        source, target = (*source, "。"), (*target, ".")
    first = target[0]
    return AlignedPair(
        source,
        (first[0].upper() + first[1:], *target[1:]),
        tuple(sorted(set(links))),
    )
