"""Weights as small integers with a scale, and zero as zero."""

import numpy as np
import numpy.typing as npt

from export.graph.editable_graph import Array


def quantize_symmetrically(
    weight: Array, axis: int, largest: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Round a weight to integers from `-largest` to `largest`.

    Args:
        weight: The weight.
        axis: Axis along which values share a scale; it has size 1 in the scales.
        largest: Largest absolute value of the integers.

    Returns:
        Integers of the weight's shape, and scales: `weight = integers * scales`.
    """
    extent = np.abs(weight).max(axis=axis, keepdims=True)
    scale = (np.where(extent > 0, extent, 1.0) / largest).astype(np.float32)
    return np.rint(weight / scale).astype(np.int8), scale
