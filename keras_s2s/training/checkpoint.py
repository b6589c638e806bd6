"""What resuming needs: weights, optimizer, random state and progress in one file."""

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
        finished_epochs: Epochs behind it.
        best_bleu: Best validation BLEU so far; -1 before the first.
        best_epoch: Epoch of that BLEU, counted from 1.
        history: What each epoch logged, in order.
        workers: Processes it is trained by.
    """

    data_key: str
    finished_epochs: int = 0
    best_bleu: float = -1.0
    best_epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    workers: int = 1


def save_state(model: keras.Model, progress: Progress, path: Path) -> None:
    """Write everything the next epoch depends on as one file, beside and renamed.

    Args:
        model: A compiled model.
        progress: How far it has come.
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
    """Give a freshly compiled model the state that `save_state` wrote.

    Raises:
        RunError: There is no state, or it is of another model or version.
    """
    file = path / STATE_FILE
    if not file.exists():
        raise RunError(
            f"{path} holds no {STATE_FILE}: training has not come to the end of an "
            "epoch yet. Start it again with --force."
        )
    # Adam makes its variables at the first step, unless it is told to.
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
    """Return weights, states of random generators and the optimizer's variables."""
    return [*model.variables, *model.optimizer.variables]
