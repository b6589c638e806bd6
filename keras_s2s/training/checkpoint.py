"""The state of a training in one file: weights, optimizer, random states, progress."""

import io
import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import keras
import numpy as np

from edge_runtime.files.replacement import replace_file
from keras_s2s.files.layouts import STATE_FILE
from keras_s2s.run.run_file import RunError, read_run_file
from keras_s2s.run.weights import NamedWeights, WeightsError, weights_from_bytes


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
        elapsed_seconds: Seconds the run had taken at this checkpoint.
        decay_began: With a time limit: seconds at which the learning rate began to fall
            because validation had stopped improving; 0 if it did not.
        best_at: With a time limit: seconds at which the best validation was over.
        ended: With a time limit: why the training ended; empty while it goes on.
        recipe: The recipe that it was trained by, as JSON; empty in states that earlier
            versions wrote.
        validation_key: Checksum of the validation pairs; likewise.
    """

    data_key: str
    finished_epochs: int = 0
    best_bleu: float = -1.0
    best_chrf: float = -1.0
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    workers: int = 1
    elapsed_seconds: float = 0.0
    decay_began: float = 0.0
    best_at: float = 0.0
    ended: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    validation_key: str = ""

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


_ALL_FIELDS = {field.name for field in fields(Progress)}
_REQUIRED_FIELDS = _ALL_FIELDS - {
    *("elapsed_seconds", "decay_began", "best_at", "ended"),
    *("recipe", "validation_key"),
}


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
        RunError: There is no state, or it is damaged, or of another model or version.
    """
    file = path / STATE_FILE
    progress, state = _read_state(file)
    variables = state_variables(model)
    if len(variables) != len(state):
        raise RunError(
            f"{file} must hold the {len(variables)} variables of the recipe's "
            f"model. Received: {len(state)}."
        )
    values = [state.get(f"variable_{index}") for index in range(len(variables))]
    for index, (variable, value) in enumerate(zip(variables, values, strict=True)):
        shape = None if value is None else value.shape
        if shape != tuple(variable.shape):
            raise RunError(
                f"Variable {index} in {file} must have the shape of the recipe's "
                f"model, {tuple(variable.shape)}. Received: {shape}."
            )
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    return progress


def read_progress(path: Path) -> Progress:
    """Return how far a run had come when `save_state` wrote its state.

    Raises:
        RunError: There is no state, or it is damaged, or of another version.
    """
    return _read_state(path / STATE_FILE)[0]


def _read_state(file: Path) -> tuple[Progress, NamedWeights]:
    """Return what a file holds: the progress, and the variables."""
    try:
        # Every array has a checksum, and all are read before one is assigned.
        state = dict(weights_from_bytes(read_run_file(file)))
        progress = json.loads(str(state.pop("progress")))
    except FileNotFoundError:
        raise RunError(
            f"{file.parent} holds no {STATE_FILE}: training has not come to the end of "
            "an epoch yet. Start it again without --resume, and with --force where it "
            "holds weights of that epoch."
        ) from None
    except RunError:
        raise
    except (WeightsError, KeyError, ValueError) as error:
        raise RunError(
            f"{file} must be undamaged to resume from. {error} Export the run, whose "
            "weights are files of their own, or start it again with --force."
        ) from None
    # What states of earlier versions lack has the value of a run without it.
    if not isinstance(progress, dict) or not (
        _REQUIRED_FIELDS <= progress.keys() <= _ALL_FIELDS
    ):
        raise RunError(
            f"{file} was written by another version of keras-s2s, whose runs this "
            "one cannot resume. Start the run again with --force."
        )
    return Progress(**progress), state


def state_variables(model: keras.Model) -> list[Any]:
    """Return weights, states of random generators, and optimizer variables."""
    return [*model.variables, *model.optimizer.variables]
