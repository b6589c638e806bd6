"""Matmuls of float32 values with an 8-bit matrix, computed in integers.

No row depends on another one: what a matmul reads is rounded over a range that is the
same for all rows, that of all values the tensor can have, where the graph tells it;
otherwise over the range of each row by itself.

Three forms. In one byte, what a matmul reads is rounded to 8 bits. That is quick, but
a value close to the middle between two integers goes up or down with its last bit,
which differs between processors; and once one value went the other way, recurrence
makes it a different rounding of everything that follows.

In two bytes, what is read is rounded to 8 bits, and what that leaves of it to 8 bits
again: 1 in 64,516 of the range. A last bit turns over a unit that is too small to be
seen. Both bytes are rows of one matmul, which reads the matrix once.

What was looked up in an embedding of 8 bits is multiplied as it is stored: nothing is
rounded.

Matrices use 7 of their 8 bits: x86 processors without VNNI add two products of 8 bits
into 16, which weights beyond 64 would overflow: 2 * 255 * 64 < 32,768. What they are
multiplied with is unsigned, around 128: products of two signed bytes take twice the
time on x86.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx

from export.graph.editable_graph import EditableGraph
from export.weights.symmetric_rounding import quantize_symmetrically

MATMUL_RANGE = 64
"""Largest absolute value of a weight that is multiplied as an integer."""

_MIDDLE = 128
"""The byte that stands for zero."""

_BYTE = 127
"""Largest distance of a byte from `_MIDDLE`, to both sides."""

_FINER = 2 * _BYTE
"""Units of the second byte in one of the first: half a unit is left of rounding."""

_SMALLEST_EXTENT = 1e-30
"""What is zero everywhere is scaled as if it held this, not divided by zero."""


def multiply_in_one_byte(
    graph: EditableGraph,
    multiplications: Iterable[onnx.NodeProto],
    magnitudes: Mapping[str, float],
) -> None:
    """Round what matmuls read, of shape `(batch, features)`, to 8 bits.

    Args:
        graph: Where the matmuls are.
        multiplications: The matmuls.
        magnitudes: By tensor, the largest absolute value it can have. A tensor that is
            not named may have any, and its rows are scaled by their largest.
    """
    for node in multiplications:
        matmul = _Matmul(graph, node)
        tensor, magnitude, extents = _in_range(graph, matmul.tensor, magnitudes)
        unit = _unit(magnitude)
        (integers,) = graph.add("QuantizeLinear", [tensor, *_scale(graph, unit)])
        matmul.finish(matmul.multiply(integers), unit, extents)


def multiply_in_two_bytes(
    graph: EditableGraph,
    multiplications: Iterable[onnx.NodeProto],
    magnitudes: Mapping[str, float],
) -> None:
    """Round what matmuls read, of shape `(batch, features)`, to 16 bits.

    Args:
        graph: Where the matmuls are.
        multiplications: The matmuls.
        magnitudes: As of `multiply_in_one_byte`.
    """
    halves: dict[str, Any] = {} if graph.operator_set < 18 else {"num_outputs": 2}
    for node in multiplications:
        matmul = _Matmul(graph, node)
        tensor, magnitude, extents = _in_range(graph, matmul.tensor, magnitudes)
        unit = _unit(magnitude)
        finer = np.float32(unit / np.float32(_FINER))
        integers = matmul.multiply(_two_bytes(graph, tensor, unit, finer))
        # As integers, one cast for both bytes, where these cannot overflow.
        fits = matmul.features * MATMUL_RANGE * (_BYTE * _FINER + _BYTE) < 2**31
        if not fits:
            (integers,) = graph.add("Cast", [integers], to=onnx.TensorProto.FLOAT)
        factor = np.array(_FINER, dtype=np.int32 if fits else np.float32)
        first, second = graph.add("Split", [integers], 2, axis=0, **halves)
        (first,) = graph.add("Mul", [first, graph.add_weight(factor, "constant")])
        (total,) = graph.add("Add", [first, second])
        matmul.finish(total, finer, extents, is_integer=fits)


def multiply_looked_up(
    graph: EditableGraph,
    multiplications: Iterable[onnx.NodeProto],
    integers: str,
    scales: str,
) -> None:
    """Multiply rows of an embedding by the integers that it stores.

    Args:
        graph: Where the matmuls are.
        multiplications: Matmuls that read what was looked up.
        integers: The rows as float32 integers, shape `(batch, features)`.
        scales: What they are to be multiplied with, shape `(batch, 1)`.
    """
    for node in multiplications:
        matmul = _Matmul(graph, node)
        one = np.float32(1)
        (bytes_,) = graph.add("QuantizeLinear", [integers, *_scale(graph, one)])
        matmul.finish(matmul.multiply(bytes_), one, [scales])


class _Matmul:
    """A matmul that is taken out of a graph, with the matrix as integers.

    Args:
        graph: Where the matmul is.
        node: `MatMul`, or `Gemm` with a transposed matrix.

    Attributes:
        tensor: What is multiplied.
        features: How many of its values are summed.
    """

    def __init__(self, graph: EditableGraph, node: onnx.NodeProto) -> None:
        self._graph = graph
        self.tensor, kernel, *self._bias = node.input
        transposed = node.op_type == "Gemm"
        self.features: int = graph.weights[kernel].shape[transposed]
        self._matrix, self._scales = _integer_matrix(graph, kernel, transposed)
        self._outputs = list(node.output)
        graph.remove([node])

    def multiply(self, integers: str) -> str:
        """Return the name of the matmul of bytes around `_MIDDLE`, as integers."""
        zero = self._graph.add_weight(np.array(0, dtype=np.int8), "zero")
        middle = _middle(self._graph)
        inputs = [integers, self._matrix, middle, zero]
        return self._graph.add("MatMulInteger", inputs)[0]

    def finish(
        self,
        total: str,
        unit: np.float32,
        extents: list[str],
        is_integer: bool = True,
    ) -> None:
        """Make float32 of a matmul: scale it, and add the bias if there is one.

        Args:
            total: Name of the matmul.
            unit: What one stands for in what was multiplied.
            extents: Names of further factors of each row, shape `(batch, 1)`.
            is_integer: Whether the matmul is not float32 already.
        """
        graph = self._graph
        if is_integer:
            (total,) = graph.add("Cast", [total], to=onnx.TensorProto.FLOAT)
        scales = (graph.weights[self._scales] * unit).astype(np.float32)
        factors = [graph.add_weight(scales, "scale"), *extents]
        for place, factor in enumerate(factors):
            # One after the other: of a matmul of both, onnxruntime would make one
            # operator with the multiplication, which scales the bias too.
            last = place + 1 == len(factors) and not self._bias
            (total,) = graph.add("Mul", [total, factor], self._outputs if last else 1)
        if self._bias:
            graph.add("Add", [total, *self._bias], self._outputs)


def _in_range(
    graph: EditableGraph, tensor: str, magnitudes: Mapping[str, float]
) -> tuple[str, float, list[str]]:
    """Return a tensor, the largest value that it can have, and what it was divided by.

    Where that is not known of a tensor, its rows are divided by their largest.
    """
    magnitude = magnitudes.get(tensor, math.inf)
    if math.isfinite(magnitude):
        return tensor, magnitude, []
    extents = _row_extents(graph, tensor)
    (quotient,) = graph.add("Div", [tensor, extents])
    return quotient, 1.0, [extents]


def _row_extents(graph: EditableGraph, tensor: str) -> str:
    """Return the name of each row's largest absolute value, shape `(batch, 1)`."""
    (values,) = graph.add("Abs", [tensor])
    if graph.operator_set < 18:
        (extents,) = graph.add("ReduceMax", [values], axes=[-1], keepdims=1)
    else:
        axis = graph.add_weight(np.array([-1], dtype=np.int64), "axis")
        (extents,) = graph.add("ReduceMax", [values, axis], keepdims=1)
    smallest = np.array(_SMALLEST_EXTENT, dtype=np.float32)
    (extents,) = graph.add("Max", [extents, graph.add_weight(smallest, "constant")])
    return extents


