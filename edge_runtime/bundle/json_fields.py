"""Typed reading of JSON objects, with errors that name the key and the place."""

from collections.abc import Collection, Mapping
from typing import Any

from edge_runtime.errors import BundleError


def read_object(
    value: object, where: str, required: Collection[str]
) -> Mapping[str, Any]:
    """Return `value` as a JSON object with exactly the keys in `required`.

    Args:
        value: What the JSON parser returned.
        where: Place to name in errors, such as `bundle.json, limits`.
        required: Names of all keys, each of which must be there.

    Raises:
        BundleError: All missing and all unknown keys at once.
    """
    fields = read_free_object(value, where)
    missing = sorted(set(required) - set(fields))
    unknown = sorted(set(fields) - set(required))
    if missing or unknown:
        complaints = [f"missing {', '.join(missing)}"] if missing else []
        complaints += [f"unknown {', '.join(unknown)}"] if unknown else []
        raise BundleError(
            f"{where} must have exactly the keys {', '.join(sorted(required))}. "
            f"Received: {'; '.join(complaints)}."
        )
    return fields


def read_free_object(value: object, where: str) -> Mapping[str, Any]:
    """Return `value` as a JSON object with any keys."""
    if not isinstance(value, dict):
        raise BundleError(f"{where} must be a JSON object. Received: {value!r:.80}.")
    return value


def read_string(value: object, where: str) -> str:
    """Return `value` as text that can be written as UTF-8."""
    if not isinstance(value, str) or any(
        "\ud800" <= char <= "\udfff" for char in value
    ):
        raise BundleError(f"{where} must be text. Received: {value!r:.80}.")
    return value


def read_integer(value: object, where: str, minimum: int) -> int:
    """Return `value` as an integer of at least `minimum`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < minimum:
        raise BundleError(
            f"{where} must be an integer of at least {minimum}. "
            f"Received: {value!r:.80}."
        )
    return value


def read_number(value: object, where: str, minimum: float) -> float:
    """Return `value` as a finite number of at least `minimum`."""
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not minimum <= value < 1e300
    ):
        raise BundleError(
            f"{where} must be a number of at least {minimum}. Received: {value!r:.80}."
        )
    return float(value)
