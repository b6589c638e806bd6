"""One worker of a data-parallel training: the chief, or one that trains along."""

import logging
import tempfile
from pathlib import Path

from keras_s2s.config import Recipe
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.fast.process_settings import prepare_process
from keras_s2s.files.layouts import CACHE_DIRECTORY
from keras_s2s.run.run_directory import Run, read_tokenizers
from keras_s2s.run.run_file import RunError
from keras_s2s.training.callbacks import StopWhenDiverged
from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.handover import (
    StayTogether,
    share_state,
    take_assignment,
)
from keras_s2s.training.multi_worker.workers import connect, lost_workers_reported
from keras_s2s.training.prepared_training import prepare_training
from keras_s2s.training.process_environment import environment_kept
from keras_s2s.training.trainer import train
from keras_s2s.training.training_data import TrainingData

logger = logging.getLogger(__name__)


def train_together(
    recipe: Recipe,
    data: TrainingData,
    path: Path,
    cluster: Cluster,
    *,
    tokenizers: Path | None = None,
    resume: bool = False,
    force: bool = False,
) -> Run | None:
    """Train a translator in this process and in the other workers of a cluster.

    Args:
        recipe: The whole recipe. All workers use the chief's, except for
            `operator_threads`.
        data: The corpora; every worker needs the same training text. Validation text is
            named to all workers or to none; only the chief reads it.
        path: The run directory. The chief writes it. The others need not see it; if
            they do, they reuse the encoded corpus in it.
        cluster: The workers.
        tokenizers: Run whose tokenizers the chief takes over.
        resume: Continue the run in `path` from the state that it saved last.
        force: Replace what `path` holds.

    Returns:
        The chief's run with its best weights; None in the other workers.

    Raises:
        ClusterError: The workers cannot connect.
        WorkerLostError: A worker no longer answers.
        ValueError, RuntimeError: See `train`.
    """
    with lost_workers_reported(cluster):
        if cluster.is_chief:
            return train(
                recipe,
                data,
                path,
                tokenizers=tokenizers,
                resume=resume,
                force=force,
                cluster=cluster,
            )
        _train_along(recipe.training.operator_threads, data, path, cluster)
        return None


@environment_kept()
def _train_along(
    operator_threads: int, data: TrainingData, path: Path, cluster: Cluster
) -> None:
    prepare_process(operator_threads)
    # Misaligned or damaged text is reported before this worker waits for others.
    train_corpus, _ = data.divided()
    workers = connect(cluster)
    assignment = take_assignment(workers)
    recipe, progress = assignment.recipe, assignment.progress
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder)
        assignment.write_tokenizers(own)
        tokenizers = read_tokenizers(own)
        written = path / CACHE_DIRECTORY
        corpus = encode_corpus(
            train_corpus,
            *tokenizers,
            recipe.data,
            written if (written / progress.data_key).is_dir() else own,
        )
        if corpus.key != progress.data_key:
            raise RunError(
                "Every worker must have the training text of the chief, and be given "
                "validation pairs if the chief is. The text of the worker at "
                f"{cluster.addresses[cluster.index]} is different."
            )
        training = prepare_training(recipe, tokenizers, corpus, workers)
        share_state(training.model, workers)
        if assignment.goes_on:
            training.fit(
                recipe.training.epochs,
                progress,
                [StopWhenDiverged(progress), StayTogether(workers, progress)],
                verbose=0,
            )
        workers.part()
