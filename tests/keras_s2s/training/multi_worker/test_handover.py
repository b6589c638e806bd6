"""What is handed over, with two workers in one process; real ones stand elsewhere."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import Recipe
from keras_s2s.training.checkpoint import Progress, state_variables
from keras_s2s.training.multi_worker.cluster import Cluster
from keras_s2s.training.multi_worker.handover import (
    Assignment,
    StayTogether,
    give_assignment,
    share_state,
    take_assignment,
)

pytestmark = pytest.mark.train


class Worker:
    """The chief notes what it tells; the other hears it later, in the same order."""

    def __init__(self, index, told):
        self.cluster = Cluster(("a:1", "b:2"), index)
        self._told = told

    def values_of_chief(self, values):
        if self.cluster.is_chief:
            self._told.append([value.copy() for value in values])
            return values
        return self._told.pop(0)

    def bytes_of_chief(self, content=b""):
        if self.cluster.is_chief:
            self._told.append(content)
            return content
        return self._told.pop(0)


@pytest.fixture
def workers():
    told = []
    return Worker(0, told), Worker(1, told)


def compiled_model(seed):
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dropout(0.5)]
    )
    model.compile(optimizer=keras.optimizers.Adam(), loss="mse")
    return model


def test_an_assignment_arrives_as_it_was_given(workers):
    chief, other = workers
    given = Assignment(
        recipe=Recipe().with_settings({"units": "7", "seed": "9"}),
        tokenizers={"source.spm": b"\x00\xff one", "target.spm": b"two"},
        progress=Progress("key", history=[{"loss": 0.1}], workers=2),
        goes_on=False,
    )
    give_assignment(chief, given)
    taken = take_assignment(other)
    assert taken == given
    # Its text would be equal to it.


def test_all_have_the_state_of_the_chief_but_drop_other_units(workers):
    first, second = compiled_model(1), compiled_model(2)
    first.fit(np.ones((4, 3)), np.ones((4, 4)), epochs=2, verbose=0)
    for model, worker in zip((first, second), workers, strict=True):
        share_state(model, worker)
    different = []
    for one, two in zip(state_variables(first), state_variables(second), strict=True):
        if not np.array_equal(one.numpy(), two.numpy()):
            different.append(one.name)
    assert different == ["seed_generator_state"]
    ones = np.ones((64, 3))
    assert not np.array_equal(first(ones, training=True), second(ones, training=True))


def test_the_decision_of_the_chief_to_stop_stops_all(workers):
    models = compiled_model(1), compiled_model(2)
    models[0].stop_training, models[1].stop_training = True, False
    progress = Progress("key")
    for model, worker in zip(models, workers, strict=True):
        callback = StayTogether(worker, progress)
        callback.set_model(model)
        callback.on_epoch_end(3)
    assert models[1].stop_training
    assert progress.finished_epochs == 4
