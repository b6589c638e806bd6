"""Weights by name, and the one thing that is done with most of them."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Weights = Mapping[str, Array]
"""By the name of a layer and that of its weight, such as `forward_0/kernel`."""


def weights_of(weights: Weights, layer: str) -> dict[str, Array]:
    """Return the weights of one layer, without its name."""
    prefix = layer + "/"
    return {
        name.removeprefix(prefix): value
        for name, value in weights.items()
        if name.startswith(prefix)
    }


def project(x: Array, weights: Weights) -> Array:
    """Return `x W + b`: shape `(..., n)` to `(..., m)`."""
    return x @ weights["kernel"] + weights["bias"]
