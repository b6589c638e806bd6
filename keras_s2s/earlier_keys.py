"""Recipe keys of earlier releases: what became of them, and when they may be given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from keras_s2s.checked_config import ConfigError


@dataclass(frozen=True)
class RenamedKey:
    """A key that has another name today; its value is taken over.

    Attributes:
        name: Today's name, in the same part of the recipe.
    """

    name: str


@dataclass(frozen=True)
class RemovedKey:
    """A key that recipes no longer have.

    Attributes:
        sentence: What became of it, for whoever asks for it.
        off: The value under which it did nothing; it is ignored, as if left out.
        weights_depend: Whether weights trained with another value mean nothing without
            the key. Such a run cannot be used; others lose nothing but their recipe.
    """

    sentence: str
    off: Any
    weights_depend: bool = False


EarlierKey = RenamedKey | RemovedKey

EARLIER_KEYS: dict[str, dict[str, EarlierKey]] = {
    "model": {},
    "data": {
        "subword_sampling": RemovedKey(
            "It gained nothing; every sentence has its best segmentation.", off=0.0
        ),
    },
    "training": {
        "products": RenamedKey("matmul_precision"),
        "consistency": RemovedKey(
            "It gained nothing for twice the work; train without it.", off=0.0
        ),
    },
}
"""Renamed and removed keys, by part of the recipe and by their earlier name."""


def current_part(
    part: str, values: Mapping[str, Any], *, trained: bool = False
) -> dict[str, Any]:
    """Return a part of a recipe under today's keys.

    Args:
        part: "model", "data" or "training".
        values: What a file says, keys of earlier releases included.
        trained: Whether it describes weights that are trained already, rather than
            what to do: how they were found need not be possible any more.

    Raises:
        ConfigError: A removed key asks for something, or a key is given under two
            names.
    """
    earlier = EARLIER_KEYS.get(part, {})
    current: dict[str, Any] = {}
    for key, value in values.items():
        entry = earlier.get(key)
        if isinstance(entry, RemovedKey):
            if value != entry.off and (entry.weights_depend or not trained):
                raise ConfigError(
                    f"{_removal(key, entry)} "
                    f"Received: {key}={value!r}; only {entry.off!r} is ignored."
                )
        else:
            _add(current, entry.name if entry else key, value)
    return current


def current_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Return what a command line sets under today's keys.

    Args:
        settings: Values by key, whichever part the key belongs to.

    Raises:
        ConfigError: A key was removed, or is given under two names.
    """
    earlier = {
        key: entry for part in EARLIER_KEYS.values() for key, entry in part.items()
    }
    current: dict[str, str] = {}
    for key, text in settings.items():
        entry = earlier.get(key)
        if isinstance(entry, RemovedKey):
            raise ConfigError(f"{_removal(key, entry)} Received: {key}={text}.")
        _add(current, entry.name if entry else key, text)
    return current


def _removal(key: str, entry: RemovedKey) -> str:
    return f"`{key}` is no longer a key of a recipe. {entry.sentence}"


def _add(current: dict[str, Any], key: str, value: Any) -> None:
    if key in current:
        raise ConfigError(
            f"`{key}` must be given once, under today's name or an earlier one. "
            f"Received: {current[key]!r} and {value!r}."
        )
    current[key] = value
