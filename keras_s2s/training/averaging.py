"""Averaged weights: the model that is validated and saved."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Run a block with a model's averaged weights, then restore the trained ones.

    The averages are the exponential moving averages of Keras' optimizers
    (`use_ema=True`). Without them, the weights stay as they are.
    """
    if not model.optimizer.use_ema:
        yield
        return
    trained = [variable.numpy() for variable in model.trainable_variables]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    try:
        yield
    finally:
        for variable, value in zip(model.trainable_variables, trained, strict=True):
            variable.assign(value)
