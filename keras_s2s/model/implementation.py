"""How the equations are computed; what they are does not depend on it."""

from dataclasses import dataclass

from keras_s2s.fast.matmul import Precision


@dataclass(frozen=True)
class Implementation:
    """How a model is computed.

    Attributes:
        fast: Whether loops have a backward pass of their own, see
            `keras_s2s.fast.scan`; otherwise they are plain loops that TensorFlow
            differentiates.
        matmul_precision: Of the matmuls of layers while training; with "bfloat16" their
            factors are rounded. Weights, sums and everything outside of training stay
            float32.
    """

    fast: bool = True
    matmul_precision: Precision = "float32"
