import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
from keras.src import testing

from keras_s2s.model.attention import BahdanauAttention

pytestmark = pytest.mark.train


@pytest.fixture
def inputs():
    rng = np.random.default_rng(0)
    shapes = {"query": (2, 6), "keys": (2, 5, 4), "values": (2, 5, 3)}
    return {name: rng.normal(size=s).astype("float32") for name, s in shapes.items()}


def equations(layer, query, keys, values, mask=None):
    """Appendix A.1.2 of the paper in numpy, one query a sentence."""
    query_kernel, energy_kernel = (np.array(weight) for weight in layer.get_weights())
    scores = np.zeros(keys.shape[:2])
    for row in range(len(query)):
        for position in range(keys.shape[1]):
            added = np.tanh(query[row] @ query_kernel + keys[row, position])
            scores[row, position] = added @ energy_kernel[:, 0]
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    alignment = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return (alignment[..., None] * values).sum(axis=1), alignment


def test_matches_the_equations_of_the_paper(inputs):
    layer = BahdanauAttention(units=4)
    context, alignment = layer(**inputs)
    expected_context, expected_alignment = equations(layer, **inputs)
    np.testing.assert_allclose(alignment, expected_alignment, rtol=1e-5)
    np.testing.assert_allclose(context, expected_context, rtol=1e-4, atol=1e-6)


def test_a_sequence_of_queries_equals_one_query_at_a_time(inputs):
    layer = BahdanauAttention(units=4)
    queries = np.random.default_rng(1).normal(size=(2, 3, 6)).astype("float32")
    mask = np.array([[True, True, True, False, False], [True] * 5])
    keys, values = inputs["keys"], inputs["values"]
    contexts, alignments = layer(queries, keys, values, mask=mask)
    assert contexts.shape == (2, 3, 3)
    assert alignments.shape == (2, 3, 5)
    for position in range(3):
        context, alignment = layer(queries[:, position], keys, values, mask=mask)
        np.testing.assert_allclose(contexts[:, position], context, rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(alignments[:, position], alignment, rtol=1e-5)


def test_padding_gets_no_weight_and_changes_nothing(inputs):
    layer = BahdanauAttention(units=4)
    mask = np.array([[True, True, True, False, False], [True] * 5])
    context, alignment = layer(**inputs, mask=mask)
    assert np.all(np.array(alignment)[~mask] == 0)
    np.testing.assert_allclose(np.sum(alignment, axis=1), 1, rtol=1e-6)
    inputs["values"][0, 3:] = 100.0
    inputs["keys"][0, 3:] = 100.0
    np.testing.assert_array_equal(layer(**inputs, mask=mask)[0], context)


def test_a_mask_may_be_a_list(inputs):
    mask = [[True, True, True, False, False], [True] * 5]
    layer = BahdanauAttention(units=4)
    context, _ = layer(**inputs, mask=np.array(mask))
    np.testing.assert_array_equal(layer(**inputs, mask=mask)[0], context)


def test_a_row_of_padding_alone_is_no_nan(inputs):
    mask = np.array([[False] * 5, [True] * 5])
    context, alignment = BahdanauAttention(units=4)(**inputs, mask=mask)
    assert np.isfinite(context).all()
    np.testing.assert_allclose(alignment[0], 0.2, rtol=1e-6)


def test_the_mask_that_keras_attached_to_the_values_is_used(inputs):
    ids = np.array([[4, 5, 6, 0, 0], [4, 5, 6, 7, 8]])
    values = keras.layers.Embedding(9, 3, mask_zero=True)(ids)
    layer = BahdanauAttention(units=4)
    _, alignment = layer(inputs["query"], inputs["keys"], values)
    assert np.all(np.array(alignment)[0, 3:] == 0)
    assert np.all(np.array(alignment)[0, :3] > 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keys": np.zeros((2, 5, 7), "float32")}, "projected to `units`=4"),
        ({"keys": np.zeros((2, 6, 4), "float32")}, "the same source length"),
        ({"query": np.zeros((2,), "float32")}, "`query` must have shape"),
        ({"values": np.zeros((2, 5), "float32")}, "`values` must have shape"),
        ({"mask": np.ones((2, 5, 1), bool)}, "`mask` must have shape"),
        ({"mask": np.ones((2, 6), bool)}, r"as long as `keys`.*\(2, 6\).*\(2, 5, 4\)"),
    ],
)
def test_shapes_that_cannot_be_attended_over_are_refused(inputs, change, message):
    with pytest.raises(ValueError, match=message):
        BahdanauAttention(units=4)(**(inputs | change))


def test_units_must_be_positive():
    with pytest.raises(ValueError, match=r"positive integer. Received: 0"):
        BahdanauAttention(units=0)


def test_a_model_with_the_layer_survives_the_keras_file_format(inputs, tmp_path):
    query, keys, values = (
        keras.Input(inputs[name].shape[1:], name=name)
        for name in ("query", "keys", "values")
    )
    outputs = BahdanauAttention(units=4)(query, keys, values)
    model = keras.Model([query, keys, values], outputs)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    arrays = [inputs["query"], inputs["keys"], inputs["values"]]
    for expected, found in zip(
        model.predict(arrays, verbose=0), loaded.predict(arrays, verbose=0), strict=True
    ):
        np.testing.assert_array_equal(found, expected)


def test_half_precision_stays_close_and_keeps_padding_at_zero(inputs):
    exact = BahdanauAttention(units=4)
    mask = np.array([[True, True, True, False, False], [True] * 5])
    expected, _ = exact(**inputs, mask=mask)
    for policy in ("mixed_float16", "mixed_bfloat16"):
        layer = BahdanauAttention(units=4, dtype=policy)
        layer(**inputs, mask=mask)
        layer.set_weights(exact.get_weights())
        context, alignment = layer(**inputs, mask=mask)
        assert context.dtype == policy.removeprefix("mixed_")
        np.testing.assert_allclose(
            np.array(context, "float32"), expected, rtol=0.05, atol=0.02
        )
        assert np.all(np.array(alignment, "float32")[~mask] == 0)


class BahdanauAttentionLayerTest(testing.TestCase):
    """The checks that Keras runs on its own layers."""

    def test_keras_layer_checks_with_one_query_a_sentence(self):
        self.run_layer_test(
            BahdanauAttention,
            init_kwargs={"units": 4},
            input_shape={
                "query_shape": (2, 6),
                "keys_shape": (2, 5, 4),
                "values_shape": (2, 5, 3),
            },
            expected_output_shape=((2, 3), (2, 5)),
            expected_num_trainable_weights=2,
            expected_num_non_trainable_weights=0,
            expected_num_seed_generators=0,
            expected_num_losses=0,
            supports_masking=True,
            # Keras' training check knows layers of one argument only, so Keras leaves
            # it out for its own attention layers too; ours trains in the tests of the
            # models.
            run_training_check=False,
        )

    def test_keras_layer_checks_with_a_sequence_of_queries(self):
        self.run_layer_test(
            BahdanauAttention,
            init_kwargs={"units": 4, "kernel_initializer": "he_normal"},
            input_shape={
                "query_shape": (2, 7, 6),
                "keys_shape": (2, 5, 4),
                "values_shape": (2, 5, 3),
            },
            expected_output_shape=((2, 7, 3), (2, 7, 5)),
            expected_num_trainable_weights=2,
            supports_masking=True,
            # Keras' training check knows layers of one argument only, so Keras leaves
            # it out for its own attention layers too; ours trains in the tests of the
            # models.
            run_training_check=False,
        )
