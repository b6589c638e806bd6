"""A model keeps the dtype policy it was built under, wherever it is made again."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import ModelConfig
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.seq2seq import build_seq2seq

pytestmark = pytest.mark.train

SIZES = {"embedding_dim": 5, "encoder_units": 3, "units": 4, "attention_units": 6}
SYSTEMS = {
    "everything": {
        "cell": "gru",
        "conditional": True,
        "encoder_layers": 2,
        "decoder_layers": 2,
        "tied_embeddings": "all",
        "layer_norm": True,
        "word_dropout": 0.1,
        "embedding_dropout": 0.1,
        "context_dropout": 0.1,
        "recurrent_dropout": 0.1,
        "output_dropout": 0.1,
    },
    "lstm": {"cell": "lstm", "decoder_layers": 2},
    "fixed context": {"attention": "none", "cell": "rnn", "bidirectional": False},
}
INPUTS = {
    "source_ids": np.array([[2, 5, 6, 7, 3], [2, 9, 3, 0, 0]], dtype="int32"),
    "target_input_ids": np.array([[2, 5, 6, 7], [2, 8, 9, 0]], dtype="int32"),
}


@pytest.fixture(autouse=True)
def float32():
    """Give the process its own policy back."""
    yield
    keras.config.set_dtype_policy("float32")


def built(policy, system, fast=True):
    """A translator made under a policy that is over when it is returned."""
    keras.utils.set_random_seed(3)
    keras.config.set_dtype_policy(policy)
    config = ModelConfig(**SIZES, **SYSTEMS[system])
    seq2seq = build_seq2seq(config, 12, 12, Implementation(fast=fast))
    encoded = seq2seq.encoder(INPUTS["source_ids"])
    inputs = {
        "training": INPUTS,
        "encoder": INPUTS["source_ids"],
        "decoder_step": {"token_ids": keras.ops.array([2, 5], "int32"), **encoded},
    }
    keras.config.set_dtype_policy("float32")
    return seq2seq, inputs


def arrays(outputs):
    return [np.asarray(item, "float64") for item in keras.tree.flatten(outputs)]


def compute_dtypes(model):
    # Keras has no public way to the layers inside of layers.
    return sorted(
        (type(layer).__name__, layer.compute_dtype)
        for layer in model._flatten_layers(include_self=False)
        if not isinstance(layer, keras.layers.InputLayer)  # Keras' own affair
    )


def assert_same(copy, model, inputs):
    for found, expected in zip(
        arrays(copy(inputs)), arrays(model(inputs)), strict=True
    ):
        np.testing.assert_array_equal(found, expected)
    assert compute_dtypes(copy) == compute_dtypes(model)


@pytest.mark.parametrize(
    ("policy", "system", "fast"),
    [
        *(("mixed_bfloat16", system, True) for system in SYSTEMS),
        ("mixed_bfloat16", "lstm", False),
        ("mixed_float16", "everything", True),
        ("float64", "everything", True),
    ],
)
def test_a_saved_model_is_the_same_in_a_process_of_float32(
    policy, system, fast, tmp_path
):
    seq2seq, inputs = built(policy, system, fast)
    for part, given in inputs.items():
        model = getattr(seq2seq, part)
        model.save(tmp_path / f"{part}.keras")
        loaded = keras.saving.load_model(tmp_path / f"{part}.keras")
        assert_same(loaded, model, given)
        dtype = policy.removeprefix("mixed_")
        assert {dtype} == {found for _, found in compute_dtypes(loaded)}, part


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float64"])
def test_a_copy_keeps_the_policy(policy):
    seq2seq, inputs = built(policy, "everything")
    copy = keras.models.clone_model(seq2seq.training)
    copy.set_weights(seq2seq.training.get_weights())
    assert_same(copy, seq2seq.training, inputs["training"])


def test_the_plain_loop_under_a_policy_computes_what_the_fast_one_does():
    fast, inputs = built("float64", "lstm")
    plain, _ = built("float64", "lstm", fast=False)
    np.testing.assert_allclose(
        plain.training(inputs["training"]),
        fast.training(inputs["training"]),
        rtol=1e-12,
    )
