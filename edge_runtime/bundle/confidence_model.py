"""The logistic regression of a confidence, as a manifest holds it."""

from dataclasses import dataclass
from typing import Any

from edge_runtime.bundle.bounds import CONFIDENCE_NUMBER
from edge_runtime.bundle.json_fields import read_number, read_object
from edge_runtime.contract import CONFIDENCE_FEATURES
from edge_runtime.errors import BundleError

_LISTS = ("means", "scales", "weights")


@dataclass(frozen=True)
class ConfidenceModel:
    """A logistic regression over facts that a search knows about a hypothesis.

    Attributes:
        features: Names of what it goes by, among `CONFIDENCE_FEATURES`.
        means: Mean of each feature where it was fitted.
        scales: Standard deviation of each feature there, above 0.
        weights: Weight of each standardised feature.
        bias: Log-odds where every feature has its mean.
    """

    features: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        return {
            "features": list(self.features),
            "means": list(self.means),
            "scales": list(self.scales),
            "weights": list(self.weights),
            "bias": self.bias,
        }

    @classmethod
    def from_json(cls, value: object, where: str) -> "ConfidenceModel":
        """Read what `to_json` returned.

        Args:
            value: What the JSON parser returned.
            where: Place to name in errors.

        Raises:
            BundleError: Keys are missing or unknown, features are, lists differ in
                length, or a number is out of bounds.
        """
        fields = read_object(value, where, ("features", *_LISTS, "bias"))
        features = fields["features"]
        if (
            not isinstance(features, list)
            or not all(name in CONFIDENCE_FEATURES for name in features)
            or len(set(features)) < len(features)
        ):
            raise BundleError(
                f"{where}, features must be a list of different names among "
                f"{', '.join(CONFIDENCE_FEATURES)}. Received: {features!r:.80}."
            )
        means, scales, weights = (
            _read_numbers(fields[name], f"{where}, {name}", len(features))
            for name in _LISTS
        )
        least = 1 / CONFIDENCE_NUMBER
        if any(scale < least for scale in scales):
            raise BundleError(
                f"{where}, scales must be at least {least}. Received: {min(scales)}."
            )
        bias = _read_number(fields["bias"], f"{where}, bias")
        return cls(tuple(features), means, scales, weights, bias)


def _read_numbers(value: object, where: str, count: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != count:
        raise BundleError(
            f"{where} must be a list of {count} numbers, one for each feature. "
            f"Received: {value!r:.80}."
        )
    return tuple(_read_number(number, where) for number in value)


def _read_number(value: object, where: str) -> float:
    return read_number(value, where, -CONFIDENCE_NUMBER, CONFIDENCE_NUMBER)
