"""The corpora of a run: what is trained on, and what is validated on."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from keras_s2s.data.checked_corpus import CheckedCorpus, check_corpus
from keras_s2s.data.corpus import Corpus, SentencePair
from keras_s2s.data.held_out import hold_out


@dataclass(frozen=True)
class TrainingData:
    """The corpora of a run.

    Attributes:
        train: Pairs that are trained on.
        valid: Pairs that choose the best weights; None to hold out pairs of `train`.
    """

    train: Corpus
    valid: Corpus | None = None

    def readable_again(self) -> "TrainingData":
        """Return the same data, of which `train` can be read several times.

        What of it is a pipe or a device is copied aside.

        Raises:
            CorpusError: A file cannot be read.
        """
        return replace(self, train=self.train.readable_again())

    def divided(
        self, listener: Callable[[SentencePair], object] | None = None
    ) -> tuple[CheckedCorpus, Iterable[SentencePair]]:
        """Return what is trained on and what is validated on.

        Reads `train` once, after `readable_again`. Does not read `valid`: only the
        chief of several workers needs to have it.

        Args:
            listener: Called with each pair of `train`.

        Raises:
            CorpusError: `train` is misaligned or damaged, or has too few different
                sentences to hold any out.
        """
        train = self.readable_again().train
        if self.valid is None:
            return hold_out(train, listener)
        return check_corpus(train, listener), self.valid
