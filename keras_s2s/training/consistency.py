"""R-Drop: the divergence between two passes of one batch under different dropout."""

from typing import Any

import tensorflow as tf

from keras_s2s.model.cross_entropy import real_tokens


def consistency_loss(target_ids: Any, logits: Any) -> Any:
    """Return the mean divergence of two passes over real target tokens.

    Args:
        target_ids: Shape `(2 * rows, target_length)`.
        logits: Shape `(2 * rows, target_length, vocab_size)`; the second half of the
            rows is the first one again.
    """
    real = tf.split(real_tokens(target_ids, logits.dtype), 2, axis=0)[0]
    divergence = tf.reduce_sum(symmetric_divergence(logits) * real)
    return divergence / tf.maximum(tf.reduce_sum(real), 1)


def symmetric_divergence(logits: Any) -> Any:
    """Return the mean of both Kullback-Leibler divergences of two passes.

    With the logits `a` and `b` of the passes and their softmax `p` and `q`, the
    normalizers cancel: `(KL(p, q) + KL(q, p)) / 2 = sum_v (p - q) (a - b) / 2`. The
    gradient for `a`, `((p - q) + p ((a - b) - sum_v p (a - b))) / 2`, is written by
    hand, which saves memory: logits are large.

    Args:
        logits: Shape `(2 * rows, target_length, vocab_size)`; the second half of the
            rows is the first one again.

    Returns:
        Shape `(rows, target_length)`.

    Reference:
        [Liang et al., 2021](https://arxiv.org/abs/2106.14448), equation 2.
    """
    return _divergence(*tf.split(logits, 2, axis=0))


@tf.custom_gradient  # type: ignore[untyped-decorator]
def _divergence(first: Any, second: Any) -> Any:
    # TensorFlow's softmax is fastest for matrices.
    shape, flat = tf.shape(first), (-1, first.shape[-1])
    logit_gap = tf.reshape(first - second, flat)
    first_softmax = tf.nn.softmax(tf.reshape(first, flat))
    second_softmax = tf.nn.softmax(tf.reshape(second, flat))
    softmax_gap = first_softmax - second_softmax
    divergence = tf.reduce_sum(softmax_gap * logit_gap, axis=-1) / 2

    def gradient(upstream: Any) -> tuple[Any, Any]:
        scale = tf.reshape(upstream, (-1, 1)) / 2

        def one_side(softmax: Any) -> Any:
            mean = tf.reduce_sum(softmax * logit_gap, axis=-1, keepdims=True)
            return softmax_gap + softmax * (logit_gap - mean)

        return (
            tf.reshape(scale * one_side(first_softmax), shape),
            tf.reshape(-scale * one_side(second_softmax), shape),
        )

    return tf.reshape(divergence, shape[:-1]), gradient
