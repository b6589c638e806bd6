"""Callbacks that write history and state, and stop a training that diverges."""

import csv
import io
import math
from pathlib import Path
from typing import Any

import keras

from edge_runtime.files.replacement import replace_file
from keras_s2s.files.layouts import HISTORY_FILE
from keras_s2s.run.run_directory import save_weights
from keras_s2s.training.checkpoint import Progress, save_state
from keras_s2s.training.time_limit.pace import Pace


class TrainingDivergedError(RuntimeError):
    """The loss is NaN or infinite; the message names the batch and the checkpoint."""


class StopWhenDiverged(keras.callbacks.Callback):
    """Stops at the first batch whose loss is NaN or infinite.

    Args:
        progress: Holds the epoch of the last checkpoint.
    """

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Remember the epoch for the message."""
        self._epoch = epoch

    def on_train_batch_end(
        self, batch: int, logs: dict[str, Any] | None = None
    ) -> None:
        """Look at the loss."""
        loss = float((logs or {}).get("loss", 0.0))
        if math.isfinite(loss):
            return
        saved = self._progress.finished_epochs
        raise TrainingDivergedError(
            f"The loss became {loss} in epoch {self._epoch + 1}, batch {batch + 1}. "
            + (f"The checkpoint of epoch {saved} is kept. " if saved else "")
            + "Try a lower learning_rate or gradient_norm."
        )


class SaveProgress(keras.callbacks.Callback):
    """Writes history, last weights and the state to resume from after every epoch.

    Must follow the callbacks whose logs it writes.

    Args:
        path: The run directory.
        progress: Progress of the run; updated here.
        pace: Says after which epochs files are written, but for the last, after which
            they always are; None for all.
    """

    def __init__(
        self, path: Path, progress: Progress, pace: Pace | None = None
    ) -> None:
        super().__init__()
        self._path = path
        self._progress = progress
        self._pace = pace

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Write history, weights and state; `epoch` counts from 0."""
        row = {name: round(float(value), 6) for name, value in (logs or {}).items()}
        self._progress.history.append({"epoch": epoch + 1, **row})
        self._progress.finished_epochs = epoch + 1
        if self._pace is None:
            self._write()
        elif self._progress.ended or self._pace.is_due():
            with self._pace.measured():
                self._write()

    def _write(self) -> None:
        save_weights(self.model, self._path, "last")
        # The state is written last: a resumed run repeats an epoch that is not in it.
        replace_file(self._path / HISTORY_FILE, _as_csv(self._progress.history))
        save_state(self.model, self._progress, self._path)


def _as_csv(history: list[dict[str, float]]) -> bytes:
    # Rows differ in their columns where validation begins after the first epoch.
    columns = list(dict.fromkeys(name for row in history for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    return text.getvalue().encode()
