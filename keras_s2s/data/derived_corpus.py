"""A corpus that is another one, but for what a subclass changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from keras_s2s.data.corpus import Corpus, Listener, SentencePair


@dataclass(frozen=True)
class DerivedCorpus(Corpus):
    """The pairs of another corpus.

    Attributes:
        corpus: The other corpus.
    """

    corpus: Corpus

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files it consists of."""
        return self.corpus.paths

    @property
    def selection(self) -> str:
        """Which of the pairs in the files it consists of; empty for all."""
        return self.corpus.selection

    @property
    def form(self) -> str:
        """How pairs are found in the files, where other pairs could be."""
        return self.corpus.form

    @property
    def corpus_count(self) -> int:
        """Number of corpora that it joins; 1 for a single one."""
        return self.corpus.corpus_count

    def read(self, listeners: Sequence[Listener] = ()) -> Iterator[SentencePair]:
        """Read the pairs; see `Corpus.read`."""
        return self.corpus.read(listeners)

    def readable_again(self) -> Self:
        """Return the corpus with copies of what can be read once only."""
        return replace(self, corpus=self.corpus.readable_again())
