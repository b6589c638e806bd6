"""Dropout that draws half as many random numbers."""

from typing import Any

import keras
import tensorflow as tf

from keras_s2s import arguments

_STEPS = 2**16
"""Values of a 16-bit random number; rates are rounded to multiples of `1 / _STEPS`."""


@keras.saving.register_keras_serializable(package="keras_s2s")
class Dropout(keras.layers.Dropout):
    """`keras.layers.Dropout` without a noise shape.

    Keras draws a random number of 32 bits for every value, which takes as long as four
    passes over the values. Here each number is split into two of 16 bits.

    The class has the name of Keras' layer, because Keras names saved states after it.

    Args:
        rate: Share of the values that are dropped, in [0, 1).

    Call arguments:
        inputs: Any shape.

    Output:
        The shape of the inputs. In training, a share `rate` of the values is zero and
        the others are divided by `1 - rate`.
    """

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(arguments.rate("rate", rate), **kwargs)

    def call(self, inputs: Any, training: bool | None = False) -> Any:
        """Apply dropout; see the class for the arguments."""
        if not training or not self.rate:
            return inputs
        count = tf.size(inputs)
        pairs = tf.random.stateless_uniform(
            [-(-count // 2)],
            self.seed_generator.next(),
            minval=None,
            maxval=None,
            dtype=tf.uint32,
        )
        numbers = tf.reshape(tf.bitcast(pairs, tf.uint16), (-1,))[:count]
        dropped = min(round(self.rate * _STEPS), _STEPS - 1)
        mask = tf.cast(numbers >= tf.constant(dropped, tf.uint16), inputs.dtype)
        scales = mask * (_STEPS / (_STEPS - dropped))
        return inputs * tf.reshape(scales, tf.shape(inputs))
