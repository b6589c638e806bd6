import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras
import tensorflow as tf

from keras_s2s.model.loss import SmoothedCrossEntropy
from keras_s2s.model.metrics import Perplexity, TokenAccuracy

pytestmark = pytest.mark.train


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(3, 4, 11)).astype("float32")
    ids = np.array([[4, 10, 3, 0], [3, 0, 0, 0], [5, 6, 7, 3]], dtype="int32")
    return ids, logits


def expected_loss(ids, logits, smoothing):
    total = count = 0
    for row, position in zip(*np.nonzero(ids), strict=True):
        scores = logits[row, position].astype("float64")
        log_probs = scores - np.log(np.exp(scores).sum())
        wanted = np.full(11, smoothing / 11)
        wanted[ids[row, position]] += 1 - smoothing
        total -= (wanted * log_probs).sum()
        count += 1
    return total / count


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_the_mean_over_real_tokens(batch, smoothing):
    ids, logits = batch
    loss = SmoothedCrossEntropy(smoothing)(ids, tf.constant(logits))
    assert float(loss) == pytest.approx(expected_loss(ids, logits, smoothing), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_gradient_is_that_of_the_formula(batch, smoothing):
    ids, logits = batch
    tensor = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        loss = SmoothedCrossEntropy(smoothing)(ids, tensor)
    gradient = np.array(tape.gradient(loss, tensor))
    step = 1e-4
    for place in [(0, 0, 4), (0, 1, 2), (1, 0, 3), (1, 2, 5), (2, 3, 3)]:
        above, below = logits.astype("float64"), logits.astype("float64")
        above[place] += step
        below[place] -= step
        numeric = expected_loss(ids, above, smoothing) - expected_loss(
            ids, below, smoothing
        )
        assert gradient[place] == pytest.approx(numeric / (2 * step), abs=1e-6)


def test_padding_changes_neither_loss_nor_metrics(batch):
    ids, logits = batch
    wider_ids = np.pad(ids, ((0, 0), (0, 2)))
    wider_logits = np.pad(logits, ((0, 0), (0, 2), (0, 0)), constant_values=5.0)
    for make in (SmoothedCrossEntropy, TokenAccuracy, Perplexity):
        expected = float(make()(ids, tf.constant(logits)))
        assert float(make()(wider_ids, tf.constant(wider_logits))) == pytest.approx(
            expected, rel=1e-6
        )


def test_perplexity_is_the_exponential_of_the_loss_over_several_batches(batch):
    ids, logits = batch
    metric = Perplexity()
    for rows in (slice(0, 1), slice(1, 3)):
        metric.update_state(ids[rows], tf.constant(logits[rows]))
    assert float(metric.result()) == pytest.approx(
        np.exp(expected_loss(ids, logits, 0.0)), rel=1e-5
    )


def test_accuracy_counts_real_tokens_ranked_first(batch):
    ids, logits = batch
    hits = (logits.argmax(-1) == ids) & (ids != 0)
    metric = TokenAccuracy()
    metric.update_state(ids, tf.constant(logits))
    assert float(metric.result()) == pytest.approx(hits.sum() / (ids != 0).sum())
    perfect = tf.one_hot(ids, 11)
    metric.reset_state()
    metric.update_state(ids, perfect)
    assert float(metric.result()) == 1.0


@pytest.mark.parametrize("make", [SmoothedCrossEntropy, TokenAccuracy, Perplexity])
@pytest.mark.parametrize("shape", [(4,), (3, 3), (3, 4, 1), (2, 4)])
def test_weights_that_fit_no_target_are_refused(batch, make, shape):
    ids, logits = batch
    with pytest.raises(ValueError) as refused:
        make()(ids, tf.constant(logits), np.ones(shape, "float32"))
    assert str(refused.value).endswith(
        f"Received sample_weight of shape {shape} and target ids of shape (3, 4)."
    )
    assert str(refused.value).startswith("`sample_weight` must have shape (batch,)")


@pytest.mark.parametrize("make", [SmoothedCrossEntropy, TokenAccuracy, Perplexity])
def test_targets_that_are_no_ids_of_the_logits_are_refused(batch, make):
    ids, logits = batch
    for wrong in (ids[..., None], tf.one_hot(ids, 11), ids[:, :3], ids[:2], ids[0]):
        with pytest.raises(ValueError) as refused:
            make()(wrong, tf.constant(logits))
        assert str(refused.value).startswith("`y_true` must be token ids of shape")
        assert f"Received y_true of shape {tuple(wrong.shape)}" in str(refused.value)
    with pytest.raises(ValueError, match=r"`y_pred` must have .*\(3, 11\)"):
        make()(ids, tf.constant(logits[:, 0]))


def test_one_model_takes_weights_of_every_shape_in_turn(batch):
    ids, logits = batch
    model = keras.Sequential([keras.layers.Identity()])
    model.compile(
        loss=SmoothedCrossEntropy(), weighted_metrics=[Perplexity()], jit_compile=False
    )
    weights = np.array([1.0, 0.0, 2.0], "float32")
    found = [
        model.test_on_batch(logits, ids, given, return_dict=True)
        for given in (weights, weights[:, None], np.repeat(weights[:, None], 4, 1))
        for _ in range(2)
    ]
    for values in found[1:]:
        assert values == pytest.approx(found[0])