def _two_bytes(
    graph: EditableGraph, tensor: str, unit: np.float32, finer: np.float32
) -> str:
    """Return the name of bytes of shape `(2 * batch, features)`."""
    coarse = _scale(graph, unit)
    (first,) = graph.add("QuantizeLinear", [tensor, *coarse])
    (found,) = graph.add("DequantizeLinear", [first, *coarse])
    (left,) = graph.add("Sub", [tensor, found])
    (second,) = graph.add("QuantizeLinear", [left, *_scale(graph, finer)])
    return graph.add("Concat", [first, second], axis=0)[0]


def _unit(magnitude: float) -> np.float32:
    """Return what one stands for in bytes that reach to `magnitude`."""
    return np.float32(max(magnitude, _SMALLEST_EXTENT) / _BYTE)


def _scale(graph: EditableGraph, unit: np.float32) -> list[str]:
    """Return the names of a unit and of the byte that stands for zero."""
    return [graph.add_weight(np.array(unit, dtype=np.float32), "unit"), _middle(graph)]


def _middle(graph: EditableGraph) -> str:
    return graph.add_weight(np.array(_MIDDLE, dtype=np.uint8), "middle")


def _integer_matrix(
    graph: EditableGraph, kernel: str, transposed: bool
) -> tuple[str, str]:
    """Return the names of an integer matrix `(in, out)` and of its scales `(out,)`."""
    quantized, scale = quantize_symmetrically(
        graph.weights[kernel], axis=1 if transposed else 0, largest=MATMUL_RANGE
    )
    scales = graph.add_weight(scale.reshape(-1), "scale")
    matrix = graph.add_weight(quantized, "int8")
    if transposed:
        # A tied embedding is in the file once; onnxruntime transposes it when it loads
        # it. Looking up columns of the transposed one takes a third of a step.
        (matrix,) = graph.add("Transpose", [matrix], perm=[1, 0])
    return matrix, scales
