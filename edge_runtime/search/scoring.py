"""Scores by which finished hypotheses are ranked."""

import math
from dataclasses import dataclass

import numpy as np

from edge_runtime.arrays import BoolArray, FloatArray


def length_penalty(length: int, alpha: float) -> float:
    """Return `((5 + length) / 6) ** alpha`, by which a log-prob is divided.

    Sums of log-probs favour short hypotheses; `alpha` 0 leaves them so, and values up
    to 1 let longer ones win.

    Args:
        length: Number of tokens, eos included.
        alpha: Strength, at least 0.

    Reference:
        [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14.
    """
    # In this order a hypothesis of one token has a penalty of exactly 1.
    return float(((5.0 + length) / 6.0) ** alpha)


def coverage_penalty(alignment: FloatArray, mask: BoolArray, beta: float) -> float:
    """Return `beta * sum_i log(min(sum_j alignment[j, i], 1))`, added to a score.

    A source position that no target token attended to makes it very negative, one
    that got a whole unit of attention costs nothing.

    Args:
        alignment: Shape `(target_length, source_length)`.
        mask: Shape `(source_length,)`; `True` at the positions that want covering.
        beta: Strength, at least 0.

    Reference:
        [Wu et al., 2016](https://arxiv.org/abs/1609.08144), equation 14.
    """
    coverage = alignment.sum(axis=0, dtype=np.float64)[mask]
    # The floor keeps one position without any attention from deciding alone.
    return float(beta * np.log(np.clip(coverage, 1e-10, 1.0)).sum())


@dataclass(frozen=True)
class Scoring:
    """How a hypothesis is scored: `log_prob / length_penalty + coverage_penalty`.

    Attributes:
        alpha: Strength of the length penalty.
        beta: Strength of the coverage penalty.
        coverage_mask: Shape `(batch, source_length)`, `True` at the source positions
            that want covering; needed where `beta` is not 0.
    """

    alpha: float = 0.0
    beta: float = 0.0
    coverage_mask: BoolArray | None = None

    def __post_init__(self) -> None:
        if not (self.alpha >= 0.0 and math.isfinite(self.alpha)):
            raise ValueError(f"`alpha` must be at least 0. Received: {self.alpha}.")
        if not (self.beta >= 0.0 and math.isfinite(self.beta)):
            raise ValueError(f"`beta` must be at least 0. Received: {self.beta}.")
        if self.beta and self.coverage_mask is None:
            raise ValueError("`coverage_mask` must be given where `beta` is not 0.")

    def score(
        self,
        sentence: int,
        log_prob: float,
        length: int,
        alignment: FloatArray | None,
    ) -> float:
        """Return the score of one hypothesis; higher is better.

        Args:
            sentence: Row of the sentence in `coverage_mask`.
            log_prob: Sum of token log-probs.
            length: Number of tokens, eos included.
            alignment: Shape `(length, source_length)`, if the model has one.
        """
        score = self.without_coverage(log_prob, length)
        if self.beta and self.coverage_mask is not None and alignment is not None:
            score += coverage_penalty(
                alignment, self.coverage_mask[sentence], self.beta
            )
        return score

    def without_coverage(self, log_prob: float, length: int) -> float:
        """Return the score of a hypothesis but for the coverage penalty.

        Args:
            log_prob: Sum of token log-probs.
            length: Number of tokens.
        """
        return log_prob / length_penalty(length, self.alpha)

    def best_possible(self, log_prob: float, max_length: int) -> float:
        """Return what no continuation of a hypothesis can score above.

        Every further token adds a log-prob of at most 0, so the sum cannot rise above
        `log_prob`, which is not positive; the length penalty divides it by at most
        its value at `max_length`, as it grows with length for `alpha >= 0`; and the
        coverage penalty is never positive. Rounding keeps all three true, because
        floating-point addition and division are monotonic.

        Args:
            log_prob: Sum of token log-probs so far.
            max_length: Most tokens the hypothesis can have, eos included.
        """
        return self.without_coverage(log_prob, max_length)
