"""How well a confidence tells the translations that people would accept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from edge_runtime.arrays import BoolArray, FloatArray
from keras_s2s.evaluation.scores.bleu import sentence_chrf

ACCEPTED_CHRF = 60.0
"""A translation counts as accepted if its sentence chrF is above this."""

_BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """The translations whose confidence lies in one tenth of its range.

    Attributes:
        count: Number of them.
        confidence: Their mean confidence.
        accepted: Share of them that is accepted.
    """

    count: int
    confidence: float
    accepted: float


@dataclass(frozen=True)
class ConfidenceQuality:
    """Risk against coverage, by confidence and by mean log-prob, and calibration.

    Risk is the share of translations that are not accepted among the most certain ones,
    coverage is the share of those among all.

    Attributes:
        sentences: Number of translations.
        accepted: Share of them that is accepted, between 0 and 1.
        mean_log_prob_area: Area under risk against coverage, by mean log-prob.
        least_area: The same where all accepted translations come first.
        area: The same by confidence; `None` if the system has none.
        expected_calibration_error: Mean distance between confidence and share of
            accepted translations over ten bins; `None` if the system has none.
        bins: The bins that hold translations, from low confidence to high.
        curves: Pairs of coverage and risk by `confidence` and `mean log-prob`.
    """

    sentences: int
    accepted: float
    mean_log_prob_area: float
    least_area: float
    area: float | None
    expected_calibration_error: float | None
    bins: tuple[ReliabilityBin, ...]
    curves: dict[str, FloatArray]

    def to_json(self) -> dict[str, Any]:
        """Return everything but the curves as a plain object."""
        return {
            "accepted_chrf": ACCEPTED_CHRF,
            "accepted": self.accepted,
            "expected_calibration_error": self.expected_calibration_error,
            "area_under_risk_coverage": {
                "confidence": self.area,
                "mean_log_prob": self.mean_log_prob_area,
                "least": self.least_area,
            },
            "bins": [asdict(each) for each in self.bins],
        }


def measure_confidence(
    accepted: BoolArray,
    mean_log_probs: Sequence[float],
    confidences: Sequence[float | None],
) -> ConfidenceQuality:
    """Return the quality of a confidence, beside that of the mean log-prob.

    Args:
        accepted: Which translations are accepted, shape `(sentences,)`, one at least.
        mean_log_probs: Log-prob per token of each translation.
        confidences: Confidence of each; `None` throughout for a system without.
    """
    curves = {"mean log-prob": risk_coverage(np.array(mean_log_probs), accepted)}
    area = error = None
    bins: tuple[ReliabilityBin, ...] = ()
    found = [each for each in confidences if each is not None]
    if len(found) == len(accepted):
        certain = np.array(found)
        curves = {"confidence": risk_coverage(certain, accepted), **curves}
        area = float(curves["confidence"].mean())
        bins = reliability(certain, accepted)
        error = expected_calibration_error(bins)
    return ConfidenceQuality(
        sentences=len(accepted),
        accepted=float(accepted.mean()),
        mean_log_prob_area=float(curves["mean log-prob"].mean()),
        least_area=float(risk_coverage(accepted.astype(float), accepted).mean()),
        area=area,
        expected_calibration_error=error,
        bins=bins,
        curves=curves,
    )


def accepted_translations(
    hypotheses: Sequence[str], references: Sequence[str]
) -> BoolArray:
    """Return which translations are near their reference, shape `(sentences,)`."""
    accepted: BoolArray = np.array(sentence_chrf(hypotheses, references))
    return accepted > ACCEPTED_CHRF


def risk_coverage(scores: FloatArray, accepted: BoolArray) -> FloatArray:
    """Return the risk among the 1, 2, ... translations with the highest scores.

    Translations of equal score come in any order; the risk is its mean over all orders.

    Args:
        scores: Higher is more certain, shape `(sentences,)`.
        accepted: Which translations are accepted, shape `(sentences,)`.

    Returns:
        Shares of translations that are not accepted, shape `(sentences,)`.

    Reference:
        [Geifman and El-Yaniv, 2017](https://arxiv.org/abs/1705.08500).
    """
    _, group, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    rejected = np.bincount(group, weights=~accepted)
    expected = np.repeat(rejected / counts, counts)
    risks: FloatArray = np.cumsum(expected) / np.arange(1, len(scores) + 1)
    return risks


def reliability(
    confidences: FloatArray, accepted: BoolArray
) -> tuple[ReliabilityBin, ...]:
    """Return what ten equally wide bins of confidence hold; none that is empty.

    Args:
        confidences: Between 0 and 1, shape `(sentences,)`.
        accepted: Which translations are accepted, shape `(sentences,)`.
    """
    places = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    return tuple(
        ReliabilityBin(
            count=int((places == place).sum()),
            confidence=float(confidences[places == place].mean()),
            accepted=float(accepted[places == place].mean()),
        )
        for place in np.unique(places)
    )


def expected_calibration_error(bins: Sequence[ReliabilityBin]) -> float:
    """Return the mean distance of confidence and acceptance, weighted by count.

    Reference:
        [Guo et al., 2017](https://arxiv.org/abs/1706.04599), equation 3.
    """
    distances = sum(each.count * abs(each.confidence - each.accepted) for each in bins)
    return distances / sum(each.count for each in bins)
