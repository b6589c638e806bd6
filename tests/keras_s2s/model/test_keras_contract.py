"""What `build_seq2seq` hands out behaves as Keras models and layers do."""

import json
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import tensorflow as tf
from keras.src.testing import TestCase

from keras_s2s.config import ModelConfig
from keras_s2s.fast.dropout import Dropout
from keras_s2s.fast.optimizer import FusedAdam
from keras_s2s.model.attention import BahdanauAttention
from keras_s2s.model.cells import CELLS
from keras_s2s.model.decoder_cells import (
    AttentionDecoderCell,
    FixedContextDecoderCell,
)
from keras_s2s.model.dense import Dense
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.encoder import Recurrence
from keras_s2s.model.loss import SmoothedCrossEntropy
from keras_s2s.model.metrics import Perplexity, TokenAccuracy
from keras_s2s.model.output_bias import OutputBias
from keras_s2s.model.padding import SourceLengths, SourceMask
from keras_s2s.model.readout import Readout
from keras_s2s.model.seq2seq import build_seq2seq

pytestmark = pytest.mark.train

SIZES = {"embedding_dim": 8, "encoder_units": 8, "units": 8, "attention_units": 7}
SYSTEMS = {
    "attention": {
        "conditional": True,
        "encoder_layers": 1,
        "decoder_layers": 2,
        "tied_embeddings": "all",
        "layer_norm": True,
        "word_dropout": 0.1,
        "recurrent_dropout": 0.1,
        "output_dropout": 0.1,
    },
    "fixed context": {"attention": "none", "cell": "lstm", "bidirectional": False},
}
SOURCE_IDS = np.array([[2, 5, 6, 7, 3], [2, 9, 3, 0, 0]], dtype="int32")
INPUTS = {
    "source_ids": SOURCE_IDS,
    "target_input_ids": np.array([[2, 5, 6, 7], [2, 8, 9, 0]], dtype="int32"),
}
TARGETS = np.array([[5, 6, 7, 3], [8, 9, 3, 0]], dtype="int32")


@pytest.fixture(params=SYSTEMS)
def seq2seq(request):
    keras.utils.set_random_seed(3)
    return build_seq2seq(ModelConfig(**SIZES, **SYSTEMS[request.param]), 12, 12)


def compiled(model, **options):
    model.compile(
        optimizer=keras.optimizers.SGD(0.2),
        loss=SmoothedCrossEntropy(0.1),
        jit_compile=False,
        **options,
    )
    return model


def step_inputs(seq2seq):
    outputs = seq2seq.encoder(tf.constant(SOURCE_IDS))
    return {"token_ids": tf.constant([2, 2]), **outputs}


LOADING = """
import sys
import keras_s2s
import keras
import numpy as np
for path in sys.argv[1:]:
    model = keras.models.load_model(path)
    arrays = dict(np.load(path + ".npz"))
    expected = arrays.pop("expected")
    inputs = {k: keras.ops.convert_to_tensor(v) for k, v in arrays.items()}
    found = model(next(iter(inputs.values())) if len(inputs) == 1 else inputs)
    if isinstance(found, dict):
        found = found.get("log_probs", found.get("decoder_state_0"))
    np.testing.assert_allclose(found, expected, atol=1e-6)
print("equal", len(sys.argv) - 1)
"""


def test_saved_models_load_in_a_fresh_process_after_one_import(seq2seq, tmp_path):
    models = {
        "training": (INPUTS, seq2seq.training(INPUTS)),
        "encoder": (
            {"source_ids": SOURCE_IDS},
            seq2seq.encoder(SOURCE_IDS)["decoder_state_0"],
        ),
        "decoder_step": (
            {name: np.asarray(value) for name, value in step_inputs(seq2seq).items()},
            seq2seq.decoder_step(step_inputs(seq2seq))["log_probs"],
        ),
    }
    paths = []
    for name, (inputs, expected) in models.items():
        path = tmp_path / f"{name}.keras"
        getattr(seq2seq, name).save(path)
        np.savez(f"{path}.npz", expected=np.asarray(expected), **inputs)
        paths.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", LOADING, *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "equal 3", done.stderr


def test_a_copy_ties_the_same_weights(seq2seq):
    model = seq2seq.training
    for copy in (
        keras.models.clone_model(model),
        keras.models.model_from_json(model.to_json()),
    ):
        assert type(copy) is type(model)
        assert copy.count_params() == model.count_params()
        copy.set_weights(model.get_weights())
        np.testing.assert_allclose(copy(INPUTS), model(INPUTS), atol=1e-6)


