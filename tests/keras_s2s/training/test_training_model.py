import functools
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import tensorflow as tf

from keras_s2s.config import ConfigError, ModelConfig, TrainingConfig
from keras_s2s.data.batches import make_batch
from keras_s2s.model.loss import SmoothedCrossEntropy
from keras_s2s.model.seq2seq import build_seq2seq
from keras_s2s.training.training_model import TrainingModel

pytestmark = [pytest.mark.train, pytest.mark.slow]

VOCAB_SIZE = 12
MODEL = ModelConfig(embedding_dim=6, encoder_units=4, units=6, attention_units=5)
CONFIG = TrainingConfig(gradient_norm=0.1)


def some_batch(rows):
    rng = np.random.default_rng(2)

    def some(lengths):
        return [
            [*rng.integers(4, VOCAB_SIZE, length).tolist(), 3] for length in lengths
        ]

    lengths = rng.integers(1, 9, (2, rows))
    return make_batch(sorted(some(lengths[0]), key=len), some(lengths[1]))


def dataset_of(*batches):
    """Return batches over and over, of unknown size, as batches of a corpus are."""
    signature = tf.nest.map_structure(
        lambda ids: tf.TensorSpec((None,) * ids.ndim, ids.dtype), batches[0]
    )
    return tf.data.Dataset.from_generator(
        lambda: iter(batches), output_signature=signature
    ).repeat()


def trained(
    config, model=MODEL, batch=None, steps=2, rate=0.5, micro_batches=1, workers=None,
    more_batches=(),
):  # fmt: skip
    """Train a new model on a few batches; return its metrics and weights."""
    keras.utils.set_random_seed(3)
    seq2seq = build_seq2seq(model, VOCAB_SIZE, VOCAB_SIZE)
    training = TrainingModel(seq2seq, config, micro_batches, workers)
    # Large steps: what a gradient is wrong by shows in the weights.
    training.compile(
        optimizer=keras.optimizers.SGD(
            rate, global_clipnorm=config.gradient_norm or None
        ),
        jit_compile=False,
    )
    history = training.fit(
        dataset_of(batch or some_batch(7), *more_batches),
        epochs=steps,
        steps_per_epoch=1 + len(more_batches),
        shuffle=False,
        verbose=0,
    )
    return history.history, seq2seq.training.get_weights()


@functools.cache
def trained_whole(model=MODEL, rows=7):
    """Train on batches that are not cut."""
    return trained(CONFIG, model, some_batch(rows))


@pytest.mark.parametrize(
    ("tied", "parts", "micro_batches"),
    [("none", 3, 1), ("none", 1, 3), ("all", 2, 2)],
)
def test_parts_of_a_batch_train_as_the_whole(tied, parts, micro_batches):
    model = replace(MODEL, tied_embeddings=tied)
    whole, weights = trained_whole(model)
    metrics, part_weights = trained(
        replace(CONFIG, batch_parts=parts), model, micro_batches=micro_batches
    )
    assert metrics.keys() == {"loss", "token_accuracy", "perplexity"}
    for name, values in metrics.items():
        assert values == pytest.approx(whole[name], rel=1e-5)
    for expected, found in zip(weights, part_weights, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(("parts", "micro_batches"), [(2, 1), (1, 2)])
def test_a_batch_of_fewer_rows_than_parts_trains(parts, micro_batches):
    model, batch = replace(MODEL, encoder_layers=2), some_batch(1)
    whole, weights = trained_whole(model, rows=1)
    config = replace(CONFIG, batch_parts=parts)
    metrics, part_weights = trained(config, model, batch, micro_batches=micro_batches)
    assert metrics["loss"] == pytest.approx(whole["loss"], rel=1e-5)
    for expected, found in zip(weights, part_weights, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_batches_count_in_the_loss_of_an_epoch_by_their_rows_without_padding():
    first, second = (trained_whole(rows=rows)[0]["loss"][0] for rows in (1, 7))
    padded = tf.nest.map_structure(
        lambda ids: np.pad(ids, ((0, 2), (0, 0))), some_batch(7)
    )
    both, _ = trained(
        CONFIG, batch=some_batch(1), more_batches=[padded], steps=1, rate=0.0
    )
    assert abs(first - second) > 1e-3
    assert both["loss"] == pytest.approx([(first + 7 * second) / 8], rel=1e-5)


class Twins:
    """Two workers that always have the same."""

    def sum(self, values):
        return tf.nest.map_structure(lambda value: value + value, values)


def test_two_workers_with_the_same_batch_train_as_one():
    alone, weights = trained(CONFIG)
    together, twin_weights = trained(CONFIG, workers=Twins())
    assert together["loss"] == pytest.approx(alone["loss"], rel=1e-5)
    for expected, found in zip(weights, twin_weights, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("dropout", ["embedding_dropout", "output_dropout"])
def test_dropout_acts_before_and_in_the_output_layer(dropout):
    """Without learning, only dropout tells one step from the next."""
    noisy, _ = trained(CONFIG, replace(MODEL, **{dropout: 0.5}), rate=0.0)
    assert abs(noisy["loss"][0] - noisy["loss"][1]) > 1e-4


def test_without_dropout_nothing_is_drawn():
    calm, _ = trained(CONFIG, rate=0.0)
    assert calm["loss"][0] == calm["loss"][1]


def test_every_micro_batch_drops_other_values():
    model = replace(MODEL, embedding_dropout=0.5)
    once = make_batch([[5, 6, 7, 8, 3]], [[4, 9, 10, 11, 3]])
    twice = tf.nest.map_structure(lambda ids: np.repeat(ids, 2, axis=0), once)
    first, _ = trained(CONFIG, model, once, steps=1)
    both, _ = trained(CONFIG, model, twice, steps=1, micro_batches=2)
    assert abs(first["loss"][0] - both["loss"][0]) > 1e-4


def test_a_step_is_that_of_keras_with_the_same_loss():
    # Unclipped: of looked-up rows, Keras takes the norm before it adds up a token's.
    config = replace(CONFIG, gradient_norm=0.0)
    metrics, weights = trained(config, steps=3)
    keras.utils.set_random_seed(3)
    seq2seq = build_seq2seq(MODEL, VOCAB_SIZE, VOCAB_SIZE)
    seq2seq.training.compile(
        optimizer=keras.optimizers.SGD(0.5),
        loss=SmoothedCrossEntropy(CONFIG.label_smoothing),
        jit_compile=False,
    )
    inputs, target_output_ids = some_batch(7)
    history = seq2seq.training.fit(
        dataset_of((inputs, target_output_ids)),
        epochs=3,
        steps_per_epoch=1,
        verbose=0,
    )
    assert metrics["loss"] == pytest.approx(history.history["loss"], rel=1e-5)
    assert metrics["loss"][-1] < metrics["loss"][0]
    for expected, found in zip(seq2seq.training.get_weights(), weights, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_parts_must_be_some():
    with pytest.raises(ConfigError, match=r"`batch_parts` must be at least 1"):
        TrainingConfig(batch_parts=0)
