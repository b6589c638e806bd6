"""The loss as a Keras loss, for `compile`."""

from typing import Any

import keras
from keras import ops

from keras_s2s.arguments import rate
from keras_s2s.model.cross_entropy import real_tokens, smoothed_cross_entropy
from keras_s2s.model.token_weights import check_target_shapes, token_weights


@keras.saving.register_keras_serializable(package="keras_s2s")
class SmoothedCrossEntropy(keras.losses.Loss):
    """Cross-entropy of real target tokens against a smoothed distribution.

    Padding counts nothing. The default reduction, "sum_over_batch_size", is the mean
    over the real tokens of a batch; sample weights, one a sentence or one a token,
    multiply what a token adds to it.

    Args:
        label_smoothing: Probability spread over the whole vocabulary, in [0, 1).
        reduction: As of `keras.losses.Loss`; None returns a loss a token.
        name: Name in the logs.
        dtype: As of `keras.losses.Loss`.

    Call arguments:
        y_true: Target ids, eos included, shape `(batch, target_length)`.
        y_pred: Logits, shape `(batch, target_length, vocab_size)`.
        sample_weight: Shape `(batch,)`, `(batch, 1)` or `(batch, target_length)`.

    Reference:
        [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7.
    """

    def __init__(
        self,
        label_smoothing: float = 0.0,
        reduction: str | None = "sum_over_batch_size",
        name: str = "smoothed_cross_entropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.label_smoothing = rate("label_smoothing", label_smoothing)

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Return the reduced loss; see the class for the arguments."""
        target_ids = ops.cast(ops.convert_to_tensor(y_true), "int32")
        logits = ops.convert_to_tensor(y_pred)
        check_target_shapes(target_ids, logits)
        losses = self.call(target_ids, logits)
        weights = token_weights(target_ids, sample_weight, losses.dtype)
        losses *= weights
        if self.reduction in (None, "none"):
            return losses
        total = ops.sum(losses)
        if self.reduction == "sum":
            return total
        if self.reduction != "mean_with_sample_weight":
            weights = real_tokens(target_ids, losses.dtype)
        return ops.divide_no_nan(total, ops.sum(weights))

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of every position, `(batch, target_length)`."""
        # Half precision does not hold a sum over the vocabulary.
        dtype = keras.backend.result_type(y_pred.dtype, "float32")
        return smoothed_cross_entropy(
            ops.cast(y_pred, dtype), y_true, self.label_smoothing
        )

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal loss."""
        return {**super().get_config(), "label_smoothing": self.label_smoothing}
