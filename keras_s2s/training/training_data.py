"""The corpora of a run: what is trained on, and what is validated on."""

from collections.abc import Iterable
from dataclasses import dataclass

from keras_s2s.data.checked_corpus import CheckedCorpus, check_corpus
from keras_s2s.data.corpus import ParallelCorpus, SentencePair
from keras_s2s.data.held_out import hold_out


@dataclass(frozen=True)
class TrainingData:
    """The corpora of a run.

    Attributes:
        train: Pairs that are trained on.
        valid: Pairs that choose the best weights; None to hold out pairs of `train`.
    """

    train: ParallelCorpus
    valid: ParallelCorpus | None = None

    def divided(self) -> tuple[CheckedCorpus, Iterable[SentencePair]]:
        """Return what is trained on and what is validated on.

        Reads `train` once and `valid` not at all: only the chief of several workers
        needs to have it.

        Raises:
            CorpusError: `train` is misaligned or damaged, or has too few different
                sentences to hold any out.
        """
        if self.valid is None:
            return hold_out(self.train)
        return check_corpus(self.train), self.valid
