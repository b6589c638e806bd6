"""The numbers that Keras makes layers of where nothing else is said."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def float32_by_default() -> Iterator[None]:
    """Make layers, metrics and optimizers of float32 inside.

    A training is float32, whatever dtype policy or `floatx` the process or a
    `keras.json` has for other models.
    """
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
