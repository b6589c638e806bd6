"""Initial weights of recurrent cells."""

from typing import Any

import keras
from keras import ops

from keras_s2s.arguments import positive_integer


@keras.saving.register_keras_serializable(package="keras_s2s")
class GatewiseInitializer(keras.initializers.Initializer):
    """Applies an initializer to each gate's kernel on its own.

    Fans and orthogonality are those of one gate: taken over the whole concatenated
    kernel, they would depend on how many gates a cell has.

    Args:
        initializer: Of one gate.
        num_gates: How many gates stand side by side.
    """

    def __init__(self, initializer: Any, num_gates: int) -> None:
        self.initializer = keras.initializers.get(initializer)
        self.num_gates = positive_integer("num_gates", num_gates)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Return the kernels of all gates, concatenated along the last axis."""
        gate_shape = (*shape[:-1], shape[-1] // self.num_gates)
        # A clone has a seed of its own, or every gate would start with equal weights.
        gates = [
            self.initializer.clone()(gate_shape, dtype) for _ in range(self.num_gates)
        ]
        return ops.concatenate(gates, axis=-1)

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal initializer."""
        return {
            "initializer": keras.initializers.serialize(self.initializer),
            "num_gates": self.num_gates,
        }


@keras.saving.register_keras_serializable(package="keras_s2s")
class UnitForgetBias(keras.initializers.Initializer):
    """An LSTM's input bias: one for the forget gate, zero for the others.

    Args:
        units: Width of a gate.
    """

    def __init__(self, units: int) -> None:
        self.units = positive_integer("units", units)

    def __call__(self, shape: tuple[int, ...], dtype: Any = None) -> Any:
        """Return a bias of shape `(4 * units,)`."""
        units = self.units
        return ops.concatenate(
            [
                ops.zeros(units, dtype),
                ops.ones(units, dtype),
                ops.zeros(2 * units, dtype),
            ]
        )

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal initializer."""
        return {"units": self.units}
