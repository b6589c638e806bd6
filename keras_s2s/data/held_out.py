"""Validation pairs held out of a training corpus, for runs without their own."""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from keras_s2s.data.back_translation_tag import is_tagged
from keras_s2s.data.checked_corpus import CheckedCorpus, HashedReading
from keras_s2s.data.corpus import Corpus, CorpusError, Listener, SentencePair

HELD_OUT_PAIRS = 1000
"""Approximate number of pairs that are held out."""

LARGEST_SHARE = 0.1
"""Largest share of a corpus that is held out."""

_DIGEST_BYTES = 8


@dataclass(frozen=True)
class CorpusRemainder(CheckedCorpus):
    """The pairs of a corpus that are left when some are held out.

    A hash of the source sentence decides. So a sentence that occurs several times is
    held out, or left, with all its translations, and every process and every resumed
    run makes the same split.

    Attributes:
        pair_count: Number of pairs that are left.
        share: Share of all source sentences that is held out.
    """

    share: float = 0.0

    @property
    def selection(self) -> str:
        """Which of the pairs in the files this corpus consists of."""
        return f"left {self.share!r}"

    def read(self, listeners: Sequence[Listener] = ()) -> Iterator[SentencePair]:
        """Read the pairs that are left; `listeners` hear of all bytes.

        Raises:
            CorpusError: The corpus cannot be read.
        """
        return (
            pair
            for pair in super().read(listeners)
            if is_tagged(pair.source) or _place(pair.source) >= self.share
        )


def hold_out(
    corpus: Corpus, listener: Callable[[SentencePair], object] | None = None
) -> tuple[CorpusRemainder, list[SentencePair]]:
    """Split a corpus into training pairs and some 1,000 validation pairs.

    Of less than 10,000 pairs, about a tenth is held out.

    Args:
        corpus: All pairs; read once, and not kept in memory.
        listener: Called with each pair.

    Returns:
        The remaining corpus, and the pairs that are held out.

    Raises:
        CorpusError: The corpus cannot be read, or has too few different sentences.
    """
    reading = HashedReading(corpus)
    candidates: list[tuple[float, SentencePair]] = []
    count = 0
    for pair in reading:
        if listener:
            listener(pair)
        if is_tagged(pair.source):
            continue  # what a model wrote is no test of what people write
        count += 1
        place = _place(pair.source)
        # The share falls as pairs are counted, so whoever is above it stays above.
        # About 1,000 * (1 + log(pairs / 10,000)) are kept until all are counted.
        if place < _share(count):
            candidates.append((place, pair))
    share = _share(max(count, 1))
    held_out = [pair for place, pair in candidates if place < share]
    left = reading.pair_count - len(held_out)
    if not held_out or not left:
        raise CorpusError(
            "To hold out validation pairs, a corpus must have some dozen different "
            f"source sentences. Those of {corpus.names} are too few; give validation "
            "pairs."
        )
    return CorpusRemainder(corpus, left, reading.digests(), share), held_out


def _share(pairs: int) -> float:
    """Return the share that is held out of so many pairs."""
    return min(HELD_OUT_PAIRS / pairs, LARGEST_SHARE)


def _place(sentence: str) -> float:
    """Return a number in [0, 1) that depends on the sentence alone."""
    digest = hashlib.blake2b(sentence.strip().encode(), digest_size=_DIGEST_BYTES)
    return math.ldexp(int.from_bytes(digest.digest()), -8 * _DIGEST_BYTES)
