"""`keras-s2s` with a clock: the time after every training step, as a CSV file.

    python benchmarks/timed_training.py TIMES.csv [--stop-at EPOCH STEP] train …

What follows is the command line of `keras-s2s`, run as it is. The clock is one more
callback of its `model.fit`, so the steps that are timed are the trainer's own, with
their metrics and callbacks. A row holds the epoch (from 0), the steps finished in it,
the seconds since the command was started, and the processor's seconds, all threads
together. `--stop-at` ends the training after a step.
"""

import csv
import sys
import time
from pathlib import Path
from typing import Any

START = time.perf_counter()

from keras_s2s.quiet_tensorflow import import_tensorflow_quietly  # noqa: E402

import_tensorflow_quietly()

import keras  # noqa: E402

from keras_s2s.cli import main as keras_s2s  # noqa: E402


class StepTimes(keras.callbacks.Callback):
    """Writes down when each step ended; stops the training at one of them.

    Args:
        path: The CSV file.
        stop_at: Epoch, from 0, and steps finished in it; None never stops.
    """

    def __init__(self, path: Path, stop_at: tuple[int, int] | None) -> None:
        super().__init__()
        self._path = path
        self._stop_at = stop_at
        self._epoch = 0
        self._rows: list[tuple[int, int, float, float]] = []

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the time; `epoch` counts from 0."""
        self._epoch = epoch
        self._note(0)

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note the time; `batch` counts from 0."""
        self._note(batch + 1)
        if self._stop_at is not None and (self._epoch, batch + 1) >= self._stop_at:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write what was noted so far."""
        with self._path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["epoch", "step", "seconds", "cpu_seconds"])
            writer.writerows(
                (epoch, step, f"{seconds:.6f}", f"{cpu_seconds:.6f}")
                for epoch, step, seconds, cpu_seconds in self._rows
            )

    def _note(self, step: int) -> None:
        self._rows.append(
            (self._epoch, step, time.perf_counter() - START, time.process_time())
        )


def main() -> None:
    """Run the command with the clock among the callbacks of `fit`."""
    path, *arguments = sys.argv[1:]
    stop_at = None
    if arguments[0] == "--stop-at":
        stop_at = int(arguments[1]), int(arguments[2])
        arguments = arguments[3:]
    clock = StepTimes(Path(path), stop_at)
    fit = keras.Model.fit

    def timed_fit(model: keras.Model, *args: Any, **options: Any) -> Any:
        # First in the row: what the others do at the end of an epoch is no step.
        options["callbacks"] = [clock, *(options.get("callbacks") or [])]
        return fit(model, *args, **options)

    keras.Model.fit = timed_fit
    keras_s2s(arguments, prog_name="keras-s2s")


if __name__ == "__main__":
    main()
