"""How fast this machine trains a model, measured in its first steps."""

from typing import Any

import keras

from keras_s2s.training.checkpoint import state_variables
from keras_s2s.training.prepared_training import Training
from keras_s2s.training.time_limit.run_clock import RunClock

_UNCOUNTED_STEPS = 3
"""In the first, TensorFlow builds and compiles the step."""

_LEAST_STEPS = 5
_MOST_STEPS = 10**6


def measure_speed(training: Training, seconds: float, clock: RunClock) -> float:
    """Return the real target tokens per second of a training; its weights stay.

    What TensorFlow compiles serves the training afterwards.

    Args:
        training: What `prepare_training` made.
        seconds: How long to measure, compilation apart; at least five steps.
        clock: What tells the time.
    """
    model = training.model
    model.optimizer.build(model.trainable_variables)
    variables = state_variables(model)
    before = [variable.numpy() for variable in variables]
    times = _StepTimes(seconds, clock)
    model.fit(
        training.batches.dataset(),
        steps_per_epoch=_MOST_STEPS,
        callbacks=[times],
        shuffle=False,
        verbose=0,
    )
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)
    # An epoch may have fewer batches than were measured.
    batches = training.batches.indices(0)
    measured = [
        batches[step % len(batches)] for step in range(_UNCOUNTED_STEPS, times.steps)
    ]
    return training.batches.target_tokens(measured) / times.seconds


class _StepTimes(keras.callbacks.Callback):
    """Counts and times steps, and stops when they have taken long enough."""

    def __init__(self, enough: float, clock: RunClock) -> None:
        super().__init__()
        self._clock = clock
        self._enough = enough
        self._begun = 0.0
        self.steps = 0
        self.seconds = 0.0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.steps += 1
        now = self._clock.elapsed()
        if self.steps == _UNCOUNTED_STEPS:
            self._begun = now
        elif self.steps > _UNCOUNTED_STEPS:
            self.seconds = now - self._begun
            if (
                self.steps >= _UNCOUNTED_STEPS + _LEAST_STEPS
                and self.seconds >= self._enough
            ):
                self.model.stop_training = True
