"""How the equations are computed; what they are does not depend on it."""

from dataclasses import dataclass
from typing import get_args

from keras_s2s.arguments import one_of
from keras_s2s.checked_config import CheckedConfig
from keras_s2s.fast.matmul import Precision


@dataclass(frozen=True)
class Implementation(CheckedConfig):
    """How a model is computed.

    Attributes:
        fast: Whether loops have a backward pass of their own, see
            `keras_s2s.fast.scan`; otherwise they are plain loops that TensorFlow
            differentiates.
        matmul_precision: Of the matmuls of layers while training; with "bfloat16" their
            operands are rounded. Weights, sums and everything outside of training stay
            float32.

    Raises:
        ConfigError: A value is none of those.
    """

    fast: bool = True
    matmul_precision: Precision = "float32"


def checked_precision(value: object) -> Precision:
    """Return a layer's `matmul_precision`.

    Raises:
        ValueError: It is no precision.
    """
    return one_of("matmul_precision", value, get_args(Precision))
