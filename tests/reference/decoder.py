"""One decoder step of each system."""

from keras_s2s.config import ModelConfig
from reference.attention import attend
from reference.cells import CELLS, NUM_STATES
from reference.weights import Array, Weights, project, weights_of


def fixed_context_step(
    config: ModelConfig, weights: Weights, embedded: Array, states: list[Array]
) -> tuple[Array, list[Array]]:
    """Take a step that knows the source only through the states it started from.

    Args:
        config: The architecture.
        weights: Those of the translator.
        embedded: `E y_{i-1}`, shape `(embedding_dim,)`.
        states: Those of before the step, each of shape `(units,)`.

    Returns:
        The top layer's output, shape `(units,)`, and the new states.

    Reference:
        [Sutskever et al., 2014](https://arxiv.org/abs/1409.3215).
    """
    a = project(embedded, weights_of(weights, "token_projection"))
    return climb(config, weights, a, states)


def attention_step(
    config: ModelConfig,
    weights: Weights,
    embedded: Array,
    states: list[Array],
    keys: Array,
    values: Array,
) -> tuple[Array, Array, list[Array], Array]:
    """Take a step that looks back at the source.

    1. The query is the top state of *before* the step, `s_{i-1}`. In a conditional
       decoder another cell reads `E y_{i-1}` first, from the lowest layer's states:
       what it comes to, `s'_i`, is the query, and takes those states' place.
    2. `c_i` and `alpha_i` come from the query.
    3. The lowest cell reads `[E y_{i-1}; c_i]`, in a conditional decoder `c_i` alone,
       and comes to `s_i`.

    Args:
        config: The architecture.
        weights: Those of the translator.
        embedded: `E y_{i-1}`, shape `(embedding_dim,)`.
        states: Those of before the step, each of shape `(units,)`.
        keys: `U_a h_j`, shape `(T_x, attention_units)`.
        values: `h_j`, shape `(T_x, value_dim)`.

    Returns:
        The top layer's output `s_i`, shape `(units,)`, the context `c_i`, shape
        `(value_dim,)`, the new states, and the alignment `alpha_i`, shape `(T_x,)`.

    Reference:
        [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473), appendix A.2.2;
        [Sennrich et al., 2017](https://arxiv.org/abs/1703.04357), section 4.1, for the
        conditional GRU.
    """
    per_layer = NUM_STATES[config.cell]
    token = project(embedded, weights_of(weights, "token_projection"))
    if config.conditional:
        lowest = CELLS[config.cell](
            token, states[:per_layer], weights_of(weights, "query_cell")
        )
        states = [*lowest, *states[per_layer:]]
        query = lowest[0]
    else:
        query = states[-per_layer]
    context, alignment = attend(query, keys, values, weights_of(weights, "attention"))
    a = context @ weights["context_projection/kernel"]
    # The lowest cell has one bias: the token's projection brings it where it is read.
    a += weights["context_projection/bias"] if config.conditional else token
    output, states = climb(config, weights, a, states)
    return output, context, states, alignment


def climb(
    config: ModelConfig, weights: Weights, a: Array, states: list[Array]
) -> tuple[Array, list[Array]]:
    """Take a step of the stack of cells, each but the lowest with a residual.

    Args:
        config: The architecture.
        weights: Those of the translator.
        a: The lowest cell's projected input, shape `(gates * units,)`.
        states: Those of before the step, layer by layer, each of shape `(units,)`.

    Returns:
        The top layer's output, shape `(units,)`, and the new states.
    """
    per_layer = NUM_STATES[config.cell]
    output, new_states = None, []
    for layer in range(config.decoder_layers):
        own = states[layer * per_layer : (layer + 1) * per_layer]
        if output is not None:
            a = project(output, weights_of(weights, f"projection_{layer}"))
        own = CELLS[config.cell](a, own, weights_of(weights, f"cell_{layer}"))
        output = own[0] if output is None else output + own[0]
        new_states += own
    return output, new_states
