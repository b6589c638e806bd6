"""Validation after every epoch, from real decoding; saves the best weights."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from edge_runtime.translation.translator import Translator
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import SentencePair
from keras_s2s.evaluation.scores.bleu import (
    bleu_tokenizer,
    corpus_bleu,
    corpus_chrf,
)
from keras_s2s.run.run_directory import save_weights
from keras_s2s.training.averaging import averaged_weights
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.time_limit.pace import Pace

_BATCH_SIZE = 128
"""Sentences per batch; training does not run at the same time."""

_LEAST_BLEU = 1.0
"""Below it, almost no 4-gram matches: BLEU is 0, or smoothing alone sets its value."""


class Validation(keras.callbacks.Callback):
    """Translates the validation pairs at the end of an epoch; logs BLEU and chrF.

    It validates the averaged weights, where the optimizer averages. It saves them as
    the best weights if no earlier epoch scored as high: BLEU decides, and chrF where
    BLEU cannot tell epochs apart. It stops the training after `patience` epochs
    without a better one.

    Args:
        translator: Translator over the model that is trained.
        pairs: Validation pairs.
        recipe: Holds when to validate and which BLEU tokenizer to use.
        path: The run directory.
        progress: Holds the best scores; updated here.
        pace: Says after which epochs to validate, but for the last, after which it
            always does; by default the recipe says it.
    """

    def __init__(
        self,
        translator: Translator,
        pairs: Sequence[SentencePair],
        recipe: Recipe,
        path: Path,
        progress: Progress,
        pace: Pace | None = None,
    ) -> None:
        super().__init__()
        training = recipe.training
        pairs = (
            pairs[: training.validation_pairs] if training.validation_pairs else pairs
        )
        self._translator = translator
        self._sources = [pair.source for pair in pairs]
        self._references = [pair.target for pair in pairs]
        self._tokenizer = bleu_tokenizer(
            recipe.data.target_language, training.bleu_tokenizer, self._references
        )
        self._first_epoch = training.first_validation_epoch
        self._patience = training.patience
        self._path = path
        self._progress = progress
        self._pace = pace

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Validate; `epoch` counts from 0."""
        number = epoch + 1
        if self._pace is None:
            last = number == self.params["epochs"]
            if last or number >= self._first_epoch:
                self._validate(number, logs)
                if self._progress.is_out_of_patience(self._patience, number):
                    self.model.stop_training = True
        elif self._progress.ended or self._pace.is_due():
            with self._pace.measured():
                self._validate(number, logs)

    def translate_first(self, count: int) -> None:
        """Translate the first `count` pairs, to see how long it takes."""
        self._translator.translate_batch(self._sources[:count], batch_size=_BATCH_SIZE)

    @property
    def pair_count(self) -> int:
        """Number of pairs that are translated."""
        return len(self._sources)

    def keep_pairs(self, count: int) -> None:
        """Translate the first `count` pairs alone from now on."""
        del self._sources[count:], self._references[count:]

    def _validate(self, number: int, logs: dict[str, Any] | None) -> None:
        """Score the averaged weights after the epoch `number`, counted from 1."""
        start = time.perf_counter()
        with averaged_weights(self.model):
            bleu, chrf = self._score(self._sources, self._references)
            self._keep_if_better(number, bleu, chrf, logs)
        if logs is not None:
            logs["val_bleu"] = round(bleu, 2)
            logs["val_chrf"] = round(chrf, 2)
            logs["validation_seconds"] = round(time.perf_counter() - start, 1)

    def _score(
        self, sources: Sequence[str], references: Sequence[str]
    ) -> tuple[float, float]:
        """Return BLEU and chrF of the model's translations."""
        translations = self._translator.translate_batch(sources, batch_size=_BATCH_SIZE)
        texts = [translation.text for translation in translations]
        bleu = corpus_bleu(texts, references, self._tokenizer).value
        return bleu, corpus_chrf(texts, references).value

    def _is_better(self, bleu: float, chrf: float) -> bool:
        """Return whether no weights so far have scored as high."""
        best = self._progress.best_bleu, self._progress.best_chrf
        return _rank(bleu, chrf) > _rank(*best)

    def _keep_if_better(
        self, number: int, bleu: float, chrf: float, logs: dict[str, Any] | None
    ) -> None:
        """Save the model's weights, if they are the best ones after this epoch.

        Args:
            number: The epoch, counted from 1.
            bleu: Their BLEU.
            chrf: Their chrF.
            logs: What the epoch has logged; may be added to.
        """
        if self._is_better(bleu, chrf):
            self._progress.best_bleu, self._progress.best_chrf = bleu, chrf
            self._progress.best_epoch = number
            save_weights(self.model, self._path, "best")


def _rank(bleu: float, chrf: float) -> tuple[float, float]:
    """Return what epochs are ordered by: BLEU as it is reported, then chrF."""
    return round(bleu if bleu >= _LEAST_BLEU else min(bleu, 0.0), 2), chrf
