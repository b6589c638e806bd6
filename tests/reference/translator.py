"""The whole translator: a source and a target to what is predicted at each position."""

from dataclasses import dataclass

import numpy as np

from keras_s2s.config import ModelConfig
from reference.attention import softmax
from reference.bridge import initial_states
from reference.decoder import attention_step, fixed_context_step
from reference.encoder import encode
from reference.readout import read_out
from reference.weights import Array, Weights


@dataclass(frozen=True)
class Encoding:
    """What the decoder is told of a source.

    Attributes:
        states: Initial decoder states, each of shape `(units,)`.
        values: Encoder states `h_j`, shape `(T_x, value_dim)`; None without attention.
        keys: `U_a h_j`, shape `(T_x, attention_units)`; None without attention.
    """

    states: list[Array]
    values: Array | None
    keys: Array | None


@dataclass(frozen=True)
class Prediction:
    """One decoder step.

    Attributes:
        logits: Scores of `y_i`, shape `(vocab_size,)`.
        log_probs: Their log-softmax.
        states: The new decoder states, each of shape `(units,)`.
        alignment: `alpha_i`, shape `(T_x,)`; None without attention.
    """

    logits: Array
    log_probs: Array
    states: list[Array]
    alignment: Array | None


def read_source(config: ModelConfig, weights: Weights, source_ids: Array) -> Encoding:
    """Encode a source: ids `(T_x,)`, bos and eos included."""
    values, final_states = encode(config, weights, source_ids)
    keys = None
    if values is not None:
        keys = values @ weights["key_projection/kernel"]  # U_a h_j
    return Encoding(initial_states(config, weights, final_states), values, keys)


def predict(
    config: ModelConfig,
    weights: Weights,
    token_id: int,
    states: list[Array],
    encoding: Encoding,
) -> Prediction:
    """Predict the token that follows `y_{i-1}`, from the states of before the step."""
    embedded = weights["target_embedding/embeddings"][token_id]  # E y_{i-1}
    if config.attention == "bahdanau":
        output, context, states, alignment = attention_step(
            config, weights, embedded, states, encoding.keys, encoding.values
        )
        features = np.concatenate([output, context, embedded])
    else:
        features, states = fixed_context_step(config, weights, embedded, states)
        alignment = None
    logits = read_out(config, weights, features)
    return Prediction(logits, np.log(softmax(logits)), states, alignment)


def translate_forced(
    config: ModelConfig, weights: Weights, source_ids: Array, target_input_ids: Array
) -> list[Prediction]:
    """Predict every token of a target from the true ones before it.

    Args:
        config: The architecture.
        weights: Those of the translator.
        source_ids: Shape `(T_x,)`, bos and eos included.
        target_input_ids: `y_0 ... y_{T_y - 1}`, bos first, shape `(T_y,)`.

    Returns:
        The predictions of `y_1 ... y_{T_y}`.
    """
    encoding = read_source(config, weights, source_ids)
    states, predictions = encoding.states, []
    for token_id in target_input_ids:
        prediction = predict(config, weights, token_id, states, encoding)
        states = prediction.states
        predictions.append(prediction)
    return predictions
