"""A recipe and parallel text to a run directory, through `model.fit`."""

import json
import logging
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from edge_runtime.files.replacement import replace_file
from keras_s2s.config import ConfigError, Recipe
from keras_s2s.fast.process_settings import prepare_process
from keras_s2s.files.layout import LOCK_FILE
from keras_s2s.files.layouts import RUN, SCORES_FILE, STATE_FILE
from keras_s2s.files.lock import Lock
from keras_s2s.files.new_directory import new_directory
from keras_s2s.recipes.automatic import Automatic
from keras_s2s.run.run_directory import Run, load_run, read_recipe, tokenizer_files
from keras_s2s.run.run_file import RunError, read_run_file, require_regular_files
from keras_s2s.training.adaptation.adaptation import Adaptation
from keras_s2s.training.adaptation.record import is_adaptation
from keras_s2s.training.checkpoint import Progress, restore_state
from keras_s2s.training.chosen_recipe import chosen_for_corpus, chosen_vocabularies
from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.handover import (
    Assignment,
    StayTogether,
    give_assignment,
    share_state,
)
from keras_s2s.training.prepared_run import PreparedRun, prepare_run
from keras_s2s.training.prepared_training import Training, prepare_training
from keras_s2s.training.process_environment import environment_kept
from keras_s2s.training.resumption import (
    pairs_key,
    require_same_recipe,
    require_same_start,
)
from keras_s2s.training.run_callbacks import run_callbacks
from keras_s2s.training.time_limit.fit_into_time import fit_into_time, require_time
from keras_s2s.training.time_limit.rounds import steps_per_round
from keras_s2s.training.time_limit.run_clock import RunClock, read_elapsed
from keras_s2s.training.training_data import TrainingData

logger = logging.getLogger(__name__)


@environment_kept()
def train(
    recipe: Recipe | Automatic,
    data: TrainingData,
    path: Path,
    *,
    tokenizers: Path | None = None,
    resume: bool = False,
    force: bool = False,
    cluster: Cluster | None = None,
    clock: RunClock | None = None,
    adaptation: Adaptation | None = None,
) -> Run:
    """Train a translator.

    Args:
        recipe: The whole recipe, or what chooses it for the corpus and the time; when
            resuming, the run's own.
        data: The corpora.
        path: The run directory: new, empty, or left by a start that came to nothing.
        tokenizers: Run whose tokenizers are taken over; by default they are trained.
        resume: Continue the run in `path` from the state that it saved last.
        force: Replace the run in `path`, once the new one is about to begin.
        cluster: The workers that train along, where this process is their chief; see
            `train_together`.
        clock: What counts the time of a recipe with a time limit; by default one that
            begins now.
        adaptation: The run that the training goes on from; its tokenizers must be
            those of `tokenizers`.

    Returns:
        The run, with its best weights.

    Raises:
        ClusterError: The workers do not come together.
        ConfigError: The recipe has a time limit, and others train along.
        CorpusError: A corpus cannot be used.
        DirectoryError: `path` holds something that must not be replaced.
        InUseError: Another process trains there.
        RunError: A run is incomplete, or cannot be resumed with these arguments.
        TimeLimitError: The time limit is too short to train at all.
        TokenizerTrainingError: A vocabulary cannot be made.
        TrainingDivergedError: The loss became NaN.
    """
    clock = (clock or RunClock()) if _time_limit(recipe) else None
    if clock and cluster:
        raise ConfigError(
            "`time_limit` must be 0 with several workers. "
            f"Received: time_limit={_time_limit(recipe):g}."
        )
    with ExitStack() as stack:
        begun = resume
        try:
            if resume:
                read_recipe(path, trained=False)
                if is_adaptation(path) and not adaptation:
                    raise RunError(
                        f"{path} is an adaptation of another run: continue it with "
                        "`keras-s2s adapt --resume`."
                    )
                stack.enter_context(Lock(path / LOCK_FILE))
                require_regular_files(path)
                RUN.clear_partials(path)
                place = None
            else:
                place = stack.enter_context(
                    new_directory(
                        path, RUN, force=force, inputs=_inputs(data, tokenizers)
                    )
                )
            # A pipe gives its text once; choosing and training both read it.
            data = data.readable_again()
            at_most = chosen_vocabularies(recipe)
            recipe, choose = chosen_for_corpus(recipe, data)
            if resume:
                # Before the work on the text, which an edited recipe may encode anew.
                require_same_recipe(recipe, path)
            prepare_process(recipe.training.operator_threads)
            _require_time(recipe, clock, resume)
            run = prepare_run(
                recipe,
                data,
                place.path if place else path,
                tokenizers=tokenizers,
                at_most=at_most,
                resume=resume,
                cluster=cluster,
                facts=adaptation.facts if adaptation else None,
            )
            if resume:
                # What an adaptation mixes in depends on what is validated.
                require_same_start(path, *_start(run))
            _require_time(recipe, clock, resume)
            training = prepare_training(
                run.recipe, run.tokenizers, run.corpus, run.workers
            )
            begun_adaptation = None
            if adaptation:
                run, training, begun_adaptation = adaptation.begin(
                    run, training, resume=resume
                )
            if clock and not resume:
                run, training = fit_into_time(run, training, clock, choose)
            if place:
                # Nothing that the recipe asks for is impossible.
                place.put_in_place()
                run, begun = replace(run, path=place.path), True
            progress = _progress(run, training, resume)
            if clock and resume:
                clock.add_earlier(max(progress.elapsed_seconds, read_elapsed(run.path)))
            callbacks = run_callbacks(run, training, progress, clock, begun_adaptation)
            fit(run, training, progress, callbacks)
        except KeyboardInterrupt as interrupt:
            interrupt.add_note(_how_to_go_on(path, begun))
            raise
        return load_run(run.path)


