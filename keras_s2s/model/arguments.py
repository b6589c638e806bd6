"""Checks of what layers are made with."""

import numbers


def positive_integer(name: str, value: object) -> int:
    """Return a positive whole number as `int`, whatever its type (numpy's too).

    Raises:
        ValueError: It is something else; the message names the argument.
    """
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not whole or value < 1:  # type: ignore[operator]
        raise ValueError(f"`{name}` must be a positive integer. Received: {value!r}.")
    return int(value)  # type: ignore[call-overload, no-any-return]


def rate(name: str, value: object) -> float:
    """Return a rate of dropout as `float`.

    Raises:
        ValueError: It is not a number in [0, 1); the message names the argument.
    """
    number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not number or not 0 <= value < 1:  # type: ignore[operator]
        raise ValueError(f"`{name}` must be a number in [0, 1). Received: {value!r}.")
    return float(value)  # type: ignore[arg-type]
