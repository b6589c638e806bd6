"""What a training that goes on from another run does differently."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from keras_s2s.cleaning.languages import require_right_sides
from keras_s2s.data.corpus import Corpus, CorpusError, SentencePair
from keras_s2s.data.corpus_without import CorpusWithout
from keras_s2s.data.encoded_corpus import EncodedCorpus, encode_corpus
from keras_s2s.data.mixed_batches import MixedBatches
from keras_s2s.data.pair_files import write_pairs
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.unknown_share import require_known
from keras_s2s.files.layouts import CACHE_DIRECTORY, OLD_VALIDATION_FILES
from keras_s2s.run.run_directory import (
    load_weights,
    read_recipe,
    read_text_facts,
    read_tokenizers,
    write_recipe,
)
from keras_s2s.run.run_file import RunError
from keras_s2s.training.adaptation.bounded_validation import BoundedValidation
from keras_s2s.training.adaptation.record import AdaptationRecord, read_record
from keras_s2s.training.prepared_run import PreparedRun
from keras_s2s.training.prepared_training import (
    Training,
    compile_model,
    training_batches,
)
from keras_s2s.training.time_limit.paces import Paces
from keras_s2s.training.time_limit.run_clock import RunClock

logger = logging.getLogger(__name__)

FEWEST_PAIRS = 50
"""Fewest pairs that are trained on: of less, single words are learnt by heart."""

_VALIDATION_SHARE = 0.2
"""Share of a time limit that validation may take."""


@dataclass(frozen=True)
class Adaptation:
    """Where an adaptation begins and what bounds it.

    Attributes:
        base: The run whose weights it begins with.
        mix: Pairs of the first training that are mixed in; None for none.
        mix_share: Share of the batches that have them.
        old_pairs: Validation pairs of the first training; may be none.
        max_forgetting: BLEU that may be lost on them; None for any.
    """

    base: Path
    mix: Corpus | None = None
    mix_share: float = 0.5
    old_pairs: Sequence[SentencePair] = ()
    max_forgetting: float | None = 1.0

    @property
    def facts(self) -> TextFacts:
        """What the run says about spans and sentences of its text."""
        return read_text_facts(self.base)

    def require_known_text(self, train: Corpus) -> None:
        """Refuse text that the run does not know, before any work.

        Raises:
            CorpusError: A side is mostly unknown to its vocabulary, or cannot be read,
                or both are in the language of the other.
            RunError: `base` is no run.
        """
        for tokenizer, side in zip(
            read_tokenizers(self.base), ("source", "target"), strict=True
        ):
            lines = (getattr(pair, side) for pair in train)
            require_known(tokenizer, lines, f"the {side} of {train.names}")
        data = read_recipe(self.base).data
        require_right_sides(train, (data.source_language, data.target_language))

    def begin(
        self, run: PreparedRun, training: Training, *, resume: bool
    ) -> tuple[PreparedRun, Training, "BegunAdaptation"]:
        """Give a model the weights of the run, and mix the batches.

        Args:
            run: The run that `prepare_run` made of the new text.
            training: What `prepare_training` made of it.
            resume: Whether the adaptation is continued.

        Returns:
            The run and the training, and what validation needs.

        Raises:
            CorpusError: There are too few pairs.
            RunError: The weights are missing or do not fit, or are not those that the
                adaptation began with.
        """
        if len(run.corpus) < FEWEST_PAIRS:
            raise CorpusError(
                f"An adaptation needs at least {FEWEST_PAIRS} pairs to train on, "
                f"besides those it validates on. Received: {len(run.corpus)}."
            )
        load_weights(
            training.seq2seq.training, self.base, "best", read_recipe(self.base).model
        )
        original = [variable.numpy() for variable in training.model.trainable_variables]
        digest = hashlib.sha256(b"".join(part.tobytes() for part in original))
        if resume:
            record = read_record(run.path)
            if record.base_weights != digest.hexdigest():
                raise RunError(
                    f"The adaptation in {run.path} goes on from the run it began with, "
                    f"{record.base}. The weights of {self.base} are others."
                )
        else:
            record = AdaptationRecord(
                self.base.resolve().name,
                digest.hexdigest(),
                self.max_forgetting,
                self.mix_share if self.mix else 0.0,
            )
            if self.old_pairs:
                names = (run.path / name for name in OLD_VALIDATION_FILES)
                write_pairs(self.old_pairs, *names)
        mix = self._encoded_mix(run)
        mix_key = mix.key if mix else ""
        if resume and record.mix_key != mix_key:
            raise RunError(
                f"Resuming {run.path} needs the pairs of the first training that it "
                "was started with, or none if it was started without. The given ones "
                "are different."
            )
        record = replace(record, mix_key=mix_key)
        batches = training.batches
        if mix:
            batches = MixedBatches(
                training.batches,
                training_batches(run.recipe, mix),
                len(run.corpus),
                record.mix_share,
                run.recipe.training.seed,
            )
        if not resume:
            run = _with_averaging_for(run, len(batches))
        training = replace(training, batches=batches)
        compile_model(training.model, run.recipe.training, len(batches))
        return run, training, BegunAdaptation(self.old_pairs, original, record)

    def _encoded_mix(self, run: PreparedRun) -> EncodedCorpus | None:
        """Return the pairs of the first training but those that are validated on."""
        if not self.mix:
            return None
        validated = [*run.valid_pairs, *self.old_pairs]
        sources = frozenset(pair.source.strip() for pair in validated)
        without = CorpusWithout(self.mix.readable_again(), sources)
        cache = run.path / CACHE_DIRECTORY
        corpus = encode_corpus(without, *run.tokenizers, run.recipe.data, cache)
        logger.info("Mixing in %s of the first training.", corpus.report)
        return corpus


@dataclass(frozen=True)
class BegunAdaptation:
    """An adaptation that has its weights and its batches.

    Attributes:
        old_pairs: Validation pairs of the first training.
        original: The trainable weights it begins with.
        record: What is known of it.
    """

    old_pairs: Sequence[SentencePair]
    original: Sequence[Any]
    record: AdaptationRecord

    @property
    def validation(self) -> "partial[BoundedValidation]":
        """What validates it, to be called with the arguments of `Validation`."""
        return partial(
            BoundedValidation,
            old_pairs=self.old_pairs,
            original=self.original,
            record=self.record,
        )

    def paces(self, limit: float, clock: RunClock) -> Paces:
        """Return what may happen beside the training, within a limit in seconds.

        A few hundred pairs are soon learnt by heart, and how much is forgotten shows in
        validation alone. So it comes early and may take more than in other trainings.
        """
        return Paces.within(
            limit, clock, validation_share=_VALIDATION_SHARE, first_share=0.0
        )


def _with_averaging_for(run: PreparedRun, batches: int) -> PreparedRun:
    """Return the run with weights averaged over an epoch at most, and say so."""
    config = run.recipe.training
    most = 1 - 1 / batches
    if config.weight_averaging <= most:
        return run
    recipe = replace(run.recipe, training=replace(config, weight_averaging=most))
    write_recipe(recipe, run.path)
    return replace(run, recipe=recipe)
