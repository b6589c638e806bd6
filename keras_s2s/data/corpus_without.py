"""A corpus without some of its sentences."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from keras_s2s.data.corpus import Corpus, Listener, SentencePair


@dataclass(frozen=True)
class CorpusWithout(Corpus):
    """The pairs of a corpus whose source is not among some, such as validation text.

    Attributes:
        corpus: The corpus.
        excluded: Sources, without white space around them.
    """

    corpus: Corpus
    excluded: frozenset[str]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files it consists of."""
        return self.corpus.paths

    @property
    def selection(self) -> str:
        """Which of the pairs in the files it consists of."""
        names = hashlib.sha256("\n".join(sorted(self.excluded)).encode())
        return f"{self.corpus.selection} without {names.hexdigest()}"

    @property
    def form(self) -> str:
        """How pairs are found in the files, where other pairs could be."""
        return self.corpus.form

    @property
    def corpus_count(self) -> int:
        """Number of corpora that it joins; 1 for a single one."""
        return self.corpus.corpus_count

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

    def readable_again(self) -> Self:
        """Return the corpus with copies of what can be read once only."""
        return replace(self, corpus=self.corpus.readable_again())
