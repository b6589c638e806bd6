"""Dropout that draws half as many random numbers."""

from typing import Any

import keras
import tensorflow as tf

_STEPS = 2**16
"""Values of a random number: rates are kept to a part in 65,536."""


@keras.saving.register_keras_serializable(package="keras_s2s")
class Dropout(keras.layers.Dropout):
    """`keras.layers.Dropout` without a noise shape.

    Keras draws a number of 32 bits for every value, which takes as long as four passes
    over the values; here one serves two of them.

    It has the name of Keras's layer, because Keras files its state under it.

    Call arguments:
        inputs: Any shape.

    Output:
        The shape of the inputs; in training, values are zero at the rate and all others
        divided by what it leaves.
    """

    def call(self, inputs: Any, training: bool | None = False) -> Any:
        """Drop values; see the class for the arguments."""
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
        kept = tf.cast(numbers >= tf.constant(dropped, tf.uint16), inputs.dtype)
        factors = kept * (_STEPS / (_STEPS - dropped))
        return inputs * tf.reshape(factors, tf.shape(inputs))
