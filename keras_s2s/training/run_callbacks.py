"""The third step of a training: the callbacks of a run."""

from dataclasses import replace

import keras

from edge_runtime.translation.translator import Translator
from keras_s2s.files.layouts import LOGS_DIRECTORY
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.run.run_directory import write_recipe
from keras_s2s.training.adaptation.adaptation import BegunAdaptation
from keras_s2s.training.callbacks import SaveProgress, StopWhenDiverged
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.prepared_run import PreparedRun
from keras_s2s.training.prepared_training import Training
from keras_s2s.training.time_limit.end_in_time import EndInTime
from keras_s2s.training.time_limit.paces import Paces
from keras_s2s.training.time_limit.round_report import RoundReport
from keras_s2s.training.time_limit.run_clock import RunClock
from keras_s2s.training.training_samples import TrainingSamples
from keras_s2s.training.validation import Validation

_SAMPLES = 5
"""Validation pairs whose translations and alignments TensorBoard shows."""


def run_callbacks(
    run: PreparedRun,
    training: Training,
    progress: Progress,
    clock: RunClock | None = None,
    begun: BegunAdaptation | None = None,
) -> list[keras.callbacks.Callback]:
    """Return the callbacks of a run, in the order in which they are called.

    Args:
        run: Says what is validated and where files go.
        training: What is trained.
        progress: How far the run has come; brought up to date by them.
        clock: The clock of a run with a time limit, whose epochs are rounds; None for
            a run without.
        begun: What the run goes on from, if it is an adaptation of another one.
    """
    data = run.recipe.data
    translator = Translator(
        keras_translation_model(
            training.seq2seq, *run.tokenizers, data, run.facts.decoding
        )
    )
    logs = run.path / LOGS_DIRECTORY
    paces = None
    if clock:
        limit = run.recipe.training.time_limit
        paces = begun.paces(limit, clock) if begun else Paces.within(limit, clock)
    validation = (begun.validation if begun else Validation)(
        translator,
        run.valid_pairs,
        run.recipe,
        run.path,
        progress,
        paces.validation if paces else None,
    )
    by_the_clock: list[keras.callbacks.Callback] = []
    if clock and paces:
        if not progress.ended:
            _expect_costs(run, training, progress, paces, validation)
        config = run.recipe.training
        by_the_clock = [
            EndInTime(
                config,
                clock,
                progress,
                run.path,
                len(training.batches),
                paces.finishing,
            ),
            RoundReport(config.time_limit),
        ]
    return [
        StopWhenDiverged(progress),
        validation,
        *by_the_clock,
        # Writes what the ones before have logged; what is for the eye comes after it.
        SaveProgress(run.path, progress, paces.checkpoint if paces else None),
        TrainingSamples(
            translator,
            run.valid_pairs[:_SAMPLES],
            logs,
            source_language=data.source_language,
            target_language=data.target_language,
            pace=paces.samples if paces else None,
        ),
        keras.callbacks.TensorBoard(str(logs), write_graph=False),
    ]


def _expect_costs(
    run: PreparedRun,
    training: Training,
    progress: Progress,
    paces: Paces,
    validation: Validation,
) -> None:
    """Measure a validation; a new run validates as many pairs as it has time for."""
    config = run.recipe.training
    count = paces.expect(
        config.time_limit,
        training.model,
        validation.translate_first,
        validation.pair_count,
    )
    if count < validation.pair_count and not progress.finished_epochs:
        validation.keep_pairs(count)
        # A resumed run validates the same ones.
        recipe = replace(run.recipe, training=replace(config, validation_pairs=count))
        write_recipe(recipe, run.path)
        progress.recipe = recipe.to_json()
