"""A corpus without some of its sentences."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from keras_s2s.data.corpus import Listener, SentencePair
from keras_s2s.data.derived_corpus import DerivedCorpus


@dataclass(frozen=True)
class CorpusWithout(DerivedCorpus):
    """The pairs of a corpus whose source is not among some, such as validation text.

    Attributes:
        corpus: The corpus.
        excluded: Sources, without white space around them.
    """

    excluded: frozenset[str]

    @property
    def selection(self) -> str:
        """Which of the pairs in the files it consists of."""
        names = hashlib.sha256("\n".join(sorted(self.excluded)).encode())
        return f"{self.corpus.selection} without {names.hexdigest()}"

    def read(self, listeners: Sequence[Listener] = ()) -> Iterator[SentencePair]:
        """Read the pairs that are left; `listeners` hear of all bytes.

        Raises:
            CorpusError: The corpus cannot be read.
        """
        return (
            pair
            for pair in self.corpus.read(listeners)
            if pair.source.strip() not in self.excluded
        )
