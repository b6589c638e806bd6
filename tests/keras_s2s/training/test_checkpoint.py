import os

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import TrainingConfig
from keras_s2s.run.run_file import RunError
from keras_s2s.training.checkpoint import (
    Progress,
    read_progress,
    restore_state,
    save_state,
)
from keras_s2s.training.prepared_training import compile_model

pytestmark = pytest.mark.train

INPUTS = np.random.default_rng(0).normal(size=(8, 3)).astype(np.float32)
OUTPUTS = INPUTS[:, :1] * 2


def small_model(units=4):
    layers = [keras.layers.Dense(units), keras.layers.Dropout(0.5, seed=3)]
    model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(1)])
    compile_model(model, TrainingConfig(epochs=4), batches_per_epoch=2)
    model.compile(optimizer=model.optimizer, loss="mse")
    return model


def step(model):
    model.train_on_batch(INPUTS, OUTPUTS)
    return [weight.copy() for weight in model.get_weights()]


def test_a_restored_model_goes_on_as_the_saved_one_does(tmp_path):
    """With its moments, its place in the schedule and what dropout draws next."""
    model = small_model()
    for _ in range(3):
        step(model)
    progress = Progress("key", finished_epochs=1, history=[{"epoch": 1, "loss": 2.0}])
    save_state(model, progress, tmp_path)
    expected = [step(model) for _ in range(3)]
    averages = [
        np.array(average) for average in model.optimizer._model_variables_moving_average
    ]

    other = small_model()
    assert restore_state(other, tmp_path) == progress
    for weights in expected:
        for found, weight in zip(step(other), weights, strict=True):
            np.testing.assert_array_equal(found, weight)
    for found, average in zip(
        other.optimizer._model_variables_moving_average, averages, strict=True
    ):
        np.testing.assert_array_equal(found, average)


def test_a_state_of_another_model_is_refused_with_both_numbers(tmp_path):
    model = small_model()
    step(model)
    save_state(model, Progress("key"), tmp_path)
    larger = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
    compile_model(larger, TrainingConfig(), batches_per_epoch=2)
    with pytest.raises(RunError, match=r"must hold the \d+ variables .* Received: \d+"):
        restore_state(larger, tmp_path)


def test_patience_counts_from_the_best_epoch():
    progress = Progress("key", finished_epochs=5, best_epoch=3)
    assert progress.is_out_of_patience(2)
    assert not progress.is_out_of_patience(3)
    assert progress.is_out_of_patience(3, epochs=6)
    assert not progress.is_out_of_patience(0), "0 never ends"
    assert not Progress("key", finished_epochs=9).is_out_of_patience(2), "no BLEU yet"


@pytest.mark.parametrize("damage", ["empty", "cut", "flipped", "other"])
def test_a_damaged_state_is_refused_and_assigns_nothing(tmp_path, damage):
    model = small_model()
    step(model)
    save_state(model, Progress("key", finished_epochs=1), tmp_path)
    file = tmp_path / "training_state.npz"
    content = bytearray(file.read_bytes())
    if damage == "flipped":
        content[content.index(b"variable_3.npy") + 100] ^= 1
    new = {"empty": b"", "cut": content[:-700], "other": b"{}"}.get(damage, content)
    file.write_bytes(new)
    other = small_model()
    before = other.get_weights()
    with pytest.raises(RunError, match="must be undamaged to resume from"):
        restore_state(other, tmp_path)
    for found, weight in zip(other.get_weights(), before, strict=True):
        np.testing.assert_array_equal(found, weight)


def test_a_named_pipe_in_place_of_the_state_is_not_waited_for(tmp_path, ends_soon):
    os.mkfifo(tmp_path / "training_state.npz")
    with pytest.raises(RunError, match=r"training_state\.npz, which is a named pipe"):
        read_progress(tmp_path)
