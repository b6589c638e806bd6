"""The three recurrent cells: one step from a projected input and the states before it.

The input arrives as `a = x W + b`, all gates side by side, because it may be a sum: the
decoder reads a token and a context. Each function takes

- `a`: the projected input, shape `(gates * units,)`;
- `states`: the states before the step, each of shape `(units,)`, the output `h` first;
- `weights`: `recurrent_kernel` (`U`), shape `(units, gates * units)`, and for the GRU
  `recurrent_bias` (`b_u`), shape `(gates * units,)`;

and returns the new states in the same order.
"""

import numpy as np

from reference.weights import Array, Weights


def sigmoid(x: Array) -> Array:
    """Return `1 / (1 + exp(-x))`."""
    return 1 / (1 + np.exp(-x))


def rnn(a: Array, states: list[Array], weights: Weights) -> list[Array]:
    """`h' = tanh(x W + b + h U)` ([Elman, 1990])."""
    (h,) = states
    return [np.tanh(a + h @ weights["recurrent_kernel"])]


def gru(a: Array, states: list[Array], weights: Weights) -> list[Array]:
    """Gated recurrent unit ([Cho et al., 2014](https://arxiv.org/abs/1406.1078)).

    The reset gate `r` acts after the recurrent product, as in cuDNN and in
    `keras.layers.GRU(reset_after=True)`; the paper applies it to `h` before.
    """
    (h,) = states
    a_z, a_r, a_n = np.split(a, 3)
    u_z, u_r, u_n = np.split(
        h @ weights["recurrent_kernel"] + weights["recurrent_bias"], 3
    )
    z = sigmoid(a_z + u_z)  # update gate
    r = sigmoid(a_r + u_r)  # reset gate
    n = np.tanh(a_n + r * u_n)  # candidate, the paper's h with a tilde
    return [z * h + (1 - z) * n]


def lstm(a: Array, states: list[Array], weights: Weights) -> list[Array]:
    """Long short-term memory with forget gate; states are `h` and the memory `c`.

    Reference:
        [Hochreiter & Schmidhuber, 1997](https://doi.org/10.1162/neco.1997.9.8.1735);
        [Gers et al., 2000](https://doi.org/10.1162/089976600300015015) for the forget
        gate.
    """
    h, c = states
    a_i, a_f, a_g, a_o = np.split(a + h @ weights["recurrent_kernel"], 4)
    i = sigmoid(a_i)  # input gate
    f = sigmoid(a_f)  # forget gate
    g = np.tanh(a_g)  # candidate
    o = sigmoid(a_o)  # output gate
    c_new = f * c + i * g
    return [o * np.tanh(c_new), c_new]


CELLS = {"rnn": rnn, "gru": gru, "lstm": lstm}
NUM_STATES = {"rnn": 1, "gru": 1, "lstm": 2}
