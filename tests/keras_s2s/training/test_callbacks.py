import contextlib
import csv
import math

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import TrainingConfig
from keras_s2s.run.run_directory import weights_file
from keras_s2s.run.weights import weights_from_bytes
from keras_s2s.training.callbacks import (
    SaveProgress,
    StopWhenDiverged,
    TrainingDivergedError,
)
from keras_s2s.training.checkpoint import Progress, restore_state
from keras_s2s.training.prepared_training import compile_model

pytestmark = pytest.mark.train


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    compile_model(model, TrainingConfig(), batches_per_epoch=10)
    model.optimizer.build(model.trainable_variables)
    return model


@pytest.fixture
def saving(model, tmp_path):
    progress = Progress("key")
    callback = SaveProgress(tmp_path, progress)
    callback.set_model(model)
    return callback, progress


def test_every_epoch_is_a_row_of_the_history_whatever_it_logs(saving, tmp_path):
    callback, _ = saving
    callback.on_epoch_end(0, {"loss": 2.123456789})
    callback.on_epoch_end(1, {"loss": 1.5, "val_bleu": 3.25})
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows == [
        {"epoch": "1", "loss": "2.123457", "val_bleu": ""},
        {"epoch": "2", "loss": "1.5", "val_bleu": "3.25"},
    ]


def test_the_state_holds_the_epoch_that_has_just_finished(saving, model, tmp_path):
    callback, progress = saving
    callback.on_epoch_end(3, {"loss": 1.0})
    assert progress.finished_epochs == 4
    assert restore_state(model, tmp_path) == progress


class Never:
    """A pace at which nothing is ever due."""

    def is_due(self):
        return False

    def measured(self):
        return contextlib.nullcontext()


def test_files_are_written_when_they_are_due_and_at_the_end(model, tmp_path):
    progress = Progress("key")
    callback = SaveProgress(tmp_path, progress, Never())
    callback.set_model(model)
    callback.on_epoch_end(0, {"loss": 2.0})
    assert list(tmp_path.iterdir()) == []
    assert progress.finished_epochs == 1
    progress.ended = "the time is over"
    callback.on_epoch_end(1, {"loss": 1.0})
    with (tmp_path / "history.csv").open() as file:
        assert [row["loss"] for row in csv.DictReader(file)] == ["2.0", "1.0"]
    assert restore_state(model, tmp_path) == progress


def test_the_last_weights_are_those_of_the_epoch_s_end(saving, model, tmp_path):
    callback, _ = saving
    expected = [np.full(weight.shape, 7.0) for weight in model.get_weights()]
    model.set_weights(expected)
    callback.on_epoch_end(0, {})
    model.set_weights([weight * 0 for weight in expected])
    saved = weights_from_bytes(weights_file(tmp_path, "last").read_bytes())
    assert len(saved) == len(model.weights)
    assert all((weight == 7).all() for weight in saved.values())


def test_an_epoch_whose_history_cannot_be_written_is_not_in_the_state(
    saving, model, tmp_path
):
    callback, _ = saving
    callback.on_epoch_end(0, {"loss": 2.0})
    (tmp_path / "history.csv").unlink()
    (tmp_path / "history.csv").mkdir()
    with pytest.raises(OSError, match=r"history\.csv"):
        callback.on_epoch_end(1, {"loss": 1.0})
    assert restore_state(model, tmp_path).finished_epochs == 1


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_training_and_says_where(loss):
    progress = Progress("key")
    callback = StopWhenDiverged(progress)
    callback.on_epoch_begin(4)
    callback.on_train_batch_end(0, {"loss": 1.0})
    with pytest.raises(TrainingDivergedError, match=r"epoch 5, batch 8\. Try"):
        callback.on_train_batch_end(7, {"loss": loss})
    progress.finished_epochs = 4
    with pytest.raises(TrainingDivergedError, match="checkpoint of epoch 4 is kept"):
        callback.on_train_batch_end(7, {"loss": loss})
