"""The loss: cross-entropy against smoothed labels."""

from collections.abc import Sequence

import numpy as np

from keras_s2s.config import ModelConfig
from reference.translator import translate_forced
from reference.weights import Array, Weights


def cross_entropy(log_probs: Array, target_id: int, label_smoothing: float) -> float:
    """Return `- sum_v q(v) log p(v)` of one position.

    With smoothing `e`, `q` gives `1 - e` to the reference token and spreads `e` evenly
    over the vocabulary.

    Args:
        log_probs: `log p`, shape `(vocab_size,)`.
        target_id: The reference token `y_i`.
        label_smoothing: `e`, in [0, 1).

    Reference:
        [Szegedy et al., 2016](https://arxiv.org/abs/1512.00567), section 7.
    """
    q = np.full(len(log_probs), label_smoothing / len(log_probs))
    q[target_id] += 1 - label_smoothing
    return float(-q @ log_probs)


def mean_loss(
    config: ModelConfig,
    weights: Weights,
    triples: Sequence[tuple[Array, Array, Array]],
    label_smoothing: float,
) -> float:
    """Return the mean cross-entropy of all target tokens of some sentences.

    Args:
        config: The architecture.
        weights: Those of the translator.
        triples: Of each sentence the `source_ids (T_x,)`, the `target_input_ids (T_y,)`
            and the `target_output_ids (T_y,)`, which are one token ahead.
        label_smoothing: See `cross_entropy`.
    """
    losses = [
        cross_entropy(prediction.log_probs, target_id, label_smoothing)
        for source_ids, target_input_ids, target_output_ids in triples
        for prediction, target_id in zip(
            translate_forced(config, weights, source_ids, target_input_ids),
            target_output_ids,
            strict=True,
        )
    ]
    return float(np.mean(losses))
