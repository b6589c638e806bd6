import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import tensorflow as tf

from edge_runtime import contract
from keras_s2s.config import ModelConfig
from keras_s2s.model.seq2seq import build_seq2seq

pytestmark = pytest.mark.train

SMALL = {
    "embedding_dim": 6,
    "encoder_units": 8,
    "units": 8,
    "attention_units": 7,
}
PLAIN_SYSTEMS = [
    pytest.param({"attention": attention, "cell": cell}, id=f"{attention}-{cell}")
    for attention in ("bahdanau", "none")
    for cell in ("gru", "lstm", "rnn")
]
OPTIONS = [
    pytest.param({"bidirectional": False}, id="one-direction"),
    pytest.param({"encoder_layers": 2, "decoder_layers": 2}, id="two-layers"),
    pytest.param({"decoder_layers": 2, "cell": "lstm"}, id="deeper-lstm-decoder"),
    pytest.param({"conditional": True}, id="conditional-gru"),
    pytest.param({"conditional": True, "cell": "lstm"}, id="conditional-lstm"),
    pytest.param({"tied_embeddings": "target"}, id="tied-target"),
    pytest.param({"tied_embeddings": "all"}, id="tied-all"),
    pytest.param({"attention": "none", "bidirectional": False}, id="plain-context"),
    pytest.param(
        {
            "embedding_dropout": 0.5,
            "word_dropout": 0.5,
            "context_dropout": 0.5,
            "output_dropout": 0.5,
            "recurrent_dropout": 0.5,
        },
        id="dropout",
    ),
    pytest.param(
        {"layer_norm": True, "encoder_layers": 2, "decoder_layers": 2}, id="layer-norm"
    ),
]
SOURCE_IDS = np.array([[2, 5, 6, 7, 3], [2, 9, 3, 0, 0]], dtype="int32")
TARGET_INPUT_IDS = np.array([[2, 5, 6, 7], [2, 8, 9, 0]], dtype="int32")


def build(changes):
    keras.utils.set_random_seed(3)
    return build_seq2seq(ModelConfig(**(SMALL | changes)), 12, 12)


def run_steps(seq2seq, source_ids, target_input_ids):
    """Log-probs of every position and the alignments, one step at a time."""
    states = dict(seq2seq.encoder(source_ids))
    log_probs, alignments = [], []
    for position in range(target_input_ids.shape[1]):
        token_ids = tf.constant(target_input_ids[:, position])
        outputs = seq2seq.decoder_step({contract.TOKEN_IDS: token_ids, **states})
        log_probs.append(outputs[contract.LOG_PROBS])
        alignments.append(outputs.get(contract.ALIGNMENT))
        index = 0
        while contract.next_decoder_state(index) in outputs:
            states[contract.decoder_state(index)] = outputs[
                contract.next_decoder_state(index)
            ]
            index += 1
    return np.stack(log_probs, axis=1), alignments


