import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.model.dense import Dense


@pytest.mark.parametrize("use_bias", [False, True])
def test_it_is_keras_dense_and_reads_its_weights(use_bias, tmp_path):
    options = {"units": 3, "use_bias": use_bias, "activation": "tanh"}
    inputs = np.random.default_rng(0).normal(size=(2, 5, 4)).astype("float32")
    theirs = keras.Sequential([keras.Input((5, 4)), keras.layers.Dense(**options)])
    ours = keras.Sequential([keras.Input((5, 4)), Dense(**options)])
    path = tmp_path / "model.weights.h5"
    theirs.save_weights(path)
    ours.load_weights(path)
    np.testing.assert_array_equal(ours(inputs), theirs(inputs))
