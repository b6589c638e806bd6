"""Typed reading of JSON objects, with errors that name the key and the place."""

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

from edge_runtime.bundle.bounds import LARGEST_INTEGER, NAME_BYTES, NESTING
from edge_runtime.errors import BundleError


def parse_json(text: str | bytes, where: str) -> Any:
    """Return the content of a JSON text.

    Args:
        text: The text.
        where: Path to name in errors.

    Raises:
        BundleError: It is not JSON, is nested too deeply, or holds numbers or texts
            that not every program can read.
    """
    try:
        if isinstance(text, bytes):
            # The JSON reader would take UTF-16 too, which not every reader does.
            text = text.decode("utf-8-sig")
        content = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{where} is not valid JSON: {error}.") from None
    level = [content]
    for _ in range(NESTING):
        if not level:
            return content
        for value in level:
            _check_value(value, where)
        level = [part for value in level for part in _parts(value)]
    raise BundleError(f"{where} must not nest deeper than {NESTING} levels.")


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _parts(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    return value if isinstance(value, list) else ()


def _check_value(value: object, where: str) -> None:
    if isinstance(value, str) and any("\ud800" <= char <= "\udfff" for char in value):
        raise BundleError(f"{where} must hold text alone. Received: {value!r:.80}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise BundleError(f"{where} must hold finite numbers. Received: {value}.")
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise BundleError(
            f"{where} must hold integers of at most {LARGEST_INTEGER}. "
            f"Received: {value!r:.80}."
        )


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


def read_free_object(
    value: object, where: str, most: int | None = None
) -> Mapping[str, Any]:
    """Return `value` as a JSON object with any keys, at most `most` of them."""
    if not isinstance(value, dict):
        raise BundleError(f"{where} must be a JSON object. Received: {value!r:.80}.")
    if most is not None and len(value) > most:
        raise BundleError(
            f"{where} must have at most {most} entries. Received: {len(value)}."
        )
    return value


def read_name(value: object, where: str) -> str:
    """Return `value` as a name: text of one line, without control characters."""
    if (
        not isinstance(value, str)
        or len(value.encode("utf-8", "surrogatepass")) > NAME_BYTES
        or any(
            char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff"
            for char in value
        )
    ):
        raise BundleError(
            f"{where} must be text of at most {NAME_BYTES} bytes without control "
            f"characters. Received: {value!r:.80}."
        )
    return value


def read_integer(value: object, where: str, minimum: int, maximum: int) -> int:
    """Return `value` as an integer from `minimum` to `maximum`."""
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or not minimum <= value <= maximum
    ):
        raise BundleError(
            f"{where} must be an integer of at least {minimum} and at most {maximum}. "
            f"Received: {value!r:.80}."
        )
    return value


def read_number(value: object, where: str, minimum: float, maximum: float) -> float:
    """Return `value` as a number from `minimum` to `maximum`."""
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not minimum <= value <= maximum
    ):
        raise BundleError(
            f"{where} must be a number of at least {minimum} and at most {maximum}. "
            f"Received: {value!r:.80}."
        )
    return float(value)
