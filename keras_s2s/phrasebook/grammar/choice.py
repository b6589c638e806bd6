"""Random choice among values, and the type of samplers."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeVar

Value = TypeVar("Value")
Sampler = Callable[[Random], Value]


def pick(rng: Random, values: Sequence[Value]) -> Value:
    """Return one of the values."""
    return values[int(rng.random() * len(values))]


def one_of(*values: Value) -> Sampler[Value]:
    """Return a sampler of these values."""
    return lambda rng: pick(rng, values)
