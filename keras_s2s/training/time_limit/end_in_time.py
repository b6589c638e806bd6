"""Learning rate and end of a training by the clock."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras

from keras_s2s.config import TrainingConfig
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.time_limit.run_clock import RunClock
from keras_s2s.training.time_limit.timed_rate import TimedRate

DECAY_SHARE = 0.5
"""Share of the limit, at its end, in which the learning rate falls."""

_USED_SHARE = 0.985
"""Share of the limit that is planned for: the rest is for steps of uneven length."""

_PLATEAU_SHARE = 1 / 3
"""Validation has stopped improving when the best one is older than this share of the
time so far; the learning rate then falls within as long."""

_PLATEAU_VALIDATIONS = 4
"""At least as many validations must have been no better than the best one."""

_RECORDS = 300
"""How often the clock is written down in a whole run; a kill loses less than that."""

TIME_IS_OVER = "the time is over"
NO_BETTER = "validation had stopped improving"


class EndInTime(keras.callbacks.Callback):
    """Sets the learning rate of every step and ends the training, both by the clock.

    The learning rate is constant and falls in the last half of the time. If validation
    stops improving before, it begins to fall then, and the training ends early. Must
    stand between what validates and what writes the progress.

    Args:
        config: The training section of the recipe, with a time limit.
        clock: The clock of the run.
        progress: Progress of the run; updated here.
        path: The run directory, in which the clock is written down between checkpoints.
        batches_per_epoch: Steps in which an epoch passes.
        finishing: Returns the seconds that are needed after the last step.
    """

    def __init__(
        self,
        config: TrainingConfig,
        clock: RunClock,
        progress: Progress,
        path: Path,
        batches_per_epoch: int,
        finishing: Callable[[], float],
    ) -> None:
        super().__init__()
        self._config = config
        self._clock = clock
        self._progress = progress
        self._path = path
        self._batches_per_epoch = batches_per_epoch
        self._finishing = finishing
        self._step = 0
        self._step_began = 0.0
        self._next_record = 0.0

    def on_train_begin(self, logs: Any = None) -> None:
        """Find the place in the schedule."""
        self._step = int(self.model.optimizer.iterations)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Set the learning rate."""
        self._step_began = self._clock.elapsed()
        rate = self.schedule().at(self._step, self._step_began)
        self.model.optimizer.learning_rate = rate

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stop where another step would be too late."""
        self._step += 1
        now = self._clock.elapsed()
        if now >= self._next_record:
            self._clock.write(self._path)
            self._next_record = now + self._config.time_limit / _RECORDS
        if now + (now - self._step_began) > self.schedule().end:
            self._progress.ended = (
                NO_BETTER if self._progress.decay_began else TIME_IS_OVER
            )
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the validations so far, and log the place in the training."""
        progress, now = self._progress, self._clock.elapsed()
        progress.elapsed_seconds = now
        if progress.best_epoch == epoch + 1:
            progress.best_at = now
        elif self._has_stopped_improving(now):
            progress.decay_began = now
        if logs is not None:
            logs["minutes"] = round(now / 60, 2)
            logs["passes"] = round(self._step / self._batches_per_epoch, 2)
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)

    def schedule(self) -> TimedRate:
        """Return the learning rates as they are planned by now."""
        config, began = self._config, self._progress.decay_began
        begin = (1 - DECAY_SHARE) * config.time_limit
        end = _USED_SHARE * config.time_limit - self._finishing()
        if began:
            begin, end = began, min(end, (1 + _PLATEAU_SHARE) * began)
        return TimedRate(
            highest=config.learning_rate,
            final=config.final_learning_rate,
            warmup_steps=math.ceil(config.warmup_epochs * self._batches_per_epoch),
            decay_begin=begin,
            end=end,
        )

    def _has_stopped_improving(self, now: float) -> bool:
        progress = self._progress
        if progress.decay_began or not progress.best_epoch:
            return False
        validated = sum(
            "val_bleu" in row and row["epoch"] > progress.best_epoch
            for row in progress.history
        )
        return (
            validated >= _PLATEAU_VALIDATIONS
            and now - progress.best_at >= _PLATEAU_SHARE * now
            and now < self.schedule().decay_begin
        )
