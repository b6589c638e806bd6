"""Validation on new text and on old, so that what was known is not forgotten."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime.translation.translator import Translator
from keras_s2s.config import Recipe
from keras_s2s.data.corpus import SentencePair
from keras_s2s.run.run_directory import save_weights
from keras_s2s.training.adaptation.record import AdaptationRecord, AdaptationScores
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.validation import Validation

_TRIES = 4
"""How many shares of an epoch's change are tried, the whole of it included."""

_CAUTION = 0.95
"""Of the share that should just keep to the bound, what is tried."""

_SMALLEST_POWER = 0.5
"""Two measurements that are close to each other say little."""

_SMALLEST_PART, _LARGEST_PART = 0.25, 0.9
"""What of a share that forgets too much is tried next, at least and at most."""


class BoundedValidation(Validation):
    """Keeps the best weights on new text among those that forget no more than allowed.

    Weights of an epoch that have forgotten too much are drawn back towards those that
    the adaptation began with, as far as the bound is expected to ask for and then
    further; the first that keep to the bound count for the epoch. The weights it began
    with are kept until there are better ones.

    Args:
        translator: Translator over the model that is trained.
        pairs: Validation pairs of the new text.
        recipe: As for `Validation`.
        path: The run directory.
        progress: Holds the best scores on the new text; updated here.
        options: Further arguments of `Validation`.
        old_pairs: Validation pairs of the first training; may be none.
        original: The trainable weights that the adaptation began with.
        record: What is known of the adaptation so far.

    Reference:
        [Wortsman et al., 2022](https://arxiv.org/abs/2109.01903), equation 1, for the
        mean of original and fine-tuned weights.
    """

    def __init__(
        self,
        translator: Translator,
        pairs: Sequence[SentencePair],
        recipe: Recipe,
        path: Path,
        progress: Progress,
        *options: Any,
        old_pairs: Sequence[SentencePair],
        original: Sequence[npt.NDArray[np.floating[Any]]],
        record: AdaptationRecord,
    ) -> None:
        super().__init__(translator, pairs, recipe, path, progress, *options)
        most = recipe.training.validation_pairs or len(old_pairs)
        self._old_sources = [pair.source for pair in old_pairs[:most]]
        self._old_references = [pair.target for pair in old_pairs[:most]]
        self._original = original
        self._record = record

    def translate_first(self, count: int) -> None:
        """Translate the first `count` pairs of each text."""
        super().translate_first(count)
        if self._old_sources:
            self._score(self._old_sources[:count], self._old_references[:count])

    @property
    def pair_count(self) -> int:
        """Number of pairs of the larger text."""
        return max(super().pair_count, len(self._old_sources))

    def keep_pairs(self, count: int) -> None:
        """Translate the first `count` pairs of each text alone from now on."""
        super().keep_pairs(count)
        del self._old_sources[count:], self._old_references[count:]

    def on_train_begin(self, logs: Any = None) -> None:
        """Score the weights that a new adaptation begins with, and keep them so far."""
        if self._record.before:
            return
        scores = self._scores(self._score(self._sources, self._references))
        self._keep(0, 0.0, replace(self._record, before=scores), scores)

    def _keep_if_better(
        self, number: int, bleu: float, chrf: float, logs: dict[str, Any] | None
    ) -> None:
        scores = self._scores((bleu, chrf))
        if logs is not None and scores.old_bleu is not None:
            logs["old_bleu"] = round(scores.old_bleu, 2)
        if not self._is_better(bleu, chrf):
            return
        tuned = [variable.numpy() for variable in self.model.trainable_variables]
        try:
            share, tried = 1.0, []
            while not self._is_within_bound(scores):
                tried.append((share, self._forgotten(scores)))
                if len(tried) == _TRIES:
                    return
                share = self._smaller_share(tried)
                self._draw_back(tuned, share)
                scores = self._scores(None)
            if share < 1:
                new = self._score(self._sources, self._references)
                scores = replace(scores, new_bleu=new[0], new_chrf=new[1])
            if self._is_better(scores.new_bleu, scores.new_chrf):
                self._keep(number, share, self._record, scores)
        finally:
            for variable, value in zip(
                self.model.trainable_variables, tuned, strict=True
            ):
                variable.assign(value)

    def _scores(self, new: tuple[float, float] | None) -> AdaptationScores:
        """Return the scores of the model's weights; NaN for the new text without."""
        new = new or (math.nan, math.nan)
        if not self._old_sources:
            return AdaptationScores(*new)
        return AdaptationScores(
            *new, *self._score(self._old_sources, self._old_references)
        )

    def _is_within_bound(self, scores: AdaptationScores) -> bool:
        bound = self._record.max_forgetting
        return bound is None or self._forgotten(scores) <= bound

    def _forgotten(self, scores: AdaptationScores) -> float:
        """Return the BLEU that is lost on the old text; 0 without any."""
        before = self._record.before
        if scores.old_bleu is None or before is None or before.old_bleu is None:
            return 0.0
        return before.old_bleu - scores.old_bleu

    def _smaller_share(self, tried: Sequence[tuple[float, float]]) -> float:
        """Return a share of the change that should keep to the bound.

        The original weights are near an optimum for the old text, so what is lost
        should grow with the square of the distance from them; the last two measurements
        say with which power it does.

        Args:
            tried: Shares, and the BLEU that is lost with them.
        """
        share, lost = tried[-1]
        power = 2.0
        if len(tried) > 1:
            larger, more = tried[-2]
            power = max(
                _SMALLEST_POWER, math.log(more / lost) / math.log(larger / share)
            )
        bound = self._record.max_forgetting or 0.0
        part = _CAUTION * math.pow(bound / lost, 1 / power)
        return round(share * min(max(part, _SMALLEST_PART), _LARGEST_PART), 3)

    def _draw_back(
        self, tuned: Sequence[npt.NDArray[np.floating[Any]]], share: float
    ) -> None:
        """Give the model a share of the change from the original weights."""
        for variable, original, value in zip(
            self.model.trainable_variables, self._original, tuned, strict=True
        ):
            variable.assign(original + share * (value - original))

    def _keep(
        self,
        number: int,
        share: float,
        record: AdaptationRecord,
        scores: AdaptationScores,
    ) -> None:
        self._progress.best_bleu = scores.new_bleu
        self._progress.best_chrf = scores.new_chrf
        self._progress.best_epoch = number
        save_weights(self.model, self._path, "best")
        self._record = replace(record, kept=scores, epoch=number, share_of_change=share)
        self._record.write(self._path)
