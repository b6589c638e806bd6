"""The three recurrent cells, over inputs that are already projected.

A sequence's inputs are projected in one product before the loop, so the loop body holds
the recurrent product and the gates alone. Gate orders and equations are those of
`keras.layers` (`GRU` with `reset_after=True`), which are ONNX's up to a permutation.
"""

from typing import Any, ClassVar

import keras
from keras import ops

from keras_s2s.fast.scan import RECURRENT_KERNEL
from keras_s2s.fast.step_functions import add_bias
from keras_s2s.fast.step_products import step_product
from keras_s2s.model.cell_equations import gru_state, lstm_states, rnn_state
from keras_s2s.model.dense import Dense


class RecurrentCell(keras.layers.Layer):
    """What the three cells share: a recurrent kernel and a list of states.

    Args:
        units: Width of each state.

    Call arguments:
        projected_inputs: `x W + b`, shape `(batch, num_gates * units)`.
        states: `num_states` tensors of shape `(batch, units)`, the output first.

    Output:
        The new states, as a list; the first is the cell's output.
    """

    num_gates: ClassVar[int]
    num_states: ClassVar[int]

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units

    def build(
        self, projected_inputs_shape: tuple[int | None, ...], states_shape: Any = None
    ) -> None:
        """Create the recurrent kernel."""
        width = self.num_gates * self.units
        if projected_inputs_shape[-1] != width:
            raise ValueError(
                f"Inputs must be projected to {self.num_gates} gates of {self.units} "
                f"units, {width} features. "
                f"Received inputs of shape {tuple(projected_inputs_shape)}."
            )
        self.recurrent_kernel = self.add_weight(
            name=RECURRENT_KERNEL,
            shape=(self.units, width),
            initializer=GatewiseInitializer("orthogonal", self.num_gates),
        )
        self.built = True

    @classmethod
    def input_bias_initializer(cls, units: int) -> Any:
        """Return the initializer of the bias `b` of the input projection."""
        return "zeros"

    def get_config(self) -> dict[str, Any]:
        """Return what `from_config` needs to make an equal layer."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable(package="keras_s2s")
class RNNCell(RecurrentCell):
    """`h' = tanh(x W + b + h U)` ([Elman, 1990])."""

    num_gates = 1
    num_states = 1

    def call(self, projected_inputs: Any, states: Any) -> list[Any]:
        """Take one step."""
        (hidden,) = states
        recurrent = step_product(hidden, self.recurrent_kernel)
        return [rnn_state(projected_inputs, recurrent)]


@keras.saving.register_keras_serializable(package="keras_s2s")
class GRUCell(RecurrentCell):
    """Gated recurrent unit, the reset gate applied after the recurrent product.

    With `[x_z, x_r, x_h] = x W + b` and `[u_z, u_r, u_h] = h U + b_u`:
    `z = sigmoid(x_z + u_z)`, `r = sigmoid(x_r + u_r)`,
    `h' = z h + (1 - z) tanh(x_h + r u_h)`.

    Reference:
        [Cho et al., 2014](https://arxiv.org/abs/1406.1078); the reset gate as in
        `keras.layers.GRU(reset_after=True)`.
    """

    num_gates = 3
    num_states = 1

    def build(
        self, projected_inputs_shape: tuple[int | None, ...], states_shape: Any = None
    ) -> None:
        """Create the recurrent kernel and the bias inside the reset gate's reach."""
        super().build(projected_inputs_shape, states_shape)
        self.recurrent_bias = self.add_weight(
            name="recurrent_bias",
            shape=(self.num_gates * self.units,),
            initializer="zeros",
        )

    def call(self, projected_inputs: Any, states: Any) -> list[Any]:
        """Take one step."""
        (hidden,) = states
        recurrent = step_product(hidden, self.recurrent_kernel)
        recurrent = add_bias(recurrent, self.recurrent_bias)
        return [gru_state(projected_inputs, recurrent, hidden)]


@keras.saving.register_keras_serializable(package="keras_s2s")
class LSTMCell(RecurrentCell):
    """Long short-term memory.

    With `[x_i, x_f, x_c, x_o] = x W + b + h U`: `c' = sigmoid(x_f) c + sigmoid(x_i)
    tanh(x_c)` and `h' = sigmoid(x_o) tanh(c')`. The forget gate's bias starts at 1.

    Reference:
        [Hochreiter & Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735),
        with forget gate, as in `keras.layers.LSTM`.
    """

    num_gates = 4
    num_states = 2

    @classmethod
    def input_bias_initializer(cls, units: int) -> Any:
        """Return zeros, and ones for the forget gate (Jozefowicz et al., 2015)."""
        return UnitForgetBias(units)

    def call(self, projected_inputs: Any, states: Any) -> list[Any]:
        """Take one step."""
        hidden, memory = states
        recurrent = step_product(hidden, self.recurrent_kernel)
        return list(lstm_states(projected_inputs, recurrent, memory))


@keras.saving.register_keras_serializable(package="keras_s2s")
class GatewiseInitializer(keras.initializers.Initializer):
    """Applies an initializer to each gate's kernel on its own.

    Fans and orthogonality are those of one gate: taken over the whole concatenated
    kernel, they would depend on how many gates a cell has.
    """

    def __init__(self, initializer: Any, num_gates: int) -> None:
        self.initializer = keras.initializers.get(initializer)
        self.num_gates = num_gates

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
    """An LSTM's input bias: one for the forget gate, zero for the others."""

    def __init__(self, units: int) -> None:
        self.units = units

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


CELLS: dict[str, type[RecurrentCell]] = {
    "rnn": RNNCell,
    "gru": GRUCell,
    "lstm": LSTMCell,
}


class StepDense(keras.layers.Dense):
    """A dense layer that stands inside a recurrent loop."""

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return `inputs W + b`."""
        outputs = step_product(inputs, self.kernel)
        return outputs if self.bias is None else add_bias(outputs, self.bias)


def input_projection(cell: RecurrentCell, name: str) -> Dense:
    """Return the layer that computes `x W + b` for a cell's inputs at all positions."""
    return Dense(name=name, **_projection_arguments(cell))


def step_projection(cell: RecurrentCell, name: str, use_bias: bool = True) -> StepDense:
    """Return the layer that computes `x W + b` for a cell's inputs within a step."""
    return StepDense(name=name, use_bias=use_bias, **_projection_arguments(cell))


def _projection_arguments(cell: RecurrentCell) -> dict[str, Any]:
    return {
        "units": cell.num_gates * cell.units,
        "kernel_initializer": GatewiseInitializer("glorot_uniform", cell.num_gates),
        "bias_initializer": cell.input_bias_initializer(cell.units),
    }
