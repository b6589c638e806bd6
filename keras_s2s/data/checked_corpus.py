"""A corpus that has been read once: sound, counted and hashed by the way."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from keras_s2s.data.corpus import ParallelCorpus, SentencePair


class HashedReading:
    """One reading of a corpus, which also counts its pairs and hashes its files.

    Args:
        corpus: What is read when this is iterated over, once.

    Attributes:
        pair_count: Pairs read so far.
    """

    def __init__(self, corpus: ParallelCorpus) -> None:
        self.pair_count = 0
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
class CheckedCorpus(ParallelCorpus):
    """A corpus that could be read to its end, with what was found out on the way.

    So nobody has to read it to count its pairs or to hash its files.

    Attributes:
        pair_count: Number of pairs.
        file_digests: SHA-256 of each file.
    """

    pair_count: int = 0
    file_digests: tuple[bytes, ...] = ()

    def count(self) -> int:
        """Return the number of pairs that were read."""
        return self.pair_count

    def digests(self) -> tuple[bytes, ...]:
        """Return the SHA-256 of each file as it was read."""
        return self.file_digests


def check_corpus(corpus: ParallelCorpus) -> CheckedCorpus:
    """Read a corpus to its end.

    Raises:
        CorpusError: The corpus is empty, misaligned, or not UTF-8.
    """
    reading = HashedReading(corpus)
    for _ in reading:
        pass
    return CheckedCorpus(
        corpus.source_path,
        corpus.target_path,
        corpus.languages,
        reading.pair_count,
        reading.digests(),
    )
