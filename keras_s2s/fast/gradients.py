"""The gradients of the equations in `model/`, written down.

Each takes what its equation says it needs and the gradients of what it returned, and
returns those of its floating arguments in their order. `d_x` is the gradient of `x`.
"""

from typing import Any

import tensorflow as tf


def rnn_state(needed: Any, d_state: Any) -> Any:
    """Gradient of `keras_s2s.model.cells.rnn_state`."""
    (state,) = needed
    d_sum = tf.raw_ops.TanhGrad(y=state, dy=d_state)
    return d_sum, d_sum


def gru_state(needed: Any, d_state: Any) -> Any:
    """Gradient of `keras_s2s.model.cells.gru_state`."""
    hidden, update, reset, recurrent_candidate, candidate = needed
    d_hidden = d_state * update
    d_candidate = tf.raw_ops.TanhGrad(y=candidate, dy=d_state - d_hidden)
    d_update = tf.raw_ops.SigmoidGrad(y=update, dy=d_state * (hidden - candidate))
    d_reset = tf.raw_ops.SigmoidGrad(y=reset, dy=d_candidate * recurrent_candidate)
    return (
        tf.concat([d_update, d_reset, d_candidate], -1),
        tf.concat([d_update, d_reset, d_candidate * reset], -1),
        d_hidden,
    )


def lstm_states(needed: Any, d_hidden: Any, d_memory: Any) -> Any:
    """Gradient of `keras_s2s.model.cells.lstm_states`."""
    memory, update, forget, candidate, output, squashed = needed
    d_memory += tf.raw_ops.TanhGrad(y=squashed, dy=d_hidden * output)
    d_sum = tf.concat(
        [
            tf.raw_ops.SigmoidGrad(y=update, dy=d_memory * candidate),
            tf.raw_ops.SigmoidGrad(y=forget, dy=d_memory * memory),
            tf.raw_ops.TanhGrad(y=candidate, dy=d_memory * update),
            tf.raw_ops.SigmoidGrad(y=output, dy=d_hidden * squashed),
        ],
        -1,
    )
    return d_sum, d_sum, d_memory * forget


def alignment(needed: Any, d_alignment: Any) -> Any:
    """Gradient of `keras_s2s.model.attention.alignment`."""
    hidden, weights, energy_kernel, mask = needed
    mean = tf.reduce_sum(weights * d_alignment, axis=-1, keepdims=True)
    d_scores = weights * (d_alignment - mean)
    if mask is not None:
        d_scores = tf.where(mask, d_scores, 0.0)
    column = tf.reshape(tf.cast(d_scores, hidden.dtype), (-1, 1))
    # A matmul: broadcasting both sides of a multiplication takes longer.
    d_hidden = tf.matmul(column, energy_kernel, transpose_b=True)
    d_sum = tf.raw_ops.TanhGrad(y=hidden, dy=tf.reshape(d_hidden, tf.shape(hidden)))
    d_energy_kernel = tf.matmul(
        tf.reshape(hidden, (-1, hidden.shape[-1])), column, transpose_a=True
    )
    return tf.reduce_sum(d_sum, axis=1), d_sum, d_energy_kernel


def add(needed: Any, d_sum: Any) -> Any:
    """Gradient of `add`: both sides have the same shape."""
    return d_sum, d_sum


def add_bias(needed: Any, d_sum: Any) -> Any:
    """Gradient of `add_bias`: the bias was broadcast over the batch."""
    return d_sum, tf.reduce_sum(d_sum, axis=0)


def smoothed_cross_entropy(needed: Any, d_losses: Any) -> Any:
    """Gradient of `keras_s2s.model.cross_entropy.smoothed_cross_entropy`.

    `softmax(logits) - (1 - e) onehot(y) - e / V`: a derived one takes three times as
    many passes over the logits, the largest tensor of a training step.
    """
    logits, target_ids, label_smoothing = needed
    vocab_size = logits.shape[-1]
    scale = tf.reshape(d_losses, (-1, 1))
    rows = tf.reshape(tf.nn.softmax(logits), (-1, vocab_size))
    d_logits = scale * (rows - label_smoothing / vocab_size)
    ids = tf.reshape(tf.cast(target_ids, tf.int32), (-1,))
    places = tf.stack([tf.range(tf.size(ids)), ids], axis=1)
    d_logits = tf.tensor_scatter_nd_sub(
        d_logits, places, (1 - label_smoothing) * scale[:, 0]
    )
    return tf.reshape(d_logits, tf.shape(logits))
