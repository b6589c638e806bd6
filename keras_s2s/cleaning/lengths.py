"""How long a translation is for its source."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from keras_s2s.data.corpus import SentencePair

Lengths = npt.NDArray[np.integer[Any]]
Deviations = npt.NDArray[np.float64]

_LARGEST_DEVIATION = 6.0
_LEAST_RATIO = 2.0
_FEWEST_PAIRS = 20


class LengthModel:
    """The lengths of targets for lengths of sources, in characters.

    A character of the source has `ratio` characters of the target, whose number varies
    as that of independent characters does.

    Args:
        pairs: Pairs, most of which are right.

    Attributes:
        ratio: Characters of the target for one of the source.

    Reference:
        [Gale & Church, 1993](https://aclanthology.org/J93-1004), section 3.1. The
        variance is fitted by the median, as some pairs are wrong.
    """

    def __init__(self, pairs: Sequence[SentencePair]) -> None:
        lengths = np.array(
            [[len(pair.source), len(pair.target)] for pair in pairs], dtype=float
        ).reshape(-1, 2)
        sources, targets = lengths[:, 0], lengths[:, 1]
        self._fitted = len(pairs) >= _FEWEST_PAIRS
        self.ratio = float(targets.sum() / sources.sum()) if self._fitted else 1.0
        self._scale = 1.0
        if self._fitted:
            deviations = np.abs(targets - self.ratio * sources) / np.sqrt(
                (targets + self.ratio * sources) / 2
            )
            # The median of the absolute value of a normal variable is 0.6745 sigma.
            self._scale = max(float(np.median(deviations)) / 0.6745, 1.0)

    def deviations(self, sources: Lengths, targets: Lengths) -> Deviations:
        """Return by how many standard deviations targets are too long.

        Args:
            sources: Characters of each source.
            targets: Characters of each target.
        """
        expected = self.ratio * sources
        means = np.maximum((targets + expected) / 2, 1.0)
        return np.asarray((targets - expected) / (self._scale * np.sqrt(means)))

    def are_wrong(self, sources: Lengths, targets: Lengths) -> npt.NDArray[np.bool_]:
        """Return whether one side is far too long for the other."""
        if not self._fitted:
            return np.zeros(len(sources), dtype=np.bool_)
        expected = self.ratio * sources
        low, high = np.minimum(targets, expected), np.maximum(targets, expected)
        far = np.abs(self.deviations(sources, targets)) > _LARGEST_DEVIATION
        return np.asarray(far & (high > _LEAST_RATIO * low))
