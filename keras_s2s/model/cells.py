"""The three recurrent cells: their equations, and the layers that hold their weights.

Inputs arrive projected, `x W + b`: a sequence's inputs are projected in one matmul
before the loop, so a step computes the recurrent matmul and the gates alone. Gate
orders are those of `keras.layers` (`GRU` with `reset_after=True`), which are ONNX's up
to a permutation.
"""

from typing import Any

import keras
from keras import ops

from keras_s2s.arguments import one_of
from keras_s2s.fast import gradients
from keras_s2s.fast.differentiation import differentiated_by
from keras_s2s.fast.loop_step import step_matmul
from keras_s2s.fast.sums import add_bias
from keras_s2s.model.initializers import UnitForgetBias
from keras_s2s.model.recurrent_cell import RecurrentCell


@differentiated_by(gradients.rnn_state)
def rnn_state(inputs: Any, recurrent: Any) -> Any:
    """Return `h' = tanh(x W + b + h U)`, shape `(batch, units)`.

    Args:
        inputs: `x W + b`, shape `(batch, units)`.
        recurrent: `h U`, shape `(batch, units)`.
    """
    state = ops.tanh(inputs + recurrent)
    return state, (state,)


@differentiated_by(gradients.gru_state)
def gru_state(inputs: Any, recurrent: Any, hidden: Any) -> Any:
    """Return `h' = z h + (1 - z) n`, shape `(batch, units)`.

    Args:
        inputs: `[x_z, x_r, x_n] = x W + b`, shape `(batch, 3 * units)`.
        recurrent: `[u_z, u_r, u_n] = h U + b_u`, shape `(batch, 3 * units)`.
        hidden: `h`, shape `(batch, units)`.
    """
    x_z, x_r, x_n = ops.split(inputs, 3, axis=-1)
    u_z, u_r, u_n = ops.split(recurrent, 3, axis=-1)
    update = ops.sigmoid(x_z + u_z)  # z
    reset = ops.sigmoid(x_r + u_r)  # r
    candidate = ops.tanh(x_n + reset * u_n)  # n
    new_hidden = update * hidden + (1 - update) * candidate
    return new_hidden, (hidden, update, reset, u_n, candidate)


@differentiated_by(gradients.lstm_states)
def lstm_states(inputs: Any, recurrent: Any, memory: Any) -> Any:
    """Return `h' = o tanh(c')` and `c' = f c + i g`, each of shape `(batch, units)`.

    Args:
        inputs: `x W + b`, gates `i, f, g, o`, shape `(batch, 4 * units)`.
        recurrent: `h U`, shape `(batch, 4 * units)`.
        memory: `c`, shape `(batch, units)`.
    """
    gate_i, gate_f, gate_g, gate_o = ops.split(inputs + recurrent, 4, axis=-1)
    update, forget = ops.sigmoid(gate_i), ops.sigmoid(gate_f)  # i, f
    candidate, output = ops.tanh(gate_g), ops.sigmoid(gate_o)  # g, o
    new_memory = forget * memory + update * candidate
    squashed = ops.tanh(new_memory)
    needed = memory, update, forget, candidate, output, squashed
    return (output * squashed, new_memory), needed


@keras.saving.register_keras_serializable(package="keras_s2s")
class RNNCell(RecurrentCell):
    """`h' = tanh(x W + b + h U)`.

    Reference:
        [Elman, 1990](https://doi.org/10.1207/s15516709cog1402_1).
    """

    num_gates = 1
    num_states = 1

    def call(self, projected_inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """Take one step."""
        (hidden,) = states
        recurrent = step_matmul(hidden, self.recurrent_kernel)
        new_hidden = rnn_state(projected_inputs, recurrent)
        return new_hidden, [new_hidden]


@keras.saving.register_keras_serializable(package="keras_s2s")
class GRUCell(RecurrentCell):
    """Gated recurrent unit, the reset gate applied after the recurrent matmul.

    `h' = z h + (1 - z) n`, see `gru_state`.

    Reference:
        [Cho et al., 2014](https://arxiv.org/abs/1406.1078); the reset gate as in
        `keras.layers.GRU(reset_after=True)`.
    """

    num_gates = 3
    num_states = 1

    def build(
        self, projected_inputs_shape: tuple[int | None, ...], states_shape: Any = None
    ) -> None:
        """Create `U`, and the bias `b_u` that the reset gate reaches."""
        super().build(projected_inputs_shape, states_shape)
        self.recurrent_bias = self.add_weight(
            name="recurrent_bias",
            shape=(self.num_gates * self.units,),
            initializer="zeros",
        )

    def call(self, projected_inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """Take one step."""
        (hidden,) = states
        recurrent = step_matmul(hidden, self.recurrent_kernel)
        recurrent = add_bias(recurrent, self.recurrent_bias)
        new_hidden = gru_state(projected_inputs, recurrent, hidden)
        return new_hidden, [new_hidden]


@keras.saving.register_keras_serializable(package="keras_s2s")
class LSTMCell(RecurrentCell):
    """Long short-term memory: `h' = o tanh(c')`, see `lstm_states`.

    The forget gate's bias starts at 1.

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

    def call(self, projected_inputs: Any, states: Any) -> tuple[Any, list[Any]]:
        """Take one step."""
        hidden, memory = states
        recurrent = step_matmul(hidden, self.recurrent_kernel)
        new_hidden, new_memory = lstm_states(projected_inputs, recurrent, memory)
        return new_hidden, [new_hidden, new_memory]


CELLS: dict[str, type[RecurrentCell]] = {
    "rnn": RNNCell,
    "gru": GRUCell,
    "lstm": LSTMCell,
}
"""The cells by the name that a recipe gives them."""


def make_cell(cell: str, units: int, **options: Any) -> RecurrentCell:
    """Return a new cell; `options` are those of any Keras layer.

    Raises:
        ValueError: There is no cell of that name.
    """
    return CELLS[one_of("cell", cell, CELLS)](units, **options)