def test_exports_as_a_saved_model(seq2seq, tmp_path):
    seq2seq.training.export(tmp_path / "training", verbose=False)
    loaded = tf.saved_model.load(str(tmp_path / "training"))
    found = loaded.serve({name: tf.constant(ids) for name, ids in INPUTS.items()})
    np.testing.assert_allclose(found, seq2seq.training(INPUTS), atol=1e-6)


def test_a_checkpoint_of_training_loads_and_goes_on(seq2seq, tmp_path):
    path = tmp_path / "model.keras"
    model = compiled(
        seq2seq.training, metrics=[TokenAccuracy(), Perplexity()], weighted_metrics=[]
    )
    model.fit(
        INPUTS, TARGETS, verbose=0, callbacks=[keras.callbacks.ModelCheckpoint(path)]
    )
    loaded = keras.models.load_model(path)
    for ours, theirs in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(theirs, ours)
    history = loaded.fit(INPUTS, TARGETS, verbose=0).history
    assert history.keys() == {"loss", "token_accuracy", "perplexity"}


@pytest.mark.parametrize(
    ("seq2seq", "part"),
    [
        *(("attention", part) for part in ("encoder", "decoder_step", "embedding")),
        ("fixed context", "loop"),
    ],
    indirect=["seq2seq"],
)
def test_a_frozen_part_stays_and_the_rest_learns(seq2seq, part):
    model = seq2seq.training
    frozen = {
        "encoder": seq2seq.encoder,
        "decoder_step": seq2seq.decoder_step,
        "embedding": model.get_layer("target_embedding"),
        "loop": model.get_layer("decoder_loop"),
    }[part]
    frozen.trainable = False
    before = [weight.numpy() for weight in model.weights]
    compiled(model).fit(INPUTS, TARGETS, verbose=0)
    kept = {id(weight) for weight in frozen.weights}
    moved = [
        not np.array_equal(old, weight.numpy())
        for old, weight in zip(before, model.weights, strict=True)
        if id(weight) not in kept
    ]
    assert any(moved)
    for old, weight in zip(before, model.weights, strict=True):
        if id(weight) in kept:
            np.testing.assert_array_equal(weight.numpy(), old)


@pytest.fixture
def policy():
    """Sets a dtype policy, or the type of numbers, for one test."""
    policy, floatx = keras.config.dtype_policy(), keras.config.floatx()
    yield keras.config.set_dtype_policy
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)


@pytest.mark.parametrize(
    ("name", "system"),
    [
        ("mixed_float16", "attention"),
        ("mixed_bfloat16", "fixed context"),
        ("float64", "fixed context"),
    ],
)
def test_trains_under_every_dtype_policy(name, system, policy):
    config = ModelConfig(**SIZES, **SYSTEMS[system])
    keras.utils.set_random_seed(3)
    exact = build_seq2seq(config, 12, 12)
    policy(name)
    seq2seq = build_seq2seq(config, 12, 12)
    seq2seq.training.set_weights(exact.training.get_weights())
    logits = np.asarray(seq2seq.training(INPUTS))
    assert logits.dtype == ("float64" if name == "float64" else "float32")
    close = 1e-5 if name == "float64" else 0.1
    np.testing.assert_allclose(logits, exact.training(INPUTS), atol=close)
    log_probs = np.asarray(seq2seq.decoder_step(step_inputs(seq2seq))["log_probs"])
    np.testing.assert_allclose(np.exp(log_probs).sum(axis=-1), 1, rtol=1e-3)
    model = compiled(seq2seq.training, metrics=[Perplexity()])
    before, *_ = model.evaluate(INPUTS, TARGETS, verbose=0)
    # A loss scaled for half precision may take some steps to fit it.
    model.fit(INPUTS, TARGETS, epochs=10, verbose=0)
    after, *_ = model.evaluate(INPUTS, TARGETS, verbose=0)
    assert after < before


def test_trains_where_numbers_are_float64_by_default(policy):
    keras.config.set_floatx("float64")
    policy("float64")
    seq2seq = build_seq2seq(ModelConfig(**SIZES), 12, 12)
    history = compiled(seq2seq.training).fit(INPUTS, TARGETS, verbose=0).history
    assert np.isfinite(history["loss"]).all()


def weights_after(seq2seq, sample_weight=None, rows=slice(None), **options):
    """Weights of a copy after one step."""
    model = keras.models.clone_model(seq2seq.training)
    model.set_weights(seq2seq.training.get_weights())
    compiled(model, **options)
    model.train_on_batch(
        {name: ids[rows] for name, ids in INPUTS.items()},
        TARGETS[rows],
        sample_weight=sample_weight,
    )
    return model.get_weights()


