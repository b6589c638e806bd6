"""From the encoder's final states to the states that the decoder starts from."""

import numpy as np

from keras_s2s.config import ModelConfig
from reference.cells import NUM_STATES
from reference.weights import Array, Weights, project, weights_of


def initial_states(
    config: ModelConfig, weights: Weights, final_states: list[list[Array]]
) -> list[Array]:
    """Return the initial decoder states, layer by layer.

    Without attention the final encoder states are the context vector itself and go over
    as they are ([Sutskever et al., 2014](https://arxiv.org/abs/1409.3215)), where there
    are as many and as wide. Otherwise `s_0 = tanh(h W_s + b_s)` (Bahdanau et al.,
    appendix A.2.2), for each decoder layer from the final states of the encoder layer
    of the same height, or of the top one where the encoder is not as deep.

    Args:
        config: The architecture.
        weights: Those of the translator.
        final_states: For each encoder layer, states of shape `(value_dim,)`.

    Returns:
        States of shape `(units,)`: `h`, and for the LSTM `c`, of each layer in turn.
    """
    if (
        config.attention == "none"
        and config.value_dim == config.units
        and config.encoder_layers == config.decoder_layers
    ):
        return [state for states in final_states for state in states]
    initial = []
    for layer in range(config.decoder_layers):
        for place in range(NUM_STATES[config.cell]):
            final = final_states[min(layer, config.encoder_layers - 1)][place]
            bridge = weights_of(weights, f"bridge_{len(initial)}")
            initial.append(np.tanh(project(final, bridge)))
    return initial
