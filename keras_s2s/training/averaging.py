"""Averages of the weights over time: what is validated and kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


@contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Give a model its averaged weights, and the trained ones back afterwards.

    The averages are those that Keras' optimizers keep with `use_ema=True`; without
    it, nothing changes.
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
