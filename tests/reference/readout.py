"""From what a decoder step knows to a score for every target token."""

import numpy as np

from keras_s2s.config import ModelConfig
from reference.layer_norm import layer_norm
from reference.weights import Array, Weights, project, weights_of


def read_out(config: ModelConfig, weights: Weights, features: Array) -> Array:
    """Return the logits of one target position, shape `(vocab_size,)`.

    With attention, `tanh(features W_h + b_h) W + b`: the deep output of Bahdanau et
    al. (appendix A.2.2) with a tanh layer for the maxout. Without, `features W + b`.
    A tied `W` is the target embedding, transposed
    ([Press & Wolf, 2017](https://arxiv.org/abs/1608.05859)).

    Args:
        config: The architecture.
        weights: Those of the translator.
        features: `[s_i; c_i; E y_{i-1}]`, shape `(units + value_dim + embedding_dim,)`,
            or without attention `s_i`, shape `(units,)`.
    """
    if config.layer_norm:
        features = layer_norm(features, weights_of(weights, "norm"))
    if config.attention == "bahdanau":
        features = np.tanh(project(features, weights_of(weights, "hidden")))
    if config.tied_embeddings == "none":
        output_weights = weights["output_projection/kernel"]
    else:
        output_weights = weights["target_embedding/embeddings"].T
    return features @ output_weights + weights["output_bias/bias"]
