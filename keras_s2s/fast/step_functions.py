"""Functions of a step that bring their gradient along.

TensorFlow's own gradients ask for the shapes of what they were computed from, because a
sum or product may have been broadcast. In a batch of any size they are known only once
the values are there, so nothing could be left out when a step is run again. These
functions are told what is broadcast and read what was kept.
"""

import functools
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from keras import ops

from keras_s2s.fast.kept_values import in_scan


def with_gradient(function: Callable[..., tuple[Any, Any]]) -> Callable[..., Any]:
    """Give a function of tensors the gradient it returns, within a scan.

    Elsewhere it is differentiated as it is written, and may be used with other shapes.

    Args:
        function: Returns its output and, as `tf.custom_gradient` has it, a function
            from upstream gradients to those of its arguments.

    Returns:
        A function that returns the output.
    """

    @functools.wraps(function)
    def call(*arguments: Any) -> Any:
        if not in_scan():
            return function(*arguments)[0]
        tensors = [ops.convert_to_tensor(argument) for argument in arguments]
        return tf.custom_gradient(function)(*tensors)

    return call


@with_gradient
def add(left: Any, right: Any) -> Any:
    """Add two tensors of the same shape."""
    return left + right, lambda upstream: (upstream, upstream)


@with_gradient
def add_bias(inputs: Any, bias: Any) -> Any:
    """Add a bias of shape `(n,)` to inputs of shape `(batch, n)`."""
    return inputs + bias, lambda upstream: (upstream, tf.reduce_sum(upstream, axis=0))
