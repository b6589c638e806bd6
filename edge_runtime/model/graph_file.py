"""A graph as its file declares it, before onnxruntime has seen the file."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Attribute = int | str | tuple[int, ...]
"""An attribute's value: an integer, a text, or integers (also those of a tensor)."""

OPERATOR_SETS: Final[Mapping[str, range]] = {
    "": range(17, 27),
    "com.microsoft": range(1, 2),
}
"""Versions of operators, by domain, whose shapes are known here."""

ELEMENT_SIZES: Final = {1: 4, 2: 1, 3: 1, 6: 4, 7: 8, 9: 1, 10: 2}
"""Bytes of an element: float32, uint8, int8, int32, int64, bool, float16."""

INT64: Final = 7

_LARGEST_SHAPE: Final = 64
"""Most elements of a weight whose values are read: none of more chooses a shape."""

MOST_NODES: Final = 10_000
MOST_WEIGHTS: Final = 10_000
MOST_ENTRIES: Final = 64
"""Most axes of a weight; most inputs, outputs and attributes of a node."""


@dataclass(frozen=True)
class Weight:
    """A constant in a file.

    Attributes:
        name: Name of the tensor.
        shape: Size of each axis.
        values: Its elements, where these are a few integers that can choose a shape.
    """

    name: str
    shape: tuple[int, ...]
    values: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Node:
    """One operator.

    Attributes:
        operator: Its type, behind a dot and its domain where that is not ONNX's own.
        inputs: Names of tensors; an empty one for an input that is left out.
        outputs: Names of tensors.
        attributes: Values by name.
    """

    operator: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True)
class GraphFile:
    """What decides how much a graph allocates and computes.

    Attributes:
        inputs: Names of what is fed.
        outputs: Names of what is returned.
        weights: The constants.
        nodes: The operators, in the order of the file.
        size: Bytes of the file.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    weights: tuple[Weight, ...]
    nodes: tuple[Node, ...]
    size: int


def full_name(domain: str, operator: str) -> str:
    """Return the name of an operator as `Node.operator` has it."""
    return f"{domain}.{operator}" if domain else operator


def fits(shape: tuple[int, ...], data_type: int, size: int) -> bool:
    """Return whether a weight has the bytes that its shape asks for."""
    width = ELEMENT_SIZES.get(data_type)
    return (
        width is not None
        and min(shape, default=0) >= 0
        and math.prod(shape) * width == size
    )


def read_integers(raw: memoryview, data_type: int) -> tuple[int, ...] | None:
    """Return the elements of a weight that can choose a shape, otherwise `None`."""
    if data_type != INT64 or len(raw) > 8 * _LARGEST_SHAPE or len(raw) % 8:
        return None
    return tuple(
        int.from_bytes(raw[place : place + 8], "little", signed=True)
        for place in range(0, len(raw), 8)
    )
