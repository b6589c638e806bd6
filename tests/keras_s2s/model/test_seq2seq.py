"""What `build_seq2seq` refuses, shares and leaves out.

What the models compute is held to the reference in `test_against_reference.py`.
"""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from keras_s2s.config import ModelConfig
from keras_s2s.model.seq2seq import build_seq2seq

pytestmark = pytest.mark.train

SMALL = {
    "embedding_dim": 6,
    "encoder_units": 8,
    "units": 8,
    "attention_units": 7,
}
SOURCE_IDS = np.array([[2, 5, 6, 7, 3], [2, 9, 3, 0, 0]], dtype="int32")


def build(changes):
    keras.utils.set_random_seed(3)
    return build_seq2seq(ModelConfig(**(SMALL | changes)), 12, 12)


def test_the_plain_fixed_context_is_the_encoders_final_state():
    seq2seq = build({"attention": "none", "cell": "lstm", "bidirectional": False})
    outputs = seq2seq.encoder(SOURCE_IDS)
    assert sorted(outputs) == ["decoder_state_0", "decoder_state_1"]
    forward = seq2seq.encoder.get_layer("forward_0")
    embedded = seq2seq.encoder.get_layer("source_embedding")(SOURCE_IDS)
    _, hidden, memory = forward(embedded, np.array([5, 3], "int32"))
    np.testing.assert_array_equal(outputs["decoder_state_0"], hidden)
    np.testing.assert_array_equal(outputs["decoder_state_1"], memory)


def test_one_embedding_for_all_needs_one_vocabulary():
    with pytest.raises(ValueError, match="one vocabulary for both sides"):
        build_seq2seq(ModelConfig(**SMALL, tied_embeddings="all"), 12, 13)


def test_tied_embeddings_are_one_weight():
    free = build({}).training.count_params()
    target = build({"tied_embeddings": "target"}).training.count_params()
    everything = build({"tied_embeddings": "all"}).training.count_params()
    assert free - target == 12 * SMALL["embedding_dim"]
    assert target - everything == 12 * SMALL["embedding_dim"]


def initial_weights(seq2seq):
    return {
        "/".join(weight.path.split("/")[-2:]): weight.numpy()
        for weight in seq2seq.training.weights
    }


def test_embeddings_start_as_wide_as_keeps_tied_logits_of_order_one():
    seq2seq = build({"embedding_dim": 400})
    for side in ("source", "target"):
        table = initial_weights(seq2seq)[f"{side}_embedding/embeddings"]
        assert table.std() == pytest.approx(400**-0.5, rel=0.1)


def test_a_decoder_cell_starts_with_open_forget_gates_and_the_fans_of_one_gate():
    units, width = SMALL["units"], SMALL["embedding_dim"]
    weights = initial_weights(build({"cell": "lstm", "conditional": True}))
    for name in ("token_projection", "context_projection"):
        gates = np.split(weights[f"{name}/bias"], 4)
        assert [set(gate) for gate in gates] == [{0}, {1}, {0}, {0}]
    # Glorot's bound, of the inputs and one gate's units.
    bound = np.sqrt(6 / (width + units))
    largest = np.abs(weights["token_projection/kernel"]).max()
    assert 0.9 * bound < largest <= bound


@pytest.mark.parametrize("lengths", [(0, 3), (3, 0)])
def test_a_side_without_any_token_is_refused(lengths):
    source, target = (np.full((2, length), 5, "int32") for length in lengths)
    model = build({}).training
    with pytest.raises(ValueError, match="must have at least one position"):
        model({"source_ids": source, "target_input_ids": target})
