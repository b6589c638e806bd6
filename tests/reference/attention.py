"""Bahdanau attention."""

import numpy as np

from reference.weights import Array, Weights


def softmax(scores: Array) -> Array:
    """Return `exp(e_j) / sum_k exp(e_k)`, shape `(n,)`."""
    exponentials = np.exp(scores - scores.max())
    return exponentials / exponentials.sum()


def attend(
    query: Array, keys: Array, values: Array, weights: Weights
) -> tuple[Array, Array]:
    """Look back at the source.

    Args:
        query: `s_{i-1}`, shape `(units,)`.
        keys: `U_a h_j` of every source position, shape `(T_x, attention_units)`.
        values: `h_j`, shape `(T_x, value_dim)`.
        weights: `query_kernel` (`W_a`), shape `(units, attention_units)`, and
            `energy_kernel` (`v_a`), shape `(attention_units, 1)`.

    Returns:
        The context `c_i`, shape `(value_dim,)`, and the alignment `alpha_i`, `(T_x,)`.

    Reference:
        [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), section 3.1 and
        appendix A.1.2.
    """
    energies = np.tanh(query @ weights["query_kernel"] + keys)
    scores = energies @ weights["energy_kernel"][:, 0]  # e_i1 ... e_iT_x
    alignment = softmax(scores)
    return alignment @ values, alignment