@pytest.mark.parametrize("changes", PLAIN_SYSTEMS + OPTIONS)
def test_stepping_equals_teacher_forcing(changes):
    seq2seq = build(changes)
    logits = seq2seq.training(
        {"source_ids": SOURCE_IDS, "target_input_ids": TARGET_INPUT_IDS}
    )
    log_probs, _ = run_steps(seq2seq, SOURCE_IDS, TARGET_INPUT_IDS)
    np.testing.assert_allclose(
        log_probs, keras.ops.log_softmax(logits), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("changes", PLAIN_SYSTEMS)
def test_padding_and_neighbours_change_nothing(changes):
    seq2seq = build(changes)
    together, _ = run_steps(seq2seq, SOURCE_IDS, TARGET_INPUT_IDS)
    alone, _ = run_steps(seq2seq, SOURCE_IDS[1:, :3], TARGET_INPUT_IDS[1:])
    np.testing.assert_allclose(together[1:], alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("changes", PLAIN_SYSTEMS + OPTIONS)
def test_every_weight_gets_a_gradient(changes):
    seq2seq = build(changes)
    with tf.GradientTape() as tape:
        logits = seq2seq.training(
            {"source_ids": SOURCE_IDS, "target_input_ids": TARGET_INPUT_IDS}
        )
        loss = tf.reduce_sum(logits**2)
    variables = seq2seq.training.trainable_variables
    for variable, gradient in zip(
        variables, tape.gradient(loss, variables), strict=True
    ):
        assert gradient is not None, variable.path
        assert np.any(np.array(tf.convert_to_tensor(gradient)) != 0), variable.path


def test_the_plain_fixed_context_is_the_encoders_final_state():
    seq2seq = build({"attention": "none", "cell": "lstm", "bidirectional": False})
    outputs = seq2seq.encoder(SOURCE_IDS)
    assert sorted(outputs) == ["decoder_state_0", "decoder_state_1"]
    forward = seq2seq.encoder.get_layer("forward_0")
    embedded = seq2seq.encoder.get_layer("source_embedding")(SOURCE_IDS)
    _, hidden, memory = forward(embedded, np.array([5, 3], "int32"))
    np.testing.assert_array_equal(outputs["decoder_state_0"], hidden)
    np.testing.assert_array_equal(outputs["decoder_state_1"], memory)


def test_attention_looks_with_the_state_of_before_the_step():
    """Steps 1 to 5 of the Bahdanau decoder, in numpy, from the model's weights."""
    seq2seq = build({})
    states = {
        name: np.array(value) for name, value in seq2seq.encoder(SOURCE_IDS).items()
    }
    log_probs, alignments = run_steps(seq2seq, SOURCE_IDS, TARGET_INPUT_IDS)
    weights = {weight.path: np.array(weight) for weight in seq2seq.training.weights}

    def weight(end):
        (found,) = [value for path, value in weights.items() if path.endswith(end)]
        return found

    def sigmoid(values):
        return 1 / (1 + np.exp(-values))

    state = states["decoder_state_0"]
    for position in range(TARGET_INPUT_IDS.shape[1]):
        embedded = weight("target_embedding/embeddings")[TARGET_INPUT_IDS[:, position]]
        query = state @ weight("attention/query_kernel")
        scores = (
            np.tanh(query[:, None] + states["attention_keys"])
            @ weight("attention/energy_kernel")
        )[..., 0]
        scores = np.where(states["source_mask"], scores, -np.inf)
        alignment = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        context = np.einsum("bs,bsv->bv", alignment, states["encoder_states"])
        inputs = (
            embedded @ weight("token_projection/kernel")
            + weight("token_projection/bias")
            + context @ weight("context_projection/kernel")
        )
        recurrent = state @ weight("cell_0/recurrent_kernel") + weight(
            "cell_0/recurrent_bias"
        )
        x_z, x_r, x_h = np.split(inputs, 3, axis=1)
        u_z, u_r, u_h = np.split(recurrent, 3, axis=1)
        update, reset = sigmoid(x_z + u_z), sigmoid(x_r + u_r)
        candidate = np.tanh(x_h + reset * u_h)
        state = update * state + (1 - update) * candidate
        features = np.concatenate([state, context, embedded], axis=1)
        hidden = np.tanh(
            features @ weight("readout/hidden/kernel") + weight("readout/hidden/bias")
        )
        logits = hidden @ weight("output_projection/kernel") + weight(
            "output_bias/bias"
        )
        expected = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(alignments[position], alignment, rtol=1e-4)
        np.testing.assert_allclose(log_probs[:, position], expected, rtol=1e-4)


def test_dropout_acts_in_training_only():
    seq2seq = build({"word_dropout": 0.5, "output_dropout": 0.5})
    inputs = {"source_ids": SOURCE_IDS, "target_input_ids": TARGET_INPUT_IDS}
    calm = [np.array(seq2seq.training(inputs, training=False)) for _ in range(2)]
    noisy = [np.array(seq2seq.training(inputs, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(*calm)
    assert not np.allclose(*noisy)


@pytest.mark.parametrize("sides", ["both", "target"])
def test_word_dropout_takes_tokens_of_the_chosen_sides(sides):
    seq2seq = build({"word_dropout": 0.5, "word_dropout_sides": sides})
    source_ids = np.tile(SOURCE_IDS, (20, 1))
    calm, noisy = (
        np.array(seq2seq.encoder(source_ids, training=training)["encoder_states"])
        for training in (False, True)
    )
    assert np.allclose(calm, noisy) is (sides == "target")
    inputs = {"source_ids": SOURCE_IDS, "target_input_ids": TARGET_INPUT_IDS}
    calm, noisy = (
        np.array(seq2seq.training(inputs, training=training))
        for training in (False, True)
    )
    assert not np.allclose(calm, noisy)


def test_one_embedding_for_all_needs_one_vocabulary():
    with pytest.raises(ValueError, match="one vocabulary for both sides"):
        build_seq2seq(ModelConfig(**SMALL, tied_embeddings="all"), 12, 13)


def test_tied_embeddings_are_one_weight():
    free = build({}).training.count_params()
    target = build({"tied_embeddings": "target"}).training.count_params()
    everything = build({"tied_embeddings": "all"}).training.count_params()
    assert free - target == 12 * SMALL["embedding_dim"]
    assert target - everything == 12 * SMALL["embedding_dim"]
