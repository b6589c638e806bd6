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
        best_bleu: Best validation BLEU so far; -1 before the first.
        best_epoch: Epoch of that BLEU, counted from 1.
        history: What each epoch logged, in order.
        workers: Number of processes that train it.
    """

    data_key: str
    finished_epochs: int = 0
    best_bleu: float = -1.0
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    workers: int = 1


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


def state_variables(model: keras.Model) -> list[Any]:
    """Return weights, states of random generators, and optimizer variables."""
    return [*model.variables, *model.optimizer.variables]
