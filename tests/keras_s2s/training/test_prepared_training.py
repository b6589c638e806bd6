import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import TrainingConfig
from keras_s2s.training.learning_rate import learning_rate_schedule
from keras_s2s.training.prepared_training import compile_model

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
