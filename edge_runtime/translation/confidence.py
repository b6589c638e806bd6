"""How sure a translation is: the chance that a person would accept it as it is.

A logistic regression over what the search knows. `export-onnx` fits it; see
`ConfidenceModel` for its numbers. Every runtime computes it with the same few formulas.
"""

import math
import operator
from collections.abc import Iterable, Sequence

import numpy as np

from edge_runtime.arrays import FloatArray
from edge_runtime.bundle.confidence_model import ConfidenceModel
from edge_runtime.contract import UNK_ID
from edge_runtime.search.greedy_search import Hypothesis

FARTHEST = 4.0
"""Most standard deviations from its mean at which a feature counts in full.

Beyond them nothing was seen when the confidence was fitted, and nothing is known.
"""

_SPACE = "\u2581"
"""What SentencePiece writes for a space."""

_LEAST_SURPRISE = 1e-3
"""Keeps the logarithm of a mean log-prob near 0 from deciding alone."""


def confidence(
    model: ConfidenceModel,
    source_ids: Sequence[int],
    hypothesis: Hypothesis,
    pieces: Sequence[str],
) -> float:
    """Return the confidence of one sentence, between 0 and 1.

    It is 0 where the hypothesis was cut at a length limit: it is no whole translation.

    Args:
        model: The fitted numbers.
        source_ids: Source ids with bos and eos.
        hypothesis: Its translation.
        pieces: The target vocabulary in the order of the ids.
    """
    if not hypothesis.finished:
        return 0.0
    found = hypothesis_features(source_ids, hypothesis, pieces)
    log_odds = model.bias
    for name, mean, scale, weight in zip(
        model.features, model.means, model.scales, model.weights, strict=True
    ):
        standardised = (found[name] - mean) / scale
        # In this order: where a graph returned NaN, `max` returns its first argument.
        log_odds += weight * min(FARTHEST, max(-FARTHEST, standardised))
    return logistic(log_odds)


def joint_confidence(parts: Iterable[float | None]) -> float | None:
    """Return the confidence of a text from those of its sentences.

    The text is accepted where every sentence is, so this is their product; 1 for no
    sentence, `None` where a sentence has none.
    """
    product = 1.0
    for part in parts:
        if part is None:
            return None
        product *= part
    return product


def hypothesis_features(
    source_ids: Sequence[int], hypothesis: Hypothesis, pieces: Sequence[str]
) -> dict[str, float]:
    """Return what a confidence can go by, under the names of `CONFIDENCE_FEATURES`.

    Some means are over characters: what a person would have to correct is not tokens.

    Args:
        source_ids: Source ids with bos and eos.
        hypothesis: A finished translation of them: it has one token at least, eos.
        pieces: The target vocabulary in the order of the ids.
    """
    log_probs = hypothesis.token_log_probs
    probs = [math.exp(min(each, 0.0)) for each in log_probs]
    written = [pieces[token_id] for token_id in hypothesis.token_ids]
    # Space and eos take part as one character, where nothing else is written.
    sizes = [*(len(piece.replace(_SPACE, "")) or 1 for piece in written), 1]
    size = sum(sizes)
    length = len(log_probs)  # eos included, as in that of the source
    source_length = len(source_ids) - 1
    mean_log_prob = hypothesis.log_prob / length
    features = {
        "mean_log_prob": mean_log_prob,
        "mean_prob": sum(probs) / length,
        "character_log_prob": sum(map(operator.mul, sizes, log_probs)) / size,
        "character_prob": sum(map(operator.mul, sizes, probs)) / size,
        "log_surprise": math.log(_LEAST_SURPRISE + max(-mean_log_prob, 0.0)),
        "lowest_log_prob": min(log_probs),
        "log_prob": hypothesis.log_prob,
        "end_log_prob": log_probs[-1],
        "unknown_source": source_ids.count(UNK_ID) / source_length,
        "unknown_target": hypothesis.token_ids.count(UNK_ID) / length,
        "length_ratio": math.log(length / source_length),
        "length": math.log(length),
        "characters_per_token": sum(map(len, written)) / length,
    }
    if hypothesis.alignment is not None:
        # Without padding, which another batch would have more of.
        features |= _attention_features(hypothesis.alignment[:, : len(source_ids)])
    return features


def _attention_features(alignment: FloatArray) -> dict[str, float]:
    """Return the coverage of the source and the mean entropy of its weights.

    Args:
        alignment: Shape `(target_length, source_length)`, bos and eos included.

    Reference:
        [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14, for coverage;
        [Fomicheva et al., 2020](https://arxiv.org/abs/2005.10608) for entropy.
    """
    weights = alignment.astype(np.float64)
    coverage = np.minimum(weights.sum(axis=0)[1:-1], 1.0)
    entropy = -(weights * np.log(np.maximum(weights, 1e-10))).sum(axis=1)
    return {
        "coverage": float(coverage.mean()) if coverage.size else 1.0,
        "attention_entropy": float(entropy.mean()),
    }


def logistic(log_odds: float) -> float:
    """Return the probability that log-odds stand for."""
    # Both forms are equal; this one never raises a large number's exponential.
    if log_odds < 0.0:
        odds = math.exp(log_odds)
        return odds / (1.0 + odds)
    return 1.0 / (1.0 + math.exp(-log_odds))
