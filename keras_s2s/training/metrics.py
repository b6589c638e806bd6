"""Token accuracy and perplexity over real target tokens."""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from keras_s2s.model.loss import cross_entropy, real_tokens


class _TokenMean(keras.metrics.Metric):
    """A mean over real tokens, whatever batches they came in."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name)
        self.total = self.add_variable((), initializer="zeros", name="total")
        self.count = self.add_variable((), initializer="zeros", name="count")

    def add_tokens(self, values: Any, target_ids: Any) -> None:
        real = real_tokens(target_ids, "float32")
        self.total.assign_add(ops.sum(ops.cast(values, "float32") * real))
        self.count.assign_add(ops.sum(real))

    def result(self) -> Any:
        return ops.divide_no_nan(self.total, self.count)


class TokenAccuracy(_TokenMean):
    """Share of real target tokens that the model ranks first.

    Args:
        name: Name in the logs.
    """

    def __init__(self, name: str = "token_accuracy") -> None:
        super().__init__(name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of `(batch, target_length, vocab_size)` logits."""
        # Equal to a comparison with argmax, whose kernel is far slower than max.
        reference = tf.gather(y_pred, tf.cast(y_true, tf.int32), batch_dims=2)
        hits = ops.equal(reference, ops.max(y_pred, axis=-1))
        self.add_tokens(hits, y_true)


class Perplexity(_TokenMean):
    """`exp` of the mean cross-entropy of real target tokens, without smoothing.

    Args:
        name: Name in the logs.
    """

    def __init__(self, name: str = "perplexity") -> None:
        super().__init__(name)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch of `(batch, target_length, vocab_size)` logits."""
        # The very kernel of the loss: in a training step TensorFlow runs it once.
        self.add_tokens(cross_entropy(y_true, y_pred), y_true)

    def result(self) -> Any:
        """Return the perplexity of all tokens since the last reset."""
        return ops.exp(super().result())
