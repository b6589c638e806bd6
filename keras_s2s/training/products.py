"""Matrix products in bfloat16 while training, where the processor gains from them.

TensorFlow's graph optimizer casts the factors of large products to bfloat16 and what
depends on precision stays float32: weights, their averages, the optimizer, the softmax.
Whatever is validated, saved or exported is computed in float32.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import tensorflow as tf

_OPTION = "auto_mixed_precision_onednn_bfloat16"

_WORTHWHILE = 1.2
"""How much faster a product must be in bfloat16: the casts around it take time too."""

_ROUNDS = 15


@contextmanager
def products_in(bfloat16: bool) -> Iterator[None]:
    """Compute the products of TensorFlow functions called inside in one precision.

    Args:
        bfloat16: Whether in bfloat16; otherwise in float32.
    """
    before = tf.config.optimizer.get_experimental_options().get(_OPTION, False)
    tf.config.optimizer.set_experimental_options({_OPTION: bfloat16})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({_OPTION: before})


def bfloat16_is_faster() -> bool:
    """Measure, in some tenths of a second, a product as large as an output layer's."""
    left = tf.constant(np.ones((1024, 256), np.float32))
    right = tf.Variable(np.ones((256, 4096), np.float32))

    @tf.function  # type: ignore[untyped-decorator]
    def product() -> tf.Tensor:
        return tf.reduce_max(tf.matmul(left, right))

    # Taken in turn: whatever else the machine does slows both down alike.
    seconds = {False: float("inf"), True: float("inf")}
    for _ in range(_ROUNDS):
        for bfloat16, best in seconds.items():
            with products_in(bfloat16):
                product()
                seconds[bfloat16] = min(best, _seconds(product))
    return seconds[False] > _WORTHWHILE * seconds[True]


def _seconds(function: tf.types.experimental.PolymorphicFunction) -> float:
    start = time.perf_counter()
    function().numpy()
    return time.perf_counter() - start
