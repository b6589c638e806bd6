"""Checks of what layers are made with."""

import numbers
from collections.abc import Iterable
from typing import TypeVar

import numpy as np

from edge_runtime import contract

Choice = TypeVar("Choice", bound=str)
Kind = TypeVar("Kind")


def positive_integer(name: str, value: object) -> int:
    """Return a positive whole number as `int`, whatever its type (numpy's too).

    Raises:
        ValueError: It is something else; the message names the argument.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < 1:  # type: ignore[operator]
        raise ValueError(f"`{name}` must be a positive integer. Received: {value!r}.")
    return int(value)  # type: ignore[call-overload, no-any-return]


def vocabulary_size(name: str, value: object) -> int:
    """Return a number of tokens, as `positive_integer` does.

    Raises:
        ValueError: It is none, or leaves no room for the special tokens.
    """
    size, special = positive_integer(name, value), len(contract.SPECIAL_IDS)
    if size < special:
        raise ValueError(
            f"`{name}` must be at least {special}, the special tokens. "
            f"Received: {size}."
        )
    return size


def rate(name: str, value: object) -> float:
    """Return a rate, of dropout or of label smoothing, as `float`.

    Raises:
        ValueError: It is not a number in [0, 1); the message names the argument.
    """
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not 0 <= value < 1:  # type: ignore[operator]
        raise ValueError(f"`{name}` must be a number in [0, 1). Received: {value!r}.")
    return float(value)  # type: ignore[arg-type]


def flag(name: str, value: object) -> bool:
    """Return a boolean as `bool` (numpy's too).

    Raises:
        ValueError: It is something else; the message names the argument.
    """
    if not isinstance(value, bool | np.bool_):
        raise ValueError(f"`{name}` must be True or False. Received: {value!r}.")
    return bool(value)


def one_of(name: str, value: object, choices: Iterable[Choice]) -> Choice:
    """Return the one of some words that `value` is.

    Raises:
        ValueError: It is none of them; the message names the argument and lists them.
    """
    choices = sorted(choices)
    for choice in choices:
        if isinstance(value, str) and value == choice:
            return choice
    raise ValueError(
        f"`{name}` must be one of {', '.join(map(repr, choices))}. Received: {value!r}."
    )


def instance_of(name: str, value: object, kind: type[Kind]) -> Kind:
    """Return an object of a class.

    Raises:
        ValueError: It is of another class; the message names the argument.
    """
    if not isinstance(value, kind):
        article = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise ValueError(
            f"`{name}` must be {article} {kind.__name__}. Received: {value!r}."
        )
    return value
