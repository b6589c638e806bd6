"""The output layer and its cross-entropy, computed together."""

from typing import Any

import tensorflow as tf

from keras_s2s.layers.products import matrix_product, weight_gradient

_SMALLEST = 1e-37
"""Keeps a logarithm finite: a token's cross-entropy is counted as 85 nats at most."""


def output_losses(
    features: Any,
    weights: Any,
    bias: Any,
    target_ids: Any,
    *,
    transposed: bool,
    label_smoothing: float,
) -> tuple[Any, Any, Any]:
    """Return what every target position loses, without keeping its logits.

    Logits are the largest tensors of a training step. With `P = softmax(features W +
    b)`, the gradient of the smoothed cross-entropy for the logits is `P - (1 - e)
    onehot(y) - e / V`, and only `P` of it is as large: what the other terms give to
    features and weights is a row of `W` looked up, a sum over rows with the same `y`,
    and the mean of `W` over the vocabulary.

    Args:
        features: What the output layer meets, shape `(batch, target_length, n)`.
        weights: Shape `(n, vocab_size)`, or `(vocab_size, n)` if `transposed`.
        bias: Shape `(vocab_size,)`.
        target_ids: Shape `(batch, target_length)`.
        transposed: Whether the weights are an embedding, used the other way round.
        label_smoothing: `e`, see `SmoothedCrossEntropy`.

    Returns:
        Three tensors of shape `(batch, target_length)`: the smoothed cross-entropy, the
        only one with a gradient; the cross-entropy without smoothing; and 1 where the
        reference token is ranked first, else 0.
    """
    shape = tf.shape(target_ids)
    ids = tf.reshape(tf.cast(target_ids, tf.int32), (-1,))
    vocab_size, width = bias.shape[0], features.shape[-1]
    over_vocabulary = 0 if transposed else 1

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def with_gradient(features: Any, weights: Any, bias: Any) -> Any:
        rows = tf.reshape(features, (-1, width))
        logits = matrix_product(rows, weights, transposed=transposed) + bias
        reference = tf.gather(logits, ids, batch_dims=1)
        probabilities = tf.nn.softmax(logits)
        probability = tf.gather(probabilities, ids, batch_dims=1)
        cross_entropies = -tf.math.log(tf.maximum(probability, _SMALLEST))
        mean_weights = tf.reduce_mean(weights, axis=over_vocabulary)
        mean_logits = tf.linalg.matvec(rows, mean_weights) + tf.reduce_mean(bias)
        losses = cross_entropies + label_smoothing * (reference - mean_logits)
        is_first = tf.equal(probability, tf.reduce_max(probabilities, axis=-1))

        def gradient(upstream: Any, *_: Any) -> tuple[Any, Any, Any]:
            scale = tf.reshape(upstream, (-1,))
            scaled = scale[:, tf.newaxis] * rows
            wanted = _rows_of(weights, ids, transposed)
            for_features = scale[:, tf.newaxis] * (
                matrix_product(probabilities, weights, transposed=not transposed)
                - (1 - label_smoothing) * wanted
                - label_smoothing * mean_weights
            )
            # Of the rows that want a token, and of what all tokens share.
            for_reference = (1 - label_smoothing) * tf.math.unsorted_segment_sum(
                scaled, ids, vocab_size
            )
            for_all = label_smoothing / vocab_size * tf.reduce_sum(scaled, axis=0)
            if transposed:
                for_weights = weight_gradient(probabilities, scaled)
                for_weights -= for_reference + for_all
            else:
                for_weights = weight_gradient(scaled, probabilities)
                for_weights -= tf.transpose(for_reference + for_all)
            for_bias = tf.linalg.matvec(probabilities, scale, transpose_a=True)
            for_bias -= label_smoothing / vocab_size * tf.reduce_sum(scale)
            for_bias -= (1 - label_smoothing) * tf.math.unsorted_segment_sum(
                scale, ids, vocab_size
            )
            return tf.reshape(for_features, tf.shape(features)), for_weights, for_bias

        outputs = losses, cross_entropies, tf.cast(is_first, losses.dtype)
        return tuple(tf.reshape(output, shape) for output in outputs), gradient

    losses, cross_entropies, hits = with_gradient(features, weights, bias)
    return losses, cross_entropies, hits


def _rows_of(weights: Any, ids: Any, transposed: bool) -> Any:
    """Return the weights of some tokens, shape `(len(ids), n)`."""
    if transposed:
        return tf.gather(weights, ids)
    return tf.transpose(tf.gather(weights, ids, axis=1))