def fit(
    run: PreparedRun,
    training: Training,
    progress: Progress,
    callbacks: list[keras.callbacks.Callback],
) -> None:
    """Train through the epochs that are left, and write the scores.

    Args:
        run: What `prepare_run` made.
        training: What `prepare_training` made.
        progress: How far the run has come.
        callbacks: What happens beside the training.
    """
    config, workers = run.recipe.training, run.workers
    goes_on = (
        not progress.ended
        if config.time_limit
        else not progress.is_out_of_patience(config.patience)
    )
    if workers:
        models = {
            file.name: read_run_file(file)
            for file in tokenizer_files(run.path).values()
        }
        give_assignment(workers, Assignment(run.recipe, models, progress, goes_on))
        share_state(training.model, workers)
        callbacks = [*callbacks, StayTogether(workers, progress)]
    if goes_on and config.time_limit:
        steps = steps_per_round(training, config)
        training.fit_in_rounds(steps, progress, callbacks)
    elif goes_on:
        training.fit(config.epochs, progress, callbacks)
    scores: dict[str, Any] = {
        "val_bleu": progress.best_bleu,
        "val_chrf": progress.best_chrf,
        "best_epoch": progress.best_epoch,
    }
    if config.time_limit:
        scores |= {
            "ended": progress.ended,
            "minutes": round(progress.elapsed_seconds / 60, 2),
        }
        logger.info(
            "Ended after %.1f of %.1f minutes: %s.",
            *(progress.elapsed_seconds / 60, config.time_limit / 60, progress.ended),
        )
    replace_file(run.path / SCORES_FILE, (json.dumps(scores, indent=2) + "\n").encode())
    if workers:
        workers.part()


def _time_limit(recipe: Recipe | Automatic) -> float:
    if isinstance(recipe, Automatic):
        return recipe.time_limit
    return recipe.training.time_limit


def _require_time(recipe: Recipe, clock: RunClock | None, resume: bool) -> None:
    """Refuse a limit as soon as it has passed; a resumed run has its own time left."""
    if clock and not resume:
        require_time(recipe.training.time_limit, clock)


def _inputs(data: TrainingData, tokenizers: Path | None) -> list[Path | None]:
    valid = data.valid.paths if data.valid else ()
    return [*data.train.paths, *valid, tokenizers]


def _how_to_go_on(path: Path, begun: bool) -> str:
    """Return what to do after a training was stopped."""
    if not begun:
        return f"The training had not begun; {path} is as it was."
    if (path / STATE_FILE).exists():
        return (
            f"What {path} holds is kept; continue from the state that it saved last "
            "with the same command and --resume, without the recipe's options."
        )
    if RUN.is_unfinished(path):
        return "No epoch was finished: start again with the same command."
    return "No epoch was finished: start again with the same command and --force."


def _progress(run: PreparedRun, training: Training, resume: bool) -> Progress:
    """Return how far a run has come; give a resumed one its state back."""
    data_key, validation_key, workers = _start(run)
    progress = Progress(data_key, workers=workers)
    if resume:
        progress = restore_state(training.model, run.path)
    # With more epochs, or where an earlier version wrote the state, what holds now.
    progress.recipe = run.recipe.to_json()
    progress.validation_key = validation_key
    return progress


def _start(run: PreparedRun) -> tuple[str, str, int]:
    """Return the texts of a run, by key and checksum, and how many train it."""
    workers = len(run.workers.cluster) if run.workers else 1
    return run.corpus.key, pairs_key(run.valid_pairs), workers
