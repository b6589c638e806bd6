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
