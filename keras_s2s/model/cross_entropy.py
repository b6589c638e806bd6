"""The loss: cross-entropy of real target tokens against smoothed references."""

from typing import Any

from keras import ops

from edge_runtime import contract
from keras_s2s.fast import gradients
from keras_s2s.fast.differentiation import differentiated_by


@differentiated_by(gradients.smoothed_cross_entropy, everywhere=True)
def smoothed_cross_entropy(logits: Any, target_ids: Any, label_smoothing: Any) -> Any:
    """Return `-sum_v q_v log p_v` of every position, shape `(batch, target_length)`.

    The distribution `q` gives `1 - e` to the reference token and spreads `e` evenly
    over the vocabulary: `logsumexp(logits) - (1 - e) logits[y] - e mean_v(logits)`.

    This is the definition; `keras_s2s.fast.output_loss` computes the same.

    Args:
        logits: Shape `(batch, target_length, vocab_size)`.
        target_ids: `y`, shape `(batch, target_length)`.
        label_smoothing: `e`, in [0, 1).

    Reference:
        [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7.
    """
    reference = ops.take_along_axis(logits, target_ids[..., None], axis=-1)[..., 0]
    losses = ops.logsumexp(logits, axis=-1) - (1 - label_smoothing) * reference
    losses -= label_smoothing * ops.mean(logits, axis=-1)
    return losses, (logits, target_ids, label_smoothing)


def real_tokens(target_ids: Any, dtype: Any) -> Any:
    """Return 1 at real tokens and 0 at padding, `(batch, target_length)`."""
    return ops.cast(ops.not_equal(target_ids, contract.PAD_ID), dtype)
