"""The equations of the three recurrent cells, with their gradients.

Arguments are the projected inputs `x W + b`, the recurrent products `h U (+ b_u)`, both
of shape `(batch, num_gates * units)`, and the states they read, `(batch, units)`.
"""

from typing import Any

import tensorflow as tf
from keras import ops

from keras_s2s.fast.kept_values import keep
from keras_s2s.fast.step_functions import with_gradient


@with_gradient
def rnn_state(inputs: Any, recurrent: Any) -> Any:
    """Return `tanh(x W + b + h U)`, shape `(batch, units)`."""
    state = keep(ops.tanh(inputs + recurrent))

    def gradient(upstream: Any) -> tuple[Any, Any]:
        before = _before_tanh(state, upstream)
        return before, before

    return state, gradient


@with_gradient
def gru_state(inputs: Any, recurrent: Any, hidden: Any) -> Any:
    """Return `z h + (1 - z) n`, shape `(batch, units)`; see `GRUCell`."""
    units = hidden.shape[-1]
    input_gates, input_candidate = ops.split(inputs, [2 * units], axis=-1)
    recurrent_gates, recurrent_candidate = ops.split(recurrent, [2 * units], axis=-1)
    gates = ops.sigmoid(input_gates + recurrent_gates)
    update, reset = map(keep, ops.split(gates, 2, axis=-1))
    recurrent_candidate = keep(recurrent_candidate)
    candidate = keep(ops.tanh(input_candidate + reset * recurrent_candidate))

    def gradient(upstream: Any) -> tuple[Any, Any, Any]:
        for_hidden = upstream * update
        before_tanh = _before_tanh(candidate, upstream - for_hidden)
        before_sigmoid = [
            _before_sigmoid(update, upstream * (hidden - candidate)),
            _before_sigmoid(reset, before_tanh * recurrent_candidate),
        ]
        return (
            tf.concat([*before_sigmoid, before_tanh], -1),
            tf.concat([*before_sigmoid, before_tanh * reset], -1),
            for_hidden,
        )

    return candidate + update * (hidden - candidate), gradient


@with_gradient
def lstm_states(inputs: Any, recurrent: Any, memory: Any) -> Any:
    """Return `h'` and `c'`, each of shape `(batch, units)`; see `LSTMCell`."""
    update, forget, candidate, output = ops.split(inputs + recurrent, 4, axis=-1)
    update, forget = keep(ops.sigmoid(update)), keep(ops.sigmoid(forget))
    candidate, output = keep(ops.tanh(candidate)), keep(ops.sigmoid(output))
    new_memory = forget * memory + update * candidate
    squashed = keep(ops.tanh(new_memory))

    def gradient(for_state: Any, for_memory: Any) -> tuple[Any, Any, Any]:
        for_memory += _before_tanh(squashed, for_state * output)
        before = tf.concat(
            [
                _before_sigmoid(update, for_memory * candidate),
                _before_sigmoid(forget, for_memory * memory),
                _before_tanh(candidate, for_memory * update),
                _before_sigmoid(output, for_state * squashed),
            ],
            -1,
        )
        return before, before, for_memory * forget

    return (output * squashed, new_memory), gradient


def _before_tanh(output: Any, upstream: Any) -> Any:
    return tf.raw_ops.TanhGrad(y=output, dy=upstream)


def _before_sigmoid(output: Any, upstream: Any) -> Any:
    return tf.raw_ops.SigmoidGrad(y=output, dy=upstream)
