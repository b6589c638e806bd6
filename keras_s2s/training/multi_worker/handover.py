"""What the chief broadcasts to the workers: recipe, tokenizers, weights, the stop."""

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_s2s.config import Recipe
from keras_s2s.training.checkpoint import Progress, state_variables
from keras_s2s.training.multi_worker.workers import Workers

_GOLDEN_RATIO = 0x9E3779B9
"""2^32 divided by the golden ratio; its multiples are far apart (Fibonacci hashing)."""


@dataclass(frozen=True)
class Assignment:
    """What all workers must agree on before they build anything.

    Attributes:
        recipe: The recipe of the run.
        tokenizers: SentencePiece models by file name.
        progress: Progress of the run.
        goes_on: Whether there is anything left to train.
    """

    recipe: Recipe
    tokenizers: Mapping[str, bytes]
    progress: Progress
    goes_on: bool

    def write_tokenizers(self, directory: Path) -> None:
        """Write the tokenizers where `read_tokenizers` finds them."""
        for name, content in self.tokenizers.items():
            (directory / name).write_bytes(content)


def give_assignment(workers: Workers, assignment: Assignment) -> None:
    """Broadcast the assignment, as the chief."""
    content = {
        "recipe": assignment.recipe.to_json(),
        "tokenizers": {
            name: base64.b64encode(model).decode()
            for name, model in assignment.tokenizers.items()
        },
        "progress": asdict(assignment.progress),
        "goes_on": assignment.goes_on,
    }
    workers.bytes_of_chief(json.dumps(content).encode())


def take_assignment(workers: Workers) -> Assignment:
    """Receive the assignment from the chief."""
    content = json.loads(workers.bytes_of_chief())
    return Assignment(
        recipe=Recipe.from_json(content["recipe"]),
        tokenizers={
            name: base64.b64decode(model)
            for name, model in content["tokenizers"].items()
        },
        progress=Progress(**content["progress"]),
        goes_on=content["goes_on"],
    )


def share_state(model: keras.Model, workers: Workers) -> None:
    """Broadcast the chief's weights, optimizer and random states to every worker.

    Each worker then offsets its random states by its index: with equal ones, dropout
    would drop the same units in all shares of a batch.
    """
    model.optimizer.build(model.trainable_variables)
    variables = state_variables(model)
    values = workers.values_of_chief([variable.numpy() for variable in variables])
    if workers.cluster.is_chief:
        return
    for variable, value in zip(variables, values, strict=True):
        if variable.name == "seed_generator_state":
            value[0] += np.uint32(workers.cluster.index * _GOLDEN_RATIO % 2**32)
        variable.assign(value)


class StayTogether(keras.callbacks.Callback):
    """Ends every epoch with the chief's state and its decision to go on or stop.

    All workers apply the same updates, but TensorFlow does not fix the order in which
    threads sum, and rounding differences would grow over a long run. Must follow all
    other callbacks of the chief; the other workers wait for them here.

    Args:
        workers: The workers.
        progress: Updated in the workers that are not the chief.
    """

    def __init__(self, workers: Workers, progress: Progress) -> None:
        super().__init__()
        self._workers = workers
        self._progress = progress

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Broadcast state and decision; `epoch` counts from 0."""
        share_state(self.model, self._workers)
        stop = np.array(int(self.model.stop_training))
        self.model.stop_training = bool(self._workers.values_of_chief([stop])[0])
        self._progress.finished_epochs = epoch + 1
