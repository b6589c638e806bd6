"""Dense layers whose matmuls may be of lower precision while training."""

from typing import Any

import keras

from keras_s2s.arguments import positive_integer
from keras_s2s.fast.loop_step import step_matmul
from keras_s2s.fast.matmul import Precision, add_bias_everywhere, matmul
from keras_s2s.fast.sums import add_bias
from keras_s2s.model.implementation import checked_precision


@keras.saving.register_keras_serializable(package="keras_s2s")
class Dense(keras.layers.Dense):
    """`activation(x W + b)`, as `keras.layers.Dense`.

    Args:
        matmul_precision: Of the matmul while training; otherwise it is as the layer's
            weights are.

    Call arguments:
        inputs: Shape `(..., features)`.

    Output:
        Shape `(..., units)`.
    """

    def __init__(
        self, units: int, *, matmul_precision: Precision = "float32", **kwargs: Any
    ) -> None:
        super().__init__(positive_integer("units", units), **kwargs)
        self.matmul_precision = checked_precision(matmul_precision)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Project; see the class for the arguments."""
        precision = self.matmul_precision if training else "float32"
        outputs = matmul(inputs, self.kernel, precision)
        if self.bias is not None:
            outputs = add_bias_everywhere(outputs, self.bias)
        return self.activation(outputs)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        return {**super().get_config(), "matmul_precision": self.matmul_precision}


@keras.saving.register_keras_serializable(package="keras_s2s")
class StepDense(keras.layers.Dense):
    """A dense layer inside a recurrent loop, without activation.

    Call arguments:
        inputs: Shape `(batch, features)`.

    Output:
        Shape `(batch, units)`.
    """

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return `inputs W + b`."""
        outputs = step_matmul(inputs, self.kernel)
        return outputs if self.bias is None else add_bias(outputs, self.bias)
