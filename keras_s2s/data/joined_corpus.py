"""Several corpora as one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Self

from keras_s2s.data.corpus import Corpus, Listener, SentencePair


@dataclass(frozen=True)
class JoinedCorpus(Corpus):
    """The pairs of several corpora, one corpus after the other.

    Attributes:
        corpora: The corpora; their places are the numbers that pairs have.
    """

    corpora: tuple[Corpus, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files it consists of."""
        return tuple(path for corpus in self.corpora for path in corpus.paths)

    @property
    def form(self) -> str:
        """How pairs are found in the files, where other pairs could be."""
        return repr([(len(corpus.paths), corpus.form) for corpus in self.corpora])

    @property
    def corpus_count(self) -> int:
        """Number of corpora that it joins."""
        return len(self.corpora)

    def read(self, listeners: Sequence[Listener] = ()) -> Iterator[SentencePair]:
        """Read the pairs; see `Corpus.read`.

        Raises:
            CorpusError: A corpus is empty, misaligned, or not UTF-8.
        """
        heard = iter(listeners)
        for number, corpus in enumerate(self.corpora):
            for pair in corpus.read(list(islice(heard, len(corpus.paths)))):
                yield replace(pair, corpus=number)

    def readable_again(self) -> Self:
        """Return the corpus with copies of what can be read once only.

        Raises:
            CorpusError: A pipe cannot be copied.
        """
        return replace(
            self, corpora=tuple(corpus.readable_again() for corpus in self.corpora)
        )