def test_a_sentence_of_weight_0_teaches_nothing():
    seq2seq = build_seq2seq(ModelConfig(**SIZES), 12, 12)
    found = weights_after(seq2seq, np.array([1.0, 0.0]))
    column = weights_after(seq2seq, np.array([[1.0], [0.0]]))
    for weight, wanted in zip(column, found, strict=True):
        np.testing.assert_array_equal(weight, wanted)
    other = weights_after(seq2seq)
    # Of both sentences, 7 tokens are real, of the first 4.
    alone = weights_after(seq2seq, np.array([4 / 7]), rows=slice(1))
    for weight, wanted in zip(found, alone, strict=True):
        np.testing.assert_allclose(weight, wanted, atol=1e-6)
    assert any(
        np.abs(one - two).max() > 1e-3 for one, two in zip(found, other, strict=True)
    )


def test_a_token_of_weight_0_counts_neither_in_the_loss_nor_in_weighted_metrics():
    seq2seq = build_seq2seq(ModelConfig(**SIZES), 12, 12)
    model = compiled(
        seq2seq.training, metrics=[Perplexity("plain")], weighted_metrics=[Perplexity()]
    )
    logits = np.asarray(model(INPUTS), "float64")
    losses = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(
        logits, TARGETS[..., None], -1
    ).squeeze(-1)
    real = TARGETS != 0
    weights = np.array([[1, 0, 0, 0.5], [2, 0, 1, 9]])
    found = model.test_on_batch(INPUTS, TARGETS, weights, return_dict=True)
    smooth = 0.9 * losses + 0.1 * (np.log(np.exp(logits).sum(-1)) - logits.mean(-1))
    wanted = (smooth * weights * real).sum() / real.sum()
    assert found["loss"] == pytest.approx(wanted, rel=1e-5)
    weighted = (losses * weights * real).sum() / (weights * real).sum()
    assert found["perplexity"] == pytest.approx(np.exp(weighted), rel=1e-5)
    mean = (losses * real).sum() / real.sum()
    assert found["plain"] == pytest.approx(np.exp(mean), rel=1e-5)


@pytest.mark.parametrize(
    ("reduction", "reduce"),
    [
        ("sum", lambda losses, weights, real: (losses * weights * real).sum()),
        (
            "mean_with_sample_weight",
            lambda losses, weights, real: (
                (losses * weights * real).sum() / (weights * real).sum()
            ),
        ),
        (None, lambda losses, weights, real: losses * weights * real),
    ],
)
def test_the_loss_is_reduced_as_asked_for(reduction, reduce):
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(2, 4, 12)).astype("float32")
    losses = np.log(np.exp(logits).sum(-1)) - np.take_along_axis(
        logits, TARGETS[..., None], -1
    ).squeeze(-1)
    weights = rng.random((2, 4)).astype("float32")
    loss = SmoothedCrossEntropy(reduction=reduction)
    np.testing.assert_allclose(
        loss(TARGETS, logits, weights),
        reduce(losses, weights, TARGETS != 0),
        rtol=1e-4,
    )


@pytest.mark.parametrize("method", ["fit", "train_on_batch"])
def test_a_class_weight_is_refused(method):
    model = compiled(build_seq2seq(ModelConfig(**SIZES), 12, 12).training)
    with pytest.raises(ValueError, match=r"Give `sample_weight` instead.*\{5: 2\.0\}"):
        getattr(model, method)(INPUTS, TARGETS, class_weight={5: 2.0})


