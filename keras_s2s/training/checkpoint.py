"""The state of a training in one file: weights, optimizer, random states, progress."""

import io
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_s2s.run.run_directory import STATE_FILE, RunError, replace_file


@dataclass
class Progress:
    """How far a run has come.

    Attributes:
        data_key: Name of the encoded corpus it trains on.
        finished_epochs: Number of finished epochs.
        best_bleu: Validation BLEU of the best epoch so far; -1 before the first.
        best_chrf: Its validation chrF.
        best_epoch: That epoch, counted from 1.
        history: What each epoch logged, in order.
        workers: Number of processes that train it.
    """

    data_key: str
    finished_epochs: int = 0
    best_bleu: float = -1.0
    best_chrf: float = -1.0
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    workers: int = 1

    def is_out_of_patience(self, patience: int, epochs: int | None = None) -> bool:
        """Return whether too many epochs have passed since the best one.

        Args:
            patience: Epochs without a better one that are too many; 0 for no limit.
            epochs: Epochs that have passed; by default those that are finished.
        """
        passed = self.finished_epochs if epochs is None else epochs
        return bool(
            patience and self.best_epoch and passed - self.best_epoch >= patience
        )


def save_state(model: keras.Model, progress: Progress, path: Path) -> None:
    """Write everything the next epoch depends on to one file, atomically.

    Args:
        model: A compiled model.
        progress: Progress of the run.
        path: The run directory.
    """
    arrays = {
        f"variable_{index}": variable.numpy()
        for index, variable in enumerate(state_variables(model))
    }
    content = io.BytesIO()
    np.savez(content, progress=json.dumps(asdict(progress)), **arrays)
    replace_file(path / STATE_FILE, content.getvalue())


def restore_state(model: keras.Model, path: Path) -> Progress:
    """Load the state that `save_state` wrote into a freshly compiled model.

    Raises:
        RunError: There is no state, or another model or version wrote it.
    """
    file = path / STATE_FILE
    if not file.exists():
        raise RunError(
            f"{path} holds no {STATE_FILE}: training has not come to the end of an "
            "epoch yet. Start it again with --force."
        )
    # Adam creates its variables at the first step otherwise.
    model.optimizer.build(model.trainable_variables)
    variables = state_variables(model)
    with np.load(file) as state:
        progress = json.loads(str(state["progress"]))
        if progress.keys() != {field.name for field in fields(Progress)}:
            raise RunError(
                f"{file} was written by another version of keras-s2s, whose runs this "
                "one cannot resume. Start the run again with --force."
            )
        if len(variables) != len(state.files) - 1:
            raise RunError(
                f"{file} must hold the {len(variables)} variables of the recipe's "
                f"model. Received: {len(state.files) - 1}."
            )
        for index, variable in enumerate(variables):
            variable.assign(state[f"variable_{index}"])
    return Progress(**progress)


def resumed_progress(
    model: keras.Model, path: Path, data_key: str, workers: int
) -> Progress:
    """Restore a run's state, if it goes on as it began.

    Args:
        model: A freshly compiled model.
        path: The run directory.
        data_key: Name of the encoded corpus that is given now.
        workers: Processes that train now.

    Raises:
        RunError: There is no state that fits, or the run had another text, or another
            number of workers.
    """
    progress = restore_state(model, path)
    if progress.data_key != data_key:
        raise RunError(
            f"Resuming {path} needs the training text it was started with, and "
            "validation pairs if it was given some. The given text is different."
        )
    if progress.workers != workers:
        raise RunError(
            f"Resuming {path} needs as many workers as it was started with, "
            f"{progress.workers}. Received: {workers}."
        )
    return progress


def state_variables(model: keras.Model) -> list[Any]:
    """Return weights, states of random generators, and optimizer variables."""
    return [*model.variables, *model.optimizer.variables]
