"""A corpus without some of its sentences."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from keras_s2s.data.corpus import ParallelCorpus, SentencePair


@dataclass(frozen=True)
class CorpusWithout(ParallelCorpus):
    """The pairs of a corpus whose source is not among some, such as validation text.

    Attributes:
        excluded: Sources, without white space around them.
    """

    excluded: frozenset[str] = frozenset()

    @property
    def selection(self) -> str:
        """Which of the pairs in the files this corpus consists of."""
        names = hashlib.sha256("\n".join(sorted(self.excluded)).encode())
        return f"without {names.hexdigest()}"

    def read(
        self, listeners: Sequence[Callable[[bytes], object]] = ()
    ) -> Iterator[SentencePair]:
        """Read the pairs that are left; `listeners` hear of all bytes.

        Raises:
            CorpusError: The corpus cannot be read.
        """
        return (
            pair
            for pair in super().read(listeners)
            if pair.source.strip() not in self.excluded
        )
