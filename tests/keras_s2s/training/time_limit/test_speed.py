from types import SimpleNamespace

import pytest

pytest.importorskip("keras", reason="needs the train extra")

from keras_s2s.training.time_limit.run_clock import RunClock
from keras_s2s.training.time_limit.speed import measure_speed

pytestmark = pytest.mark.train


class Model:
    """Takes half a second a step, and ten for each of the first three."""

    variables = trainable_variables = ()
    optimizer = SimpleNamespace(build=lambda variables: None, variables=())

    def __init__(self, time):
        self._time = time

    def fit(self, dataset, *, callbacks, **options):
        (times,) = callbacks
        times.set_model(self)
        self.stop_training, self.steps = False, 0
        while not self.stop_training:
            self._time.pass_by(10.0 if self.steps < 3 else 0.5)
            times.on_train_batch_end(self.steps)
            self.steps += 1


class Batches:
    """An epoch of four batches, named by their tokens."""

    def dataset(self):
        return None

    def indices(self, epoch):
        return [100_000, 10_000, 1000, 100]

    def target_tokens(self, batches):
        return sum(batches)


@pytest.mark.parametrize(
    ("seconds", "steps", "tokens"),
    [(0.1, 8, 100 + 111_100), (4.0, 11, 100 + 111_100 + 111_000)],
)
def test_steps_that_compile_are_not_counted(fake_time, seconds, steps, tokens):
    model = Model(fake_time)
    training = SimpleNamespace(model=model, batches=Batches())
    speed = measure_speed(training, seconds, RunClock(now=fake_time))
    assert model.steps == steps
    assert speed == pytest.approx(tokens / (0.5 * (steps - 3)))
