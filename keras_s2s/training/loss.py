"""Cross-entropy per real target token, with label smoothing."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from edge_runtime import contract


@keras.saving.register_keras_serializable(package="keras_s2s")
class SmoothedCrossEntropy(keras.losses.Loss):
    """Mean cross-entropy of real target tokens against a smoothed distribution.

    With smoothing `e` the wanted distribution gives `1 - e` to the reference token and
    spreads `e` evenly over the vocabulary `V`:
    `loss = logsumexp(logits) - (1 - e) logits[y] - e mean_V(logits)`.

    Args:
        label_smoothing: `e`, in [0, 1).

    Reference:
        [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7.
    """

    def __init__(self, label_smoothing: float = 0.0, **kwargs: Any) -> None:
        # The mean over real tokens is taken here, over the whole batch at once.
        super().__init__(**{"reduction": None, **kwargs})
        self.label_smoothing = label_smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the scalar loss.

        Args:
            y_true: `target_output_ids (batch, target_length)`.
            y_pred: Logits `(batch, target_length, vocab_size)`.
        """
        losses = smoothed_cross_entropy(y_true, y_pred, self.label_smoothing)
        real = real_tokens(y_true, losses.dtype)
        return ops.sum(losses * real) / ops.maximum(ops.sum(real), 1)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal loss."""
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


def cross_entropy(target_ids: Any, logits: Any) -> Any:
    """Return `logsumexp(logits) - logits[y]` of every position.

    Args:
        target_ids: Shape `(batch, target_length)`.
        logits: Shape `(batch, target_length, vocab_size)`.

    Returns:
        Shape `(batch, target_length)`.
    """
    return tf.nn.sparse_softmax_cross_entropy_with_logits(
        tf.cast(target_ids, tf.int32), logits
    )


def smoothed_cross_entropy(target_ids: Any, logits: Any, label_smoothing: float) -> Any:
    """Return the cross-entropy against smoothed labels, `(batch, target_length)`.

    The gradient, `softmax(logits) - (1 - e) onehot(y) - e / V`, is written down rather
    than derived: a derived one takes three times as many passes over the logits, the
    largest tensor of a training step.
    """
    vocab_size = logits.shape[-1]

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def with_gradient(logits: Any) -> Any:
        flat_logits = tf.reshape(logits, (-1, vocab_size))
        flat_ids = tf.reshape(tf.cast(target_ids, tf.int32), (-1,))
        # The kernel returns softmax(logits) - onehot(y) along with the losses.
        losses, derivative = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
            features=flat_logits, labels=flat_ids
        )
        if label_smoothing:
            reference = tf.gather(flat_logits, flat_ids, batch_dims=1)
            mean = tf.reduce_mean(flat_logits, axis=-1)
            losses += label_smoothing * (reference - mean)

        def gradient(upstream: Any) -> Any:
            scale = tf.reshape(upstream, (-1,))
            result = scale[:, tf.newaxis] * (derivative - label_smoothing / vocab_size)
            if label_smoothing:
                rows = tf.range(tf.size(flat_ids))
                result = tf.tensor_scatter_nd_add(
                    result, tf.stack([rows, flat_ids], axis=1), label_smoothing * scale
                )
            return tf.reshape(result, tf.shape(logits))

        return tf.reshape(losses, tf.shape(target_ids)), gradient

    return with_gradient(logits)


def real_tokens(target_ids: Any, dtype: Any) -> Any:
    """Return 1 at real tokens and 0 at padding, `(batch, target_length)`."""
    return ops.cast(ops.not_equal(target_ids, contract.PAD_ID), dtype)
