import errno
import os

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import TrainingConfig
from keras_s2s.data.encoded_corpus import EncodedSide
from keras_s2s.training import prepared_training
from keras_s2s.training.checkpoint import Progress
from keras_s2s.training.learning_rate import learning_rate_schedule
from keras_s2s.training.prepared_run import prepare_run
from keras_s2s.training.prepared_training import compile_model, prepare_training

pytestmark = pytest.mark.train


def compiled(batches_per_epoch=10, **values):
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    config = TrainingConfig(**values)
    compile_model(model, config, batches_per_epoch)
    return model.optimizer, config


def test_the_optimizer_follows_the_recipe_s_schedule_from_step_to_step():
    optimizer, config = compiled(
        epochs=3, learning_rate=0.8, warmup_epochs=1, final_learning_rate=0.2
    )
    schedule = learning_rate_schedule(config, 10)
    found = []
    for step in range(31):
        optimizer.iterations.assign(step)
        found.append(float(optimizer.learning_rate))
    np.testing.assert_allclose(found, [float(schedule(step)) for step in range(31)])
    # The warm-up is there, and so is the rate at the end.
    np.testing.assert_allclose(found[::10], [0, 0.8, 0.5, 0.2], rtol=1e-5)


def test_batches_of_many_shapes_are_not_compiled_one_by_one():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    compile_model(model, TrainingConfig(), batches_per_epoch=10)
    assert model.jit_compile is False


def test_adam_s_constants_are_the_recipe_s():
    optimizer, _ = compiled(adam_beta_1=0.8, adam_beta_2=0.7, adam_epsilon=1e-5)
    found = optimizer.beta_1, optimizer.beta_2, optimizer.epsilon
    assert found == (0.8, 0.7, 1e-5)


def test_gradients_are_clipped_by_their_global_norm_unless_it_is_0():
    assert compiled(gradient_norm=0.5)[0].global_clipnorm == 0.5
    assert compiled(gradient_norm=0.0)[0].global_clipnorm is None


def test_weights_are_averaged_unless_the_decay_is_0():
    optimizer, _ = compiled(weight_averaging=0.75)
    assert (optimizer.use_ema, optimizer.ema_momentum) == (True, 0.75)
    assert not compiled(weight_averaging=0.0)[0].use_ema


def test_a_step_is_traced_once():
    traces = []

    class Traced(keras.Sequential):
        def train_step(self, data):
            traces.append(data)
            return super().train_step(data)

    model = Traced([keras.Input((3,)), keras.layers.Dense(2)])
    compile_model(model, TrainingConfig(), batches_per_epoch=10)
    model.compile(model.optimizer, "mse", jit_compile=False)
    model.fit(np.zeros((4, 3)), np.zeros((4, 2)), batch_size=2, verbose=0)
    assert len(traces) == 1


@pytest.fixture
def run(data, recipe, tmp_path):
    return prepare_run(recipe, data, tmp_path / "run")


def prepared(run, **settings):
    recipe = run.recipe.with_settings(settings)
    return prepare_training(recipe, run.tokenizers, run.corpus)


def test_a_seed_decides_the_first_weights_and_the_order_of_batches(run):
    first, again, other = (prepared(run, seed=seed) for seed in ("5", "5", "6"))
    for one, same, different in zip(
        *(each.model.trainable_variables for each in (first, again, other)), strict=True
    ):
        np.testing.assert_array_equal(one, same)
        if len(one.shape) > 1:
            assert not np.array_equal(one, different)
    orders = [
        [indices.tolist() for indices in each.batches.indices(0)]
        for each in (first, again, other)
    ]
    assert orders[0] == orders[1] != orders[2]


@pytest.mark.parametrize("verbose", [1, 0])
def test_an_error_begins_a_line_after_the_progress_bar(capsys, verbose):
    class Batches(list):
        def dataset(self, *begin):
            return self

    class Model:
        def fit(self, *arguments, **options):
            print("1/9 loss: 3.4" * verbose, end="")
            raise OSError("No space left on device")

    training = prepared_training.Training(None, Model(), Batches())
    with pytest.raises(OSError, match="No space"):
        training.fit(1, Progress("key"), [], verbose)
    assert capsys.readouterr().err == "1/9 loss: 3.4\n" * verbose


def test_text_that_cannot_be_read_ends_a_training_with_its_own_error(run, monkeypatch):
    training = prepared(run)
    failed = OSError(errno.EIO, os.strerror(errno.EIO), "target.ids")

    def fail(side, index):
        raise failed

    monkeypatch.setattr(EncodedSide, "__getitem__", fail)
    with pytest.raises(OSError) as raised:
        training.fit(1, Progress(run.corpus.key), [], verbose=0)
    assert raised.value is failed
