"""A corpus that has been read once: sound, counted and hashed by the way."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from keras_s2s.data.corpus import Corpus, SentencePair
from keras_s2s.data.derived_corpus import DerivedCorpus


class HashedReading:
    """One reading of a corpus, which also counts its pairs and hashes its files.

    Args:
        corpus: What is read when this is iterated over, once.

    Attributes:
        pair_count: Pairs read so far.
        corpus_count: Number of corpora that are read, one after the other.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.pair_count = 0
        self.corpus_count = corpus.corpus_count
        self._corpus = corpus
        self._hashes = [hashlib.sha256() for _ in corpus.paths]

    def __iter__(self) -> Iterator[SentencePair]:
        """Read the pairs.

        Raises:
            CorpusError: The corpus is empty, misaligned, or not UTF-8.
        """
        for pair in self._corpus.read([file.update for file in self._hashes]):
            self.pair_count += 1
            yield pair

    def digests(self) -> tuple[bytes, ...]:
        """Return the SHA-256 of what was read of each file."""
        return tuple(file.digest() for file in self._hashes)


@dataclass(frozen=True)
class CheckedCorpus(DerivedCorpus):
    """A corpus that could be read to its end, with what was found out on the way.

    So nobody has to read it to count its pairs or to hash its files.

    Attributes:
        corpus: The corpus.
        pair_count: Number of pairs.
        file_digests: SHA-256 of each file, unpacked.
    """

    pair_count: int
    file_digests: tuple[bytes, ...]

    def count(self) -> int:
        """Return the number of pairs that were read."""
        return self.pair_count

    def digests(self) -> tuple[bytes, ...]:
        """Return the SHA-256 of each file as it was read."""
        return self.file_digests


def check_corpus(
    corpus: Corpus, listener: Callable[[SentencePair], object] | None = None
) -> CheckedCorpus:
    """Read a corpus to its end.

    Args:
        corpus: The corpus.
        listener: Called with each pair.

    Raises:
        CorpusError: The corpus is empty, misaligned, or not UTF-8.
    """
    reading = HashedReading(corpus)
    for pair in reading:
        if listener:
            listener(pair)
    return CheckedCorpus(corpus, reading.pair_count, reading.digests())
