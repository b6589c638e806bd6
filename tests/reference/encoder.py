"""The encoder: source ids to encoder states."""

import numpy as np

from keras_s2s.config import ModelConfig
from reference.cells import CELLS, NUM_STATES
from reference.layer_norm import layer_norm
from reference.weights import Array, Weights, project, weights_of


def encode(
    config: ModelConfig, weights: Weights, source_ids: Array
) -> tuple[Array | None, list[list[Array]]]:
    """Return the encoder states, and the final states of every layer.

    Without attention a decoder is told final states alone. So there are no encoder
    states then, and no layers above those that a decoder layer starts from.

    Args:
        config: The architecture.
        weights: Those of the translator.
        source_ids: `x_1 ... x_{T_x}`, bos and eos included, shape `(T_x,)`.

    Returns:
        `h_1 ... h_{T_x}`, shape `(T_x, value_dim)`, or None, and for each layer its
        final states, each of shape `(value_dim,)`.
    """
    shared = config.tied_embeddings == "all"
    embedding = "target_embedding" if shared else "source_embedding"
    x = weights[f"{embedding}/embeddings"][source_ids]
    final_states = []
    for layer in range(config.encoder_layers):
        h, states = read_both_ways(config, weights, layer, x)
        final_states.append(states)
        if config.attention == "none" and layer + 1 in (
            config.encoder_layers,
            config.decoder_layers,
        ):
            return None, final_states
        # The first layer's input is not as wide as its output.
        x = h if layer == 0 else x + h
        if config.layer_norm:
            x = layer_norm(x, weights_of(weights, f"norm_{layer}"))
    return x, final_states


def read_both_ways(
    config: ModelConfig, weights: Weights, layer: int, x: Array
) -> tuple[Array, list[Array]]:
    """Return one layer's annotations and its final states.

    Read forwards, the state at `j` has seen `x_1 ... x_j`; read backwards, it has seen
    `x_{T_x} ... x_j`; the annotation `h_j` is both, side by side (Bahdanau et al.,
    section 3.2). Likewise the final states are those after the last token and those
    after the first one.
    """
    forward, forward_final = read(
        config.cell, weights_of(weights, f"forward_{layer}"), x
    )
    if not config.bidirectional:
        return forward, forward_final
    backward, backward_final = read(
        config.cell, weights_of(weights, f"backward_{layer}"), x[::-1]
    )
    return np.concatenate([forward, backward[::-1]], axis=1), [
        np.concatenate(pair) for pair in zip(forward_final, backward_final, strict=True)
    ]


def read(cell: str, weights: Weights, x: Array) -> tuple[Array, list[Array]]:
    """Run a cell over a sequence, from zero states.

    Args:
        cell: "rnn", "gru" or "lstm".
        weights: Those of the cell, with `kernel` (`W`) and `bias` (`b`).
        x: Shape `(T_x, features)`.

    Returns:
        The outputs, shape `(T_x, units)`, and the final states, each `(units,)`.
    """
    units = weights["recurrent_kernel"].shape[0]
    states = [np.zeros(units) for _ in range(NUM_STATES[cell])]
    outputs = []
    for x_j in x:
        states = CELLS[cell](project(x_j, weights), states, weights)
        outputs.append(states[0])
    return np.stack(outputs), states
