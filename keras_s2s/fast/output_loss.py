"""The output layer, its cross-entropy and the gradient of both, computed together."""

from typing import Any

import tensorflow as tf

from keras_s2s.fast.matmul import Precision
from keras_s2s.fast.output_matmuls import output_matmuls

_SMALLEST = 1e-37
"""Keeps a logarithm finite: a token's cross-entropy is counted as 85 nats at most."""

_LOGITS_AT_ONCE = 2**22
"""About as many as a processor's caches hold, and many enough for its matmuls."""


def output_loss(
    features: Any,
    weights: Any,
    bias: Any,
    target_ids: Any,
    token_weights: Any,
    *,
    transposed: bool,
    label_smoothing: float,
    precision: Precision = "float32",
) -> tuple[Any, Any, Any]:
    """Return a batch's loss, without ever holding all of its logits.

    It is the loss that `keras_s2s.model.cross_entropy.smoothed_cross_entropy` defines.

    Logits are the largest tensors of a training step. So positions are taken in chunks,
    and the gradient of each chunk is computed with its loss.

    With `P = softmax(features W + b)`, the gradient of the smoothed cross-entropy for
    the logits is `P - (1 - e) onehot(y) - e / V`, and only `P` of it is as large: what
    the last term gives is the mean of `W` over the vocabulary, and a sum of features.

    With the precision "bfloat16", logits and `P` are bfloat16.

    Args:
        features: What the output layer reads, shape `(batch, target_length, n)`.
        weights: Shape `(n, vocab_size)`, or `(vocab_size, n)` if `transposed`.
        bias: Shape `(vocab_size,)`.
        target_ids: Shape `(batch, target_length)`.
        token_weights: What each position counts in the loss, shape
            `(batch, target_length)`.
        transposed: Whether the weights are an embedding, used transposed.
        label_smoothing: `e`, see `SmoothedCrossEntropy`.
        precision: Of the matmuls.

    Returns:
        The weighted sum of smoothed cross-entropies, a scalar and the only one with a
        gradient, and two tensors of shape `(batch, target_length)`: the cross-entropy
        without smoothing, and 1 where the reference token is ranked first, else 0.
    """
    shape = tf.shape(target_ids)
    ids = tf.reshape(tf.cast(target_ids, tf.int32), (-1,))
    row_weights = tf.reshape(token_weights, (-1,))
    vocab_size, width = bias.shape[0], features.shape[-1]
    count = tf.size(ids)
    chunks = tf.maximum(1, -(-count // max(1, _LOGITS_AT_ONCE // vocab_size)))

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def with_gradient(features: Any, weights: Any, bias: Any) -> Any:
        rows = tf.reshape(features, (-1, width))
        mean_weights = tf.reduce_mean(weights, axis=0 if transposed else 1)
        matmuls = output_matmuls(weights, bias, transposed, precision)

        def add_chunk(number: Any, sums: Any, written: Any) -> Any:
            start, end = count * number // chunks, count * (number + 1) // chunks
            own_ids, scale = ids[start:end], row_weights[start:end]
            own_rows = rows[start:end]
            logits = matmuls.logits(own_rows)
            reference = _values_at(logits, own_ids)
            mean_logits = tf.linalg.matvec(own_rows, mean_weights)
            mean_logits += tf.reduce_mean(bias)
            probabilities = tf.nn.softmax(logits)
            probability = _values_at(probabilities, own_ids)
            cross_entropies = -tf.math.log(tf.maximum(probability, _SMALLEST))
            losses = cross_entropies + label_smoothing * (reference - mean_logits)
            is_first = tf.equal(probability, matmuls.largest(probabilities))

            # For token weights of 1, and without what label smoothing gives all tokens
            # alike. In place, where the other kernels would copy: nothing may read the
            # probabilities any more.
            with tf.control_dependencies([is_first, probability]):
                d_logits = tf.raw_ops.InplaceSub(
                    x=tf.reshape(probabilities, (-1, 1)),
                    i=tf.range(end - start) * vocab_size + own_ids,
                    v=tf.cast(
                        tf.fill((end - start, 1), 1 - label_smoothing), matmuls.dtype
                    ),
                )
            d_logits = tf.reshape(d_logits, tf.shape(probabilities))
            d_rows = scale[:, tf.newaxis] * (
                matmuls.d_rows(d_logits) - label_smoothing * mean_weights
            )
            found = (
                tf.reduce_sum(losses * scale),
                matmuls.d_weights(scale[:, tf.newaxis] * own_rows, d_logits),
                matmuls.d_bias(scale, d_logits),
            )
            sums = [total + part for total, part in zip(sums, found, strict=True)]
            values = d_rows, cross_entropies, tf.cast(is_first, losses.dtype)
            written = [
                array.write(number, value)
                for array, value in zip(written, values, strict=True)
            ]
            return number + 1, sums, written

        _, (loss, d_weights, d_bias), written = tf.while_loop(
            lambda number, *_: number < chunks,
            add_chunk,
            (
                tf.constant(0),
                [tf.zeros(()), tf.zeros_like(weights), tf.zeros_like(bias)],
                [
                    tf.TensorArray(
                        features.dtype, chunks, infer_shape=False, element_shape=element
                    )
                    for element in ((None, width), (None,), (None,))
                ],
            ),
            parallel_iterations=1,
            maximum_iterations=chunks,
        )
        d_rows, cross_entropies, hits = (array.concat() for array in written)
        # What label smoothing gives all tokens alike: it has a uniform distribution.
        d_uniform = (
            label_smoothing
            / vocab_size
            * tf.linalg.matvec(rows, row_weights, transpose_a=True)
        )
        d_weights -= d_uniform if transposed else d_uniform[:, tf.newaxis]
        d_bias -= label_smoothing / vocab_size * tf.reduce_sum(row_weights)

        def gradient(upstream: Any, *_: Any) -> tuple[Any, Any, Any]:
            d_features = tf.reshape(d_rows, tf.shape(features))
            return upstream * d_features, upstream * d_weights, upstream * d_bias

        return (loss, tf.reshape(cross_entropies, shape), tf.reshape(hits, shape)), (
            gradient
        )

    loss, cross_entropies, hits = with_gradient(features, weights, bias)
    return loss, cross_entropies, hits


def _values_at(table: Any, ids: Any) -> Any:
    """Return one value of each row, in float32."""
    return tf.cast(tf.gather(table, ids, batch_dims=1), tf.float32)
