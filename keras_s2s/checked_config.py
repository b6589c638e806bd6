"""Frozen dataclasses of plain values, checked alike whichever way they are made."""

import contextlib
import dataclasses
import json
import math
import numbers
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

import numpy as np


class ConfigError(ValueError):
    """A recipe holds an unknown key, a value of the wrong type or a contradiction."""


@dataclass(frozen=True)
class CheckedConfig:
    """Base of frozen dataclasses whose fields are plain values or configs.

    Plain are text, numbers, booleans and tuples of numbers.

    The constructor checks, so `dataclasses.replace` and `from_json` do, too. Numbers
    and booleans of numpy are accepted and stored as Python's own.

    Raises:
        ConfigError: A value has the wrong type or is out of bounds.
    """

    def __post_init__(self) -> None:
        """Check types, then what `check` asks for."""
        for name, kind in _field_types(type(self)).items():
            value = _converted(name, getattr(self, name), kind)
            # Frozen for everybody else: the plain value takes its own place.
            object.__setattr__(self, name, value)
        self.check()

    def check(self) -> None:
        """Check bounds and combinations; every value has its type already."""

    def require(self, holds: bool, name: str, rule: str) -> None:
        """Refuse the value of the field `name` unless `holds`.

        Raises:
            ConfigError: It does not hold; `rule` says what must.
        """
        if not holds:
            value = getattr(self, name)
            raise ConfigError(f"`{name}` {rule}. Received: {name}={value!r}.")

    def require_each(
        self, names: Iterable[str], holds: Callable[[Any], bool], rule: str
    ) -> None:
        """Refuse the value of the first of some fields for which `holds` is false."""
        for name in names:
            self.require(holds(getattr(self, name)), name, rule)

    def require_at_most(self, most: int, names: Iterable[str]) -> None:
        """Refuse the value of the first of some fields that is larger."""
        self.require_each(
            names, lambda value: value <= most, f"must be at most {most:,}"
        )

    @classmethod
    def field_names(cls) -> list[str]:
        """Return the names of the fields."""
        return list(_field_types(cls))

    def to_json(self) -> dict[str, Any]:
        """Return a plain object of the same structure."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Build a config; keys that are missing have their defaults.

        Raises:
            ConfigError: A key is unknown, naming the valid ones, or a value has the
                wrong type or is out of bounds.
        """
        if not isinstance(values, Mapping):
            raise ConfigError(
                f"A {cls.__name__} must be a JSON object. Received: {values!r}."
            )
        kinds = _field_types(cls)
        check_keys(cls.__name__, values, kinds)
        return cls(
            **{
                key: kinds[key].from_json(value) if _is_config(kinds[key]) else value
                for key, value in values.items()
            }
        )

    def with_texts(self, texts: Mapping[str, str]) -> Self:
        """Return a config with some values replaced, given as a command line's text.

        Raises:
            ConfigError: A value cannot be read, or is out of bounds.
        """
        kinds = _field_types(type(self))
        changes = {key: _parsed(text, kinds[key]) for key, text in texts.items()}
        return dataclasses.replace(self, **changes)


def check_keys(owner: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse keys that `owner` does not have.

    Raises:
        ConfigError: Some are unknown; the message lists the valid ones.
    """
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise ConfigError(
            f"{owner} has no key {', '.join(map(repr, unknown))}. "
            f"Valid keys: {', '.join(sorted(known))}."
        )


def _field_types(config: type) -> dict[str, Any]:
    # Annotations are text where a module postpones their evaluation.
    hints = get_type_hints(config)
    return {field.name: hints[field.name] for field in dataclasses.fields(config)}


def _is_config(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, CheckedConfig)


def _converted(key: str, value: Any, kind: Any) -> Any:
    """Return `value` as the plain Python value that `kind` asks for.

    Raises:
        ConfigError: It is of another type.
    """
    if kind != tuple[float, ...]:
        return _converted_one(key, value, kind)
    if isinstance(value, list | tuple):
        return tuple(_converted_one(key, each, float) for each in value)
    raise ConfigError(
        f"`{key}` must be numbers in brackets, such as [2, 0.5]. Received: "
        f"{key}={value!r}."
    )


def _converted_one(key: str, value: Any, kind: Any) -> Any:
    """Return what `_converted` does, of a value that is no tuple."""
    if get_origin(kind) is Literal:
        if isinstance(value, str) and value in get_args(kind):
            return str(value)
        expected = f"one of {', '.join(map(repr, get_args(kind)))}"
    elif kind is bool:
        if isinstance(value, bool | np.bool_):
            return bool(value)
        expected = "true or false"
    elif kind is int:
        # Python counts its booleans among the whole numbers.
        if isinstance(value, numbers.Integral) and not isinstance(value, bool):
            return int(value)
        expected = "a whole number"
    elif kind is float:
        number = _as_float(value)
        if number is not None and math.isfinite(number):
            return number
        expected = "a number" if number is None else "a finite number"
    elif _is_config(kind):
        if isinstance(value, kind):
            return value
        expected = f"a {kind.__name__}"
    else:
        if isinstance(value, str):
            return str(value)
        expected = "text"
    raise ConfigError(f"`{key}` must be {expected}. Received: {key}={value!r}.")


def _as_float(value: Any) -> float | None:
    if not isinstance(value, numbers.Real) or isinstance(value, bool):
        return None
    try:
        return float(value)
    except OverflowError:  # a whole number of several hundred digits
        return math.inf


def _parsed(text: str, kind: Any) -> Any:
    """Read a command line's text as a value of `kind`, or leave it if it is none."""
    if kind is str or get_origin(kind) is Literal:
        return text
    try:
        return json.loads(text.lower() if kind is bool else text)
    except json.JSONDecodeError:
        if kind is float:
            with contextlib.suppress(ValueError):
                return float(text)  # JSON knows no ".2" and no "1."
    return text
