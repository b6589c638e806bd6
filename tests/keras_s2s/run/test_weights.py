import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import ModelConfig
from keras_s2s.model.seq2seq import build_seq2seq
from keras_s2s.run.weights import (
    WeightsError,
    assign_weights,
    weight_name,
    weights_from_bytes,
    weights_to_bytes,
)

pytestmark = pytest.mark.train


@pytest.fixture
def model():
    inputs = keras.Input((3,))
    model = keras.Model(inputs, keras.layers.Dense(2, name="layer")(inputs))
    model.set_weights([np.arange(6.0).reshape(3, 2), np.array([7.0, 8.0])])
    return model


def test_weights_come_back_by_their_names(model):
    weights = weights_from_bytes(weights_to_bytes(model))
    assert weights.keys() == {"layer/kernel", "layer/bias"}
    np.testing.assert_array_equal(weights["layer/kernel"], np.arange(6.0).reshape(3, 2))
    doubled = {name: 2 * weight for name, weight in weights.items()}
    assign_weights(model, doubled)
    np.testing.assert_array_equal(model.get_weights()[1], [14.0, 16.0])


def test_no_changed_byte_gives_other_weights(model):
    content = weights_to_bytes(model)
    expected = model.get_weights()
    noticed = 0
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 0x10
        try:
            assign_weights(model, weights_from_bytes(bytes(changed)))
        except WeightsError:
            noticed += 1
        # The time of a file, say, means nothing here.
        for weight, wanted in zip(model.get_weights(), expected, strict=True):
            np.testing.assert_array_equal(weight, wanted, str(place))
    assert noticed > len(content) / 2


@pytest.mark.parametrize("end", [0, 10, 200, -1])
def test_a_file_that_was_cut_is_refused(model, end):
    with pytest.raises(WeightsError, match="must be undamaged"):
        weights_from_bytes(weights_to_bytes(model)[:end])


def test_arrays_of_objects_are_not_unpickled(model, tmp_path):
    np.savez(tmp_path / "file.npz", **{"layer/kernel": np.array([{}], dtype=object)})
    with pytest.raises(WeightsError, match="must be undamaged"):
        weights_from_bytes((tmp_path / "file.npz").read_bytes())


def test_a_weight_has_one_name_in_training_and_in_the_single_step():
    seq2seq = build_seq2seq(
        ModelConfig(embedding_dim=4, encoder_units=4, units=4, attention_units=4), 9, 9
    )
    training = {id(item): weight_name(item) for item in seq2seq.training.weights}
    step = {id(item): weight_name(item) for item in seq2seq.decoder_step.weights}
    assert step.items() <= training.items()
    assert "decoder_cell/attention/query_kernel" in step.values()
    assert len(set(training.values())) == len(training)
