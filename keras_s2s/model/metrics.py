"""Token accuracy and perplexity over real target tokens."""

from typing import Any

import keras
from keras import ops

from keras_s2s.model.cross_entropy import smoothed_cross_entropy
from keras_s2s.model.token_weights import check_target_shapes, token_weights


class _TokenMean(keras.metrics.Metric):
    """A mean over real tokens, whatever batches they came in."""

    def __init__(self, name: str, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.total = self.add_variable((), initializer="zeros", name="total")
        self.count = self.add_variable((), initializer="zeros", name="count")

    def add_tokens(
        self, values: Any, target_ids: Any, sample_weight: Any = None
    ) -> None:
        """Count a value for every real token.

        Args:
            values: Shape `(batch, target_length)`.
            target_ids: Shape `(batch, target_length)`.
            sample_weight: See `keras_s2s.model.token_weights.token_weights`.
        """
        weights = token_weights(target_ids, sample_weight, self.dtype)
        self.total.assign_add(ops.sum(ops.cast(values, self.dtype) * weights))
        self.count.assign_add(ops.sum(weights))

    def result(self) -> Any:
        """Return the mean over all tokens since the last reset."""
        return ops.divide_no_nan(self.total, self.count)


@keras.saving.register_keras_serializable(package="keras_s2s")
class TokenAccuracy(_TokenMean):
    """Share of real target tokens that the model ranks first.

    Args:
        name: Name in the logs.
        dtype: Of the counts.
    """

    def __init__(self, name: str = "token_accuracy", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch.

        Args:
            y_true: Target ids, shape `(batch, target_length)`.
            y_pred: Logits, shape `(batch, target_length, vocab_size)`.
            sample_weight: See `keras_s2s.model.token_weights.token_weights`.
        """
        ids, y_pred = ops.cast(y_true, "int32"), ops.convert_to_tensor(y_pred)
        check_target_shapes(ids, y_pred)
        # Equal to a comparison with argmax, whose kernel is far slower than max.
        reference = ops.take_along_axis(y_pred, ids[..., None], axis=-1)[..., 0]
        hits = ops.equal(reference, ops.max(y_pred, axis=-1))
        self.add_tokens(hits, ids, sample_weight)


@keras.saving.register_keras_serializable(package="keras_s2s")
class Perplexity(_TokenMean):
    """`exp` of the mean cross-entropy of real target tokens, without smoothing.

    Args:
        name: Name in the logs.
        dtype: Of the counts.
    """

    def __init__(self, name: str = "perplexity", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch.

        Args:
            y_true: Target ids, shape `(batch, target_length)`.
            y_pred: Logits, shape `(batch, target_length, vocab_size)`.
            sample_weight: See `keras_s2s.model.token_weights.token_weights`.
        """
        ids, y_pred = ops.cast(y_true, "int32"), ops.cast(y_pred, self.dtype)
        check_target_shapes(ids, y_pred)
        losses = smoothed_cross_entropy(y_pred, ids, 0.0)
        self.add_tokens(losses, ids, sample_weight)

    def result(self) -> Any:
        """Return the perplexity of all tokens since the last reset."""
        return ops.exp(super().result())
