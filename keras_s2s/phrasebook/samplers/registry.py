"""The samplers that the slots of a sentence table may name."""

from collections.abc import Callable
from typing import Any, TypeVar

SAMPLERS: dict[str, Callable[..., Any]] = {}
"""Samplers by name; each is called with the random generator and its arguments."""

_Function = TypeVar("_Function", bound=Callable[..., Any])


def sampler(function: _Function) -> _Function:
    """Enter the decorated function under its name."""
    if function.__name__ in SAMPLERS:
        raise ValueError(
            f"Samplers must differ in name. Received: {function.__name__} twice."
        )
    SAMPLERS[function.__name__] = function
    return function
