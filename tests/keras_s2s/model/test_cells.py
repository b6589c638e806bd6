import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import tensorflow as tf

from keras_s2s.model.cells import CELLS
from keras_s2s.model.encoder import Recurrence
from keras_s2s.model.initializers import GatewiseInitializer

pytestmark = pytest.mark.train

UNITS, FEATURES = 5, 3
KERAS_LAYERS = {
    "rnn": keras.layers.SimpleRNN,
    "gru": keras.layers.GRU,
    "lstm": keras.layers.LSTM,
}


def keras_layer_with_equal_weights(cell, layer, **kwargs):
    """Keras' own layer with the weights of one of ours."""
    reference = KERAS_LAYERS[cell](
        UNITS, return_sequences=True, return_state=True, **kwargs
    )
    reference.build((None, None, FEATURES))
    kernel, bias = layer.projection.get_weights()
    recurrent = layer.cell.get_weights()
    biases = [bias] if cell != "gru" else [np.stack([bias, recurrent[1]])]
    reference.set_weights([kernel, recurrent[0], *biases])
    return reference


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("cell", sorted(CELLS))
def test_equals_keras_own_layer_with_a_mask(cell, backward):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(3, 6, FEATURES)).astype("float32")
    lengths = np.array([6, 4, 1], dtype="int32")
    mask = np.arange(6) < lengths[:, None]
    layer = Recurrence(cell, UNITS, backward=backward)
    layer.build((None, None, FEATURES), (None,))
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape) * 0.5)
    reference = keras_layer_with_equal_weights(cell, layer, go_backwards=backward)
    outputs, *states = layer(inputs, lengths)
    expected, *expected_states = reference(inputs, mask=keras.ops.array(mask))
    if backward:
        expected = np.flip(expected, axis=1)
    np.testing.assert_allclose(
        np.array(outputs)[mask], np.array(expected)[mask], rtol=1e-5, atol=1e-6
    )
    assert np.all(np.array(outputs)[~mask] == 0)
    assert len(states) == len(expected_states)
    for found, wanted in zip(states, expected_states, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("cell", sorted(CELLS))
@pytest.mark.parametrize("backward", [False, True])
def test_the_gradient_is_that_of_keras_own_layer(cell, backward):
    rng = np.random.default_rng(1)
    inputs = tf.constant(rng.normal(size=(3, 6, FEATURES)).astype("float32"))
    lengths = np.array([6, 4, 1], dtype="int32")
    mask = np.arange(6) < lengths[:, None]
    upstream = (rng.normal(size=(3, 6, UNITS)) * mask[..., None]).astype("float32")
    layer = Recurrence(cell, UNITS, backward=backward)
    layer.build((None, None, FEATURES), (None,))
    reference = keras_layer_with_equal_weights(cell, layer, go_backwards=backward)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(inputs)
        outputs, *_ = layer(inputs, lengths, training=True)
        expected, *_ = reference(inputs, mask=keras.ops.array(mask))
        if backward:
            expected = tf.reverse(expected, axis=[1])
        found, wanted = (tf.reduce_sum(item * upstream) for item in (outputs, expected))
    np.testing.assert_allclose(
        tape.gradient(found, inputs), tape.gradient(wanted, inputs), atol=1e-6
    )


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_padding_columns_and_what_stands_in_them_change_nothing(cell):
    rng = np.random.default_rng(0)
    inputs = rng.normal(size=(2, 4, FEATURES)).astype("float32")
    lengths = np.array([4, 2], dtype="int32")
    layer = Recurrence(cell, UNITS, backward=True)
    outputs, *states = layer(inputs, lengths)
    garbage = np.full((2, 3, FEATURES), 9.0, "float32")
    wider, *wider_states = layer(np.concatenate([inputs, garbage], axis=1), lengths)
    np.testing.assert_allclose(wider[:, :4], outputs, atol=1e-7)
    for wide, narrow in zip(wider_states, states, strict=True):
        np.testing.assert_allclose(wide, narrow, atol=1e-7)


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_inputs_that_are_not_projected_to_the_gates_are_refused(cell):
    with pytest.raises(ValueError, match="must be projected to"):
        CELLS[cell](UNITS).build((None, CELLS[cell].num_gates * UNITS + 1))


def test_every_gate_starts_with_an_orthogonal_kernel_of_its_own():
    kernel = np.array(GatewiseInitializer("orthogonal", 3)((4, 12)))
    gates = np.split(kernel, 3, axis=1)
    for gate in gates:
        np.testing.assert_allclose(gate @ gate.T, np.eye(4), atol=1e-6)
    assert not np.allclose(gates[0], gates[1])


def test_the_forget_gate_of_an_lstm_starts_open():
    layer = Recurrence("lstm", UNITS)
    layer.build((None, None, FEATURES), (None,))
    bias = layer.projection.get_weights()[1]
    np.testing.assert_array_equal(bias, [0] * 5 + [1] * 5 + [0] * 10)


def test_a_recurrence_survives_the_keras_file_format(tmp_path):
    inputs = keras.Input((None, FEATURES))
    lengths = keras.Input((), dtype="int32")
    model = keras.Model(
        [inputs, lengths], Recurrence("lstm", UNITS, backward=True)(inputs, lengths)
    )
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    arrays = [np.ones((2, 4, FEATURES), "float32"), np.array([4, 3], "int32")]
    for expected, found in zip(model(arrays), loaded(arrays), strict=True):
        np.testing.assert_array_equal(found, expected)