@pytest.mark.parametrize(
    "thing",
    [
        SmoothedCrossEntropy(0.2, reduction="sum", name="mine"),
        Perplexity("mine"),
        TokenAccuracy(dtype="float64"),
        FusedAdam(0.01, beta_2=0.98, global_clipnorm=1.0),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_losses_metrics_and_the_optimizer_are_made_again_from_their_config(thing):
    config = json.loads(json.dumps(thing.get_config()))
    assert type(thing).from_config(config).get_config() == thing.get_config()


FLOATS, LENGTHS = (2, 5, 6), (2,)


class TestLayers(TestCase):
    """Keras' own test of what a layer has to do."""

    def run_test(
        self, layer, arguments, inputs, outputs, weights, masking=False, **options
    ):
        self.run_layer_test(
            layer,
            init_kwargs=arguments,
            input_data=inputs,
            expected_output_shape=outputs,
            expected_num_trainable_weights=weights,
            expected_num_losses=0,
            supports_masking=masking,
            run_training_check=False,
            **options,
        )

    def test_attention(self):
        inputs = {
            "query": np.ones((2, 4), "float32"),
            "keys": np.ones((2, 5, 3), "float32"),
            "values": np.ones((2, 5, 6), "float32"),
        }
        layer = BahdanauAttention(**{"units": np.int64(3)})
        assert [item.shape for item in layer(**inputs)] == [(2, 6), (2, 5)]
        assert type(layer.get_config()["units"]) is int
        assert BahdanauAttention.from_config(layer.get_config()).units == 3

    def test_cells(self):
        for name, cell in CELLS.items():
            units = 3 * cell.num_gates
            outputs, _ = cell(3)(
                np.ones((2, units), "float32"),
                [np.ones((2, 3), "float32")] * cell.num_states,
            )
            assert outputs.shape == (2, 3), name
            layer = cell(np.int32(3), name="mine")
            assert cell.from_config(layer.get_config()).get_config() == (
                layer.get_config()
            )

    def test_dense(self):
        inputs = np.ones((2, 4), "float32")
        self.run_test(Dense, {"units": 3}, inputs, (2, 3), 2, masking=True)

    def test_dropout(self):
        self.run_test(
            Dropout,
            {"rate": 0.2},
            np.ones((2, 4), "float32"),
            (2, 4),
            0,
            masking=True,
            expected_num_seed_generators=1,
            expected_num_non_trainable_variables=1,
        )

    def test_embedding(self):
        arguments = {"input_dim": 7, "output_dim": 3}
        inputs = np.ones((2, 4), "int32")
        self.run_test(Embedding, arguments, inputs, (2, 4, 3), 1)

    def test_output_bias(self):
        self.run_test(OutputBias, {}, np.ones((2, 4), "float32"), (2, 4), 1)

    def test_padding(self):
        inputs = np.ones((2, 4), "int32")
        self.run_test(SourceMask, {}, inputs, (2, 4), 0)
        self.run_test(SourceLengths, {}, inputs, (2,), 0)

    def test_readout(self):
        arguments = {"hidden_dim": 3, "layer_norm": True}
        inputs = np.ones((2, 5, 4), "float32")
        self.run_test(Readout, arguments, inputs, (2, 5, 3), 4)


@pytest.mark.parametrize("cell", sorted(CELLS))
@pytest.mark.parametrize("backward", [False, True])
def test_a_recurrence_is_made_again_from_its_config(cell, backward):
    layer = Recurrence(cell, 4, backward=backward, recurrent_dropout=0.1, fast=False)
    copy = Recurrence.from_config(json.loads(json.dumps(layer.get_config())))
    assert copy.get_config() == layer.get_config()
    assert (copy.cell_name, copy.units, copy.backward) == (cell, 4, backward)


DECODER_CELLS = {
    "fixed context": lambda: FixedContextDecoderCell("gru", 4, 2),
    "attention": lambda: AttentionDecoderCell(
        "lstm", 4, 2, attention_units=3, value_dim=5, conditional=True
    ),
}


@pytest.mark.parametrize("name", DECODER_CELLS)
def test_a_decoder_cell_runs_in_keras_own_loop(name):
    """Stepping it by hand gives the outputs of `keras.layers.RNN`."""
    rng = np.random.default_rng(0)

    def drawn(*shape):
        return tf.constant(rng.normal(size=shape).astype("float32"))

    cell = DECODER_CELLS[name]()
    inputs = drawn(2, 3, cell.cells[0].num_gates * 4)
    states = [drawn(2, 4) for _ in range(cell.num_states)]
    if name == "attention":
        mask = tf.constant([[True] * 6, [True] * 2 + [False] * 4])
        states += [drawn(2, 6, 5), drawn(2, 6, 3), mask]
    outputs = keras.layers.RNN(cell, return_sequences=True)(
        inputs, initial_state=states
    )
    for position in range(3):
        output, states = cell(inputs[:, position], states)
        np.testing.assert_allclose(outputs[:, position], output, atol=1e-6)
    assert outputs.shape == (2, 3, cell.output_size)
    copy = type(cell).from_config(json.loads(json.dumps(cell.get_config())))
    assert copy.get_config() == cell.get_config()


@pytest.mark.parametrize("cell", sorted(CELLS))
def test_a_recurrent_cell_runs_in_keras_own_loop(cell):
    layer = keras.layers.RNN(CELLS[cell](4), return_sequences=True)
    outputs = layer(np.ones((2, 3, CELLS[cell].num_gates * 4), "float32"))
    assert outputs.shape == (2, 3, 4)


def test_another_backend_is_refused_in_one_line_that_names_tensorflow():
    done = subprocess.run(
        [sys.executable, "-c", "from keras_s2s import BahdanauAttention"],
        capture_output=True,
        text=True,
        check=False,
        env={"KERAS_BACKEND": "jax", "PATH": ""},
    )
    assert done.stderr.strip().splitlines()[-1] == (
        "ImportError: keras_s2s must run on Keras' TensorFlow backend: set "
        "KERAS_BACKEND=tensorflow. Received: jax."
    )
