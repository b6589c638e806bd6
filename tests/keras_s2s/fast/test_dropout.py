import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from keras_s2s.fast.dropout import Dropout

pytestmark = pytest.mark.train


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.97])
@pytest.mark.parametrize("shape", [(400, 300), (333, 7, 11)])
def test_values_are_dropped_at_the_rate_and_the_others_scaled(rate, shape):
    outputs = Dropout(rate, seed=1)(tf.fill(shape, 3.0), training=True).numpy()
    assert outputs.shape == shape
    kept = outputs[outputs != 0]
    np.testing.assert_allclose(kept, 3 / (1 - rate), rtol=1e-3)
    # Five standard deviations.
    bound = 5 * np.sqrt(rate * (1 - rate) / outputs.size)
    assert abs(kept.size / outputs.size - (1 - rate)) < bound


def test_the_mean_stays_exactly_what_it_was():
    """The scale is that of the rate that is kept to, a part in 65,536."""
    layer = Dropout(1e-5, seed=1)
    outputs = layer(tf.ones((2000, 2000)), training=True).numpy()
    assert outputs.max() == pytest.approx(2**16 / (2**16 - 1), rel=1e-7)
    assert np.count_nonzero(outputs == 0) == pytest.approx(2000**2 / 2**16, rel=0.5)


def test_values_are_dropped_independently():
    kept = Dropout(0.5, seed=2)(tf.ones((1000, 256)), training=True).numpy() > 0
    for distance in (1, 2, 128, 256):
        flat = kept.ravel()
        agreement = np.mean(flat[distance:] == flat[:-distance])
        assert abs(agreement - 0.5) < 5 * 0.5 / np.sqrt(flat.size)


def test_every_call_drops_others_and_a_seed_drops_the_same():
    def calls():
        layer = Dropout(0.5, seed=3)
        traced = tf.function(lambda inputs: layer(inputs, training=True))
        return [traced(tf.ones((20, 21))).numpy() for _ in range(3)]

    first, again = calls(), calls()
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert np.any(first[0] != first[1])
    assert np.any(first[1] != first[2])


def test_the_gradient_goes_where_values_were_kept():
    inputs = tf.ones((30, 31))
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = Dropout(0.3, seed=4)(inputs, training=True)
    np.testing.assert_array_equal(tape.gradient(outputs, inputs), outputs)


@pytest.mark.parametrize(("rate", "training"), [(0.5, False), (0.0, True)])
def test_nothing_is_dropped_outside_of_training_or_at_rate_zero(rate, training):
    inputs = tf.random.normal((5, 6))
    outputs = Dropout(rate)(inputs, training=training)
    np.testing.assert_array_equal(outputs, inputs)
