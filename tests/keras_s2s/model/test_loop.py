"""The plain loop gives the losses and gradients of the fast one."""

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import tensorflow as tf

from keras_s2s.config import ModelConfig
from keras_s2s.model.implementation import Implementation
from keras_s2s.model.loss import SmoothedCrossEntropy
from keras_s2s.model.seq2seq import build_seq2seq

pytestmark = pytest.mark.train

SIZES = {"embedding_dim": 6, "encoder_units": 4, "units": 7, "attention_units": 5}
SYSTEMS = {
    "gru": {},
    "conditional": {"conditional": True, "encoder_layers": 2, "tied_embeddings": "all"},
    "lstm": {"cell": "lstm", "decoder_layers": 2, "layer_norm": True},
    "fixed context": {"attention": "none", "cell": "rnn", "bidirectional": False},
}
INPUTS = {
    "source_ids": np.array([[2, 5, 6, 7, 3], [2, 9, 3, 0, 0]], dtype="int32"),
    "target_input_ids": np.array([[2, 5, 6, 7], [2, 8, 9, 0]], dtype="int32"),
}
TARGETS = np.array([[5, 6, 7, 3], [8, 9, 3, 0]], dtype="int32")


def loss_and_gradients(config, fast):
    keras.utils.set_random_seed(3)
    seq2seq = build_seq2seq(config, 12, 12, Implementation(fast=fast))
    model = seq2seq.training

    @tf.function
    def run():
        with tf.GradientTape() as tape:
            logits = model(INPUTS, training=True)
            loss = SmoothedCrossEntropy(0.1)(TARGETS, logits)
        return loss, tape.gradient(loss, model.trainable_variables)

    return run()


@pytest.mark.parametrize(
    ("name", "recurrent_dropout"), [*((name, 0.0) for name in SYSTEMS), ("gru", 0.5)]
)
def test_loss_and_gradients_are_those_of_the_fast_loop(name, recurrent_dropout):
    config = ModelConfig(**SIZES, **SYSTEMS[name], recurrent_dropout=recurrent_dropout)
    fast, fast_gradients = loss_and_gradients(config, fast=True)
    plain, plain_gradients = loss_and_gradients(config, fast=False)
    np.testing.assert_allclose(plain, fast, rtol=1e-6)
    for found, wanted in zip(plain_gradients, fast_gradients, strict=True):
        np.testing.assert_allclose(
            tf.convert_to_tensor(found),
            tf.convert_to_tensor(wanted),
            rtol=1e-5,
            atol=1e-6,
        )
