"""Layer normalisation."""

import numpy as np

from reference.weights import Array, Weights

EPSILON = 1e-3
"""What Keras adds to the variance."""


def layer_norm(x: Array, weights: Weights) -> Array:
    """Return `(x - mean) / sqrt(variance + epsilon) * g + b`, over the last axis.

    Args:
        x: Shape `(..., n)`.
        weights: `gamma` (`g`) and `beta` (`b`), each of shape `(n,)`.

    Reference:
        [Ba et al., 2016](https://arxiv.org/abs/1607.06450), equations 3 and 4.
    """
    mean = x.mean(axis=-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True)
    normalized = (x - mean) / np.sqrt(variance + EPSILON)
    return normalized * weights["gamma"] + weights["beta"]
