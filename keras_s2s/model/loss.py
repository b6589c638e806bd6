"""Cross-entropy per real target token, with label smoothing."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from edge_runtime import contract
from keras_s2s.training.consistency import symmetric_divergence


@keras.saving.register_keras_serializable(package="keras_s2s")
class SmoothedCrossEntropy(keras.losses.Loss):
    """Mean cross-entropy of real target tokens against a smoothed distribution.

    With smoothing `e` the wanted distribution gives `1 - e` to the reference token and
    spreads `e` evenly over the vocabulary `V`:
    `loss = logsumexp(logits) - (1 - e) logits[y] - e mean_V(logits)`.

    With `consistency`, each batch holds every pair twice, the second time in the second
    half, and the divergence of the two passes is added, by that factor.

    Args:
        label_smoothing: `e`, in [0, 1).
        consistency: Weight of the divergence; 0 for batches of single pairs.

    Reference:
        [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7.
    """

    def __init__(
        self, label_smoothing: float = 0.0, consistency: float = 0.0, **kwargs: Any
    ) -> None:
        # The mean over real tokens is taken here, over the whole batch at once.
        super().__init__(**{"reduction": None, **kwargs})
        self.label_smoothing = label_smoothing
        self.consistency = consistency

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the scalar loss.

        Args:
            y_true: `target_output_ids (batch, target_length)`.
            y_pred: Logits `(batch, target_length, vocab_size)`.
        """
        losses = smoothed_cross_entropy(y_true, y_pred, self.label_smoothing)
        real = real_tokens(y_true, losses.dtype)
        loss = ops.sum(losses * real) / ops.maximum(ops.sum(real), 1)
        if self.consistency:
            real = ops.split(real, 2, axis=0)[0]
            divergence = ops.sum(symmetric_divergence(y_pred) * real)
            loss += self.consistency * divergence / ops.maximum(ops.sum(real), 1)
        return loss

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal loss."""
        return {
            **super().get_config(),
            "label_smoothing": self.label_smoothing,
            "consistency": self.consistency,
        }


def cross_entropy(target_ids: Any, logits: Any) -> Any:
    """Return `logsumexp(logits) - logits[y]` of every position.

    Args:
        target_ids: Shape `(batch, target_length)`.
        logits: Shape `(batch, target_length, vocab_size)`.

    Returns:
        Shape `(batch, target_length)`.
    """
    scores = _FlatScores(target_ids, logits)
    return tf.reshape(scores.losses, tf.shape(target_ids))


def smoothed_cross_entropy(target_ids: Any, logits: Any, label_smoothing: float) -> Any:
    """Return the cross-entropy against smoothed labels, `(batch, target_length)`.

    The gradient, `softmax(logits) - (1 - e) onehot(y) - e / V`, is written down rather
    than derived: a derived one takes three times as many passes over the logits, the
    largest tensor of a training step.
    """
    vocab_size = logits.shape[-1]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def with_gradient(logits: Any) -> Any:
        scores = _FlatScores(target_ids, logits)
        losses = scores.losses
        if label_smoothing:
            mean = tf.reduce_mean(scores.logits, axis=-1)
            losses += label_smoothing * (scores.reference - mean)

        def gradient(upstream: Any) -> Any:
            scale = tf.reshape(upstream, (-1,))
            result = scale[:, tf.newaxis] * (
                scores.probabilities - label_smoothing / vocab_size
            )
            rows = tf.range(tf.size(scores.ids))
            result = tf.tensor_scatter_nd_sub(
                result,
                tf.stack([rows, scores.ids], axis=1),
                (1 - label_smoothing) * scale,
            )
            return tf.reshape(result, tf.shape(logits))

        return tf.reshape(losses, tf.shape(target_ids)), gradient

    return with_gradient(logits)


class _FlatScores:
    """What loss and metrics need of the logits, all positions in one row.

    TensorFlow's kernel for sparse cross-entropy takes ten times as long as its softmax
    on a processor, so the loss is put together from the softmax: at the largest logit,
    `logsumexp(logits) = max(logits) - log(max(softmax(logits)))`, where the logarithm's
    argument is at least `1 / V`.
    """

    def __init__(self, target_ids: Any, logits: Any) -> None:
        self.logits = tf.reshape(logits, (-1, logits.shape[-1]))
        self.ids = tf.reshape(tf.cast(target_ids, tf.int32), (-1,))
        self.probabilities = tf.nn.softmax(self.logits)
        self.reference = tf.gather(self.logits, self.ids, batch_dims=1)
        largest = tf.reduce_max(self.probabilities, axis=-1)
        normalizer = tf.reduce_max(self.logits, axis=-1) - tf.math.log(largest)
        self.losses = normalizer - self.reference


def real_tokens(target_ids: Any, dtype: Any) -> Any:
    """Return 1 at real tokens and 0 at padding, `(batch, target_length)`."""
    return ops.cast(ops.not_equal(target_ids, contract.PAD_ID), dtype)
