"""Validation pairs held out of a training corpus, for runs without their own."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair

HELD_OUT_PAIRS = 1000
"""Approximate number of pairs that are held out."""

LARGEST_SHARE = 0.1
"""Largest share of a corpus that is held out."""

_DIGEST_BYTES = 8


@dataclass(frozen=True)
class CorpusPart(ParallelCorpus):
    """The pairs of a corpus that are held out, or those that are left.

    A hash of the source sentence decides. So a sentence that occurs several times is on
    one side of the split with all its translations, and every process and every resumed
    run makes the same split.

    Attributes:
        share: Share of all source sentences that is held out.
        held_out: Whether these are the held-out pairs.
    """

    share: float = 0.0
    held_out: bool = False

    @property
    def selection(self) -> str:
        """Which of the pairs in the files this corpus consists of."""
        return f"{'held out' if self.held_out else 'left'} {self.share!r}"

    def __iter__(self) -> Iterator[SentencePair]:
        """Read the pairs of this side of the split.

        Raises:
            CorpusError: The corpus cannot be read, or none of its pairs is selected.
        """
        empty = True
        for pair in super().__iter__():
            if (_place(pair.source) < self.share) == self.held_out:
                empty = False
                yield pair
        if empty:
            names = " and ".join(map(str, self.paths))
            raise CorpusError(
                "To hold out validation pairs, a corpus must have some dozen different "
                f"source sentences. Those of {names} are too few; give validation "
                "pairs."
            )


def hold_out(corpus: ParallelCorpus) -> tuple[CorpusPart, CorpusPart]:
    """Split a corpus into training pairs and some 1,000 validation pairs.

    Of less than 10,000 pairs, about a tenth is held out.

    Args:
        corpus: All pairs; read once.

    Returns:
        The training pairs and the held-out pairs.

    Raises:
        CorpusError: The corpus cannot be read.
    """
    share = min(HELD_OUT_PAIRS / sum(1 for _ in corpus), LARGEST_SHARE)
    paths = corpus.source_path, corpus.target_path
    return CorpusPart(*paths, share), CorpusPart(*paths, share, held_out=True)


def _place(sentence: str) -> float:
    """Return a number in [0, 1) that depends on the sentence alone."""
    digest = hashlib.blake2b(sentence.strip().encode(), digest_size=_DIGEST_BYTES)
    return math.ldexp(int.from_bytes(digest.digest()), -8 * _DIGEST_BYTES)
