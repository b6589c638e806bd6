"""A recipe and parallel text to a run directory, through `model.fit`."""

import json
from pathlib import Path

import keras

from keras_s2s.config import Recipe
from keras_s2s.fast.process_settings import prepare_process
from keras_s2s.run.run_directory import (
    SCORES_FILE,
    Run,
    load_run,
    replace_file,
    tokenizer_files,
)
from keras_s2s.training.checkpoint import Progress, resumed_progress
from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.handover import (
    Assignment,
    StayTogether,
    give_assignment,
    share_state,
)
from keras_s2s.training.prepared_run import PreparedRun, prepare_run
from keras_s2s.training.prepared_training import Training, prepare_training
from keras_s2s.training.run_callbacks import run_callbacks
from keras_s2s.training.training_data import TrainingData


def train(
    recipe: Recipe,
    data: TrainingData,
    path: Path,
    *,
    tokenizers: Path | None = None,
    resume: bool = False,
    force: bool = False,
    cluster: Cluster | None = None,
) -> Run:
    """Train a translator.

    Args:
        recipe: The whole recipe; when resuming, the run's own.
        data: The corpora.
        path: The run directory, new or empty.
        tokenizers: Run whose tokenizers are taken over; by default they are trained.
        resume: Continue the run in `path` after its last finished epoch.
        force: Replace what `path` holds.
        cluster: The workers that train along, where this process is their chief; see
            `train_together`.

    Returns:
        The run, with its best weights.

    Raises:
        ClusterError: The workers do not come together.
        CorpusError: A corpus cannot be used.
        RunError: `path` cannot be used as asked.
        TokenizerTrainingError: A vocabulary cannot be made.
        TrainingDivergedError: The loss became NaN.
    """
    prepare_process(recipe.training.operator_threads)
    run = prepare_run(
        recipe,
        data,
        path,
        tokenizers=tokenizers,
        resume=resume,
        force=force,
        cluster=cluster,
    )
    training = prepare_training(run.recipe, run.tokenizers, run.corpus, run.workers)
    progress = _progress(run, training, resume)
    fit(run, training, progress, run_callbacks(run, training, progress))
    return load_run(path)


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
    goes_on = not progress.is_out_of_patience(config.patience)
    if workers:
        models = {
            file.name: file.read_bytes() for file in tokenizer_files(run.path).values()
        }
        give_assignment(workers, Assignment(run.recipe, models, progress, goes_on))
        share_state(training.model, workers)
        callbacks = [*callbacks, StayTogether(workers, progress)]
    if goes_on:
        training.fit(config.epochs, progress, callbacks)
    scores = {"val_bleu": progress.best_bleu, "best_epoch": progress.best_epoch}
    replace_file(run.path / SCORES_FILE, (json.dumps(scores, indent=2) + "\n").encode())
    if workers:
        workers.part()


def _progress(run: PreparedRun, training: Training, resume: bool) -> Progress:
    """Return how far a run has come; give a resumed one its state back."""
    workers = len(run.workers.cluster) if run.workers else 1
    if resume:
        return resumed_progress(training.model, run.path, run.corpus.key, workers)
    return Progress(run.corpus.key, workers=workers)
