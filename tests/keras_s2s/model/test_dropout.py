"""What exactly each kind of dropout of a translator drops."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from drawn_translators import randomize
from keras_s2s.config import ModelConfig
from keras_s2s.model.seq2seq import build_seq2seq

pytestmark = pytest.mark.train

WIDTHS = {"embedding_dim": 10, "encoder_units": 4, "units": 7, "attention_units": 6}
VOCAB_SIZE = 10
BATCH, SOURCE_LENGTH, TARGET_LENGTH = 61, 13, 11
RATE = 0.25
IDS = np.random.default_rng(0).integers(4, VOCAB_SIZE, (BATCH, SOURCE_LENGTH))
INPUTS = {
    "source_ids": IDS.astype("int32"),
    "target_input_ids": IDS[:, :TARGET_LENGTH].astype("int32"),
}


def build(**settings):
    keras.utils.set_random_seed(4)
    config = ModelConfig(**{**WIDTHS, **settings})
    seq2seq = build_seq2seq(config, VOCAB_SIZE, VOCAB_SIZE)
    randomize(seq2seq.training)
    return seq2seq


def run(model, inputs, training):
    return keras.tree.map_structure(np.array, model(inputs, training=training))


def weight(model, end):
    (found,) = (item for item in model.weights if item.path.endswith(end))
    return found


def dropped_tokens(side, **settings):
    """What the first layer after the embedding reads in training, if all were ones.

    Shape `(batch, length, embedding_dim)`.
    """
    seq2seq = build(**settings)
    embedding = weight(seq2seq.training, f"{side}_embedding/embeddings")
    embedding.assign(np.ones(embedding.shape))
    if side == "source":
        model, (layer_input, _) = (
            seq2seq.encoder,
            seq2seq.encoder.get_layer("forward_0").input,
        )
        return run(
            keras.Model(model.input, layer_input), INPUTS["source_ids"], training=True
        )
    model = seq2seq.training
    layer_input = model.get_layer("token_projection").input
    return batch_first(run(keras.Model(model.input, layer_input), INPUTS, True))


def batch_first(sequences):
    if len(sequences) == BATCH:
        return sequences
    return sequences.transpose(1, 0, 2)


def assert_dropped(found, calm):
    """Each value is zero or scaled, at the rate; return which are kept."""
    kept = found != 0
    np.testing.assert_allclose(found[kept], calm[kept] / (1 - RATE), rtol=1e-5)
    assert_share(kept, 1 - RATE)
    return kept


def assert_share(chosen, share):
    """Within five standard deviations."""
    bound = 5 * np.sqrt(share * (1 - share) / chosen.size)
    assert abs(chosen.mean() - share) < bound


def assert_independent(kept):
    """Neighbours along every axis agree as often as chance has it."""
    agreement = RATE**2 + (1 - RATE) ** 2
    for axis in range(kept.ndim):
        both = np.moveaxis(kept, axis, 0)
        assert_share(both[1:] == both[:-1], agreement)


@pytest.mark.parametrize("side", ["source", "target"])
def test_word_dropout_drops_whole_tokens_each_for_itself(side):
    found = dropped_tokens(side, word_dropout=RATE)
    length = SOURCE_LENGTH if side == "source" else TARGET_LENGTH
    assert found.shape == (BATCH, length, WIDTHS["embedding_dim"])
    np.testing.assert_array_equal(found, np.repeat(found[:, :, :1], 10, axis=2))
    kept = assert_dropped(found[:, :, 0], np.ones(found.shape[:2]))
    assert_independent(kept)


def test_word_dropout_of_the_target_leaves_the_source_alone():
    settings = {"word_dropout": RATE, "word_dropout_sides": "target"}
    assert np.all(dropped_tokens("source", **settings) == 1)
    assert np.any(dropped_tokens("target", **settings) == 0)


def test_the_readout_misses_the_tokens_that_the_cell_misses():
    model = build(word_dropout=RATE).training
    both = keras.Model(
        model.input,
        [model.get_layer("token_projection").input, model.get_layer("readout").input],
    )
    embedded, features = map(batch_first, run(both, INPUTS, training=True))
    np.testing.assert_array_equal(features[:, :, -WIDTHS["embedding_dim"] :], embedded)


@pytest.mark.parametrize("side", ["source", "target"])
def test_embedding_dropout_drops_single_features(side):
    found = dropped_tokens(side, embedding_dropout=RATE)
    assert_independent(assert_dropped(found, np.ones_like(found)))


def test_context_dropout_drops_features_of_encoder_states_before_the_keys():
    encoder = build(context_dropout=RATE, layer_norm=True, encoder_layers=2).encoder
    calm, found = (
        run(encoder, INPUTS["source_ids"], training) for training in (False, True)
    )
    kept = assert_dropped(found["encoder_states"], calm["encoder_states"])
    assert_independent(kept)
    np.testing.assert_allclose(
        found["attention_keys"],
        found["encoder_states"] @ weight(encoder, "key_projection/kernel").numpy(),
        atol=1e-5,
    )
    np.testing.assert_array_equal(found["decoder_state_0"], calm["decoder_state_0"])


def test_context_dropout_leaves_a_fixed_context_alone():
    encoder = build(context_dropout=RATE, attention="none").encoder
    calm, found = (
        run(encoder, INPUTS["source_ids"], training) for training in (False, True)
    )
    np.testing.assert_array_equal(found["decoder_state_0"], calm["decoder_state_0"])


@pytest.mark.parametrize(
    "settings", [{"layer_norm": True}, {"attention": "none", "units": VOCAB_SIZE}]
)
def test_output_dropout_drops_features_of_the_last_layer_before_the_logits(settings):
    model = build(output_dropout=RATE, **settings).training
    # The logits are the features themselves.
    weight(model, "output_projection/kernel").assign(np.eye(VOCAB_SIZE))
    weight(model, "output_bias/bias").assign(np.zeros(VOCAB_SIZE))
    calm, found = (run(model, INPUTS, training) for training in (False, True))
    assert_independent(assert_dropped(found, calm))


def recurrent_kernel_in(states, projected, before):
    """Solve `h_t = tanh(a_t + h_{t-1} U)` for `U`, the same at all positions.

    Args:
        states: `h_1 ... h_T`, shape `(batch, length, units)`.
        projected: `a_1 ... a_T`, of the same shape.
        before: `h_0`, shape `(batch, units)`.
    """
    units = states.shape[-1]
    previous = np.concatenate([before[:, np.newaxis], states[:, :-1]], axis=1)
    recurrent = np.arctanh(states.astype("float64")) - projected
    left, right = previous.reshape(-1, units), recurrent.reshape(-1, units)
    kernel = np.linalg.lstsq(left, right)[0]
    np.testing.assert_allclose(left @ kernel, right, atol=1e-3)
    return kernel


def assert_weights_dropped(kernels, kernel):
    """Single weights, at the rate over some batches, and others in each batch."""
    kept = np.abs(kernels) > 1e-2
    scaled = np.broadcast_to(kernel / (1 - RATE), kernels.shape)
    np.testing.assert_allclose(kernels[kept], scaled[kept], atol=5e-3)
    np.testing.assert_allclose(kernels[~kept], 0, atol=5e-3)
    assert_share(kept, 1 - RATE)
    assert_independent(kept)


def small_recurrent_kernel(variable):
    """Keep tanh where its inverse is exact, and every weight apart from zero."""
    rng = np.random.default_rng(5)
    shape = variable.shape
    variable.assign(rng.choice([-1, 1], shape) * rng.uniform(0.05, 0.15, shape))
    return variable.numpy()


@pytest.mark.parametrize("direction", ["forward_0", "backward_0"])
def test_recurrent_dropout_drops_single_weights_for_a_whole_source_batch(direction):
    encoder = build(recurrent_dropout=RATE, cell="rnn", encoder_units=6).encoder
    kernel = small_recurrent_kernel(
        weight(encoder, f"{direction}/cell/recurrent_kernel")
    )
    layer = f"{direction}/projection"
    weight(encoder, f"{layer}/kernel").assign(
        0.1 * weight(encoder, f"{layer}/kernel").numpy()
    )
    embedded = weight(encoder, "source_embedding/embeddings").numpy()[IDS]
    projected = embedded @ weight(encoder, f"{layer}/kernel").numpy()
    projected += weight(encoder, f"{layer}/bias").numpy()
    kernels = []
    for _ in range(10):
        states = run(encoder, INPUTS["source_ids"], True)["encoder_states"]
        if direction == "forward_0":
            states, inputs = states[:, :, :6], projected
        else:
            states, inputs = states[:, ::-1, 6:], projected[:, ::-1]
        kernels.append(recurrent_kernel_in(states, inputs, np.zeros((BATCH, 6))))
    assert_weights_dropped(np.array(kernels), kernel)


def test_recurrent_dropout_drops_single_weights_for_a_whole_target_batch():
    seq2seq = build(
        recurrent_dropout=RATE,
        attention="none",
        cell="rnn",
        units=VOCAB_SIZE,
        embedding_dim=VOCAB_SIZE,
        encoder_layers=1,
    )
    model = seq2seq.training
    # The logits are the decoder states, and those start from zero.
    weight(model, "output_projection/kernel").assign(np.eye(VOCAB_SIZE))
    weight(model, "output_bias/bias").assign(np.zeros(VOCAB_SIZE))
    for end in ("kernel", "bias"):
        bridge = weight(model, f"bridge_0/{end}")
        bridge.assign(np.zeros(bridge.shape))
    kernel = small_recurrent_kernel(weight(model, "cell_0/recurrent_kernel"))
    projection = weight(model, "token_projection/kernel")
    projection.assign(0.1 * projection.numpy())
    embedded = weight(model, "target_embedding/embeddings").numpy()
    projected = embedded[INPUTS["target_input_ids"]] @ projection.numpy()
    projected += weight(model, "token_projection/bias").numpy()
    kernels = [
        recurrent_kernel_in(
            run(model, INPUTS, True), projected, np.zeros((BATCH, VOCAB_SIZE))
        )
        for _ in range(10)
    ]
    assert_weights_dropped(np.array(kernels), kernel)


def test_recurrent_dropout_reaches_all_recurrent_kernels_and_nothing_else():
    """With zeros in all recurrent kernels but one, only that one's loss shows."""
    model = build(
        recurrent_dropout=RATE,
        cell="lstm",
        conditional=True,
        encoder_layers=2,
        decoder_layers=2,
    ).training
    inputs = {name: ids[:4, :6] for name, ids in INPUTS.items()}
    kernels = [item for item in model.weights if item.name == "recurrent_kernel"]
    assert len(kernels) == 7
    values = [kernel.numpy() for kernel in kernels]
    for kernel in kernels:
        kernel.assign(np.zeros(kernel.shape))
    calm, noisy = (run(model, inputs, training) for training in (False, True))
    np.testing.assert_array_equal(noisy, calm)
    for kernel, value in zip(kernels, values, strict=True):
        kernel.assign(value)
        calm, noisy = (run(model, inputs, training) for training in (False, True))
        assert not np.allclose(noisy, calm, atol=1e-4), kernel.path
        kernel.assign(np.zeros(kernel.shape))
