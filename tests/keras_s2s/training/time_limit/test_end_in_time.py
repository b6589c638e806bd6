"""The clock's callback and the paces in a training of which time alone is real."""

from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("keras", reason="needs the train extra")

from keras_s2s.config import TrainingConfig
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.time_limit import run_clock
from keras_s2s.training.time_limit.end_in_time import (
    NO_BETTER,
    TIME_IS_OVER,
    EndInTime,
)
from keras_s2s.training.time_limit.paces import Paces
from keras_s2s.training.time_limit.run_clock import RunClock, read_elapsed

pytestmark = pytest.mark.train


class KilledError(Exception):
    """Ends a training as a kill does: nobody writes anything any more."""


@dataclass
class Training:
    """What `model.fit` does with the callbacks; steps and validations take time.

    Attributes:
        path: The run directory.
        time: The clock.
        limit: Seconds of the limit.
        step_seconds: Returns what a step takes, by the seconds of the run so far.
        bleu: Returns what a validation finds, by the seconds of the run so far.
        validation: Seconds of a validation.
        checkpoint: Seconds of a checkpoint.
        setup: Seconds before the first step.
        steps: Steps of a round.
    """

    path: object
    time: object
    limit: float = 600.0
    step_seconds: object = lambda seconds: 0.3
    bleu: object = lambda seconds: seconds
    validation: float = 4.0
    checkpoint: float = 1.0
    setup: float = 20.0
    steps: int = 50
    state: Progress = field(default_factory=lambda: Progress("key"))
    saved_step: int = 0
    beside: float = 0.0
    rates: list = field(default_factory=list)

    def start(self, killed_at=float("inf")):
        """Train until the end, or until killed; return the seconds of this start."""
        began = self.time()
        clock = RunClock(now=self.time)
        self.time.pass_by(self.setup)
        progress = deepcopy(self.state)
        clock.add_earlier(max(progress.elapsed_seconds, read_elapsed(self.path)))
        config = TrainingConfig(
            time_limit=self.limit, learning_rate=0.8, final_learning_rate=0.0
        )
        paces = Paces.within(self.limit, clock)
        paces.validation.cost = self.validation
        paces.checkpoint.cost = self.checkpoint
        model = SimpleNamespace(
            optimizer=SimpleNamespace(iterations=self.saved_step, learning_rate=0.0),
            stop_training=False,
        )
        callback = EndInTime(config, clock, progress, self.path, 8, paces.finishing)
        callback.set_model(model)
        callback.on_train_begin()
        step = self.saved_step
        while not model.stop_training:
            for batch in range(self.steps):
                callback.on_train_batch_begin(batch)
                self.rates.append(model.optimizer.learning_rate)
                self.time.pass_by(self.step_seconds(clock.elapsed()))
                step += 1
                if clock.elapsed() > killed_at:
                    return self.time() - began
                callback.on_train_batch_end(batch)
                if model.stop_training:
                    break
            epoch, logs = progress.finished_epochs, {}
            if progress.ended or paces.validation.is_due():
                with paces.validation.measured():
                    logs["val_bleu"] = self.bleu(clock.elapsed())
                    self.time.pass_by(self.validation)
                    self.beside += self.validation
                if logs["val_bleu"] > progress.best_bleu:
                    progress.best_bleu = logs["val_bleu"]
                    progress.best_epoch = epoch + 1
            callback.on_epoch_end(epoch, logs)
            progress.history.append({"epoch": epoch + 1, **logs})
            progress.finished_epochs = epoch + 1
            if progress.ended or paces.checkpoint.is_due():
                with paces.checkpoint.measured():
                    self.time.pass_by(self.checkpoint)
                    self.beside += self.checkpoint
                self.state, self.saved_step = deepcopy(progress), step
        self.time.pass_by(self.checkpoint)  # the weights are read again
        return self.time() - began


@pytest.fixture
def training(tmp_path, fake_time, monkeypatch):
    # Thousands of them: a disk need not keep them.
    monkeypatch.setattr(run_clock, "replace_file", Path.write_bytes)

    def make(**values):
        return Training(tmp_path, fake_time, **values)

    return make


SLOWER = {"step_seconds": lambda seconds: 0.3 if seconds < 200 else 1.5}
FASTER = {"step_seconds": lambda seconds: 1.5 if seconds < 200 else 0.3}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"limit": 5400.0, "steps": 400, "setup": 90.0},
        {"limit": 60.0, "steps": 5, "validation": 1.0, "checkpoint": 0.2},
        {"setup": 200.0},
        {"step_seconds": lambda seconds: 2.0, "steps": 1000},
        {"validation": 9.0},
        SLOWER,
        FASTER,
    ],
)
def test_a_training_ends_with_its_time_and_a_rate_of_nothing(training, values):
    run = training(**values)
    seconds = run.start()
    assert 0.85 * run.limit <= seconds <= 1.02 * run.limit
    assert run.state.ended == TIME_IS_OVER
    assert max(run.rates) == 0.8
    assert run.rates[-1] < 0.01


@pytest.mark.parametrize("limit", [600.0, 5400.0])
@pytest.mark.parametrize("cost", [(0.5, 0.1), (9.0, 2.0)])
def test_what_is_beside_the_training_takes_at_most_a_twentieth(training, limit, cost):
    run = training(limit=limit, validation=cost[0], checkpoint=cost[1])
    run.start()
    assert run.beside <= 0.05 * limit


@pytest.mark.parametrize("killed_at", [200.0, 450.0])
def test_the_time_of_all_starts_counts_up_to_the_moment_of_a_kill(training, killed_at):
    run = training()
    first = run.start(killed_at)
    assert run.saved_step
    seconds = first + run.start()
    assert 0.85 * run.limit <= seconds <= 1.02 * run.limit
    assert run.state.ended == TIME_IS_OVER


def test_a_run_that_was_killed_when_its_time_was_over_still_comes_to_an_end(training):
    run = training()
    run.start(killed_at=590.0)
    run.start()
    assert run.state.ended == TIME_IS_OVER
    assert run.state.best_epoch


def test_where_validation_stops_improving_the_rate_falls_and_the_training_ends(
    training,
):
    run = training(limit=5400.0, steps=200, bleu=lambda seconds: min(seconds, 1300.0))
    seconds = run.start()
    assert run.state.ended == NO_BETTER
    assert 1300 < run.state.decay_began < 2700
    assert seconds < 0.7 * run.limit
    assert run.rates[-1] < 0.01


def test_a_few_worse_validations_are_no_end_of_improving(training):
    worse = [15.0, 14.0, 16.0]
    run = training(
        limit=5400.0,
        steps=200,
        validation=1.0,
        bleu=lambda seconds: seconds + 300 * worse[int(seconds / 150) % 3],
    )
    run.start()
    assert run.state.ended == TIME_IS_OVER


def test_a_history_says_how_far_each_round_came(training, fake_time, tmp_path):
    config = TrainingConfig(time_limit=600.0)
    clock, progress = RunClock(now=fake_time), Progress("key")
    callback = EndInTime(config, clock, progress, tmp_path, 10, lambda: 0.0)
    callback.set_model(
        SimpleNamespace(optimizer=SimpleNamespace(iterations=0, learning_rate=0.1))
    )
    callback.on_train_begin()
    for batch in range(15):
        callback.on_train_batch_begin(batch)
        fake_time.pass_by(2.0)
        callback.on_train_batch_end(batch)
    logs = {}
    callback.on_epoch_end(0, logs)
    assert logs == {"minutes": 0.5, "passes": 1.5, "learning_rate": 0.001}
    assert progress.elapsed_seconds == 30
