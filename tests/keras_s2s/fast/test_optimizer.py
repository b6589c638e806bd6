import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.fast.optimizer import FusedAdam

pytestmark = pytest.mark.train

SETTINGS = {"learning_rate": 0.1, "beta_2": 0.98, "epsilon": 1e-9}


def variables():
    rng = np.random.default_rng(1)
    return [
        keras.Variable(rng.normal(size=shape).astype("float32"))
        for shape in ((3, 4), (5,))
    ]


def steps(optimizer, weights, count=4):
    """Weights after each of some steps, the gradients of which grow."""
    rng = np.random.default_rng(2)
    history = []
    for step in range(count):
        optimizer.apply(
            [
                keras.ops.array((10**step * rng.normal(size=weight.shape)) / 50)
                for weight in weights
            ],
            weights,
        )
        history.append([weight.numpy() for weight in weights])
    return history


@pytest.mark.parametrize("clip", [None, 1.0])
def test_it_takes_the_steps_of_keras_own_adam(clip):
    ours = steps(FusedAdam(global_clipnorm=clip, **SETTINGS), variables())
    keras_own = keras.optimizers.Adam(global_clipnorm=clip, **SETTINGS)
    for found, expected in zip(ours, steps(keras_own, variables()), strict=True):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-6)


def test_clipping_by_single_norms_is_still_keras_own():
    ours = steps(FusedAdam(clipnorm=0.5, **SETTINGS), variables())
    keras_own = steps(keras.optimizers.Adam(clipnorm=0.5, **SETTINGS), variables())
    for one, other in zip(ours[-1], keras_own[-1], strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-5, atol=1e-6)


def test_averages_start_with_a_short_memory():
    weights = variables()
    optimizer = FusedAdam(use_ema=True, ema_momentum=0.15, **SETTINGS)
    expected = [weight.numpy() for weight in weights]
    for step, values in enumerate(steps(optimizer, weights)):
        # 0, 1/11, then 2/12 which is more than the momentum asked for.
        momentum = min(0.15, step / (10 + step))
        expected = [
            momentum * average + (1 - momentum) * value
            for average, value in zip(expected, values, strict=True)
        ]
    optimizer.finalize_variable_values(weights)
    for weight, average in zip(weights, expected, strict=True):
        np.testing.assert_allclose(weight, average, rtol=1e-5)
