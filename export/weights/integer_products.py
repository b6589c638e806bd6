"""Products of float32 values with an 8-bit matrix, computed in integers.

Two forms. In one byte, what a product reads is rounded to 8 bits, with one scale for
the tensor. That is quick, but a value close to the middle between two integers goes up
or down with its last bit, which differs between processors; and once one value went the
other way, recurrence makes it a different rounding of everything that follows.

In two bytes, what is read is rounded to 8 bits, and what that leaves of it to 8 bits
again: 1 in 64,516 of the range. The range is that of all values the tensor can have,
where the graph tells it, otherwise that of each row. So rows do not depend on other
rows, and a last bit turns over a unit that is too small to be seen. Both bytes are rows
of one product, which reads the matrix once.

Matrices use 7 of their 8 bits: x86 processors without VNNI add two products of 8 bits
into 16, which weights beyond 64 would overflow: 2 * 255 * 64 < 32,768.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx

from export.graph.editable_graph import EditableGraph
from export.weights.symmetric_rounding import quantize_symmetrically

PRODUCT_RANGE = 64
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
    graph: EditableGraph, multiplications: Iterable[onnx.NodeProto]
) -> None:
    """Round what products read to 8 bits, as it comes."""
    zero = graph.add_weight(np.array(0, dtype=np.int8), "zero")
    for node in multiplications:
        tensor, kernel, *bias = node.input
        # No tensor is quantised twice: `make_lean` made one product of those it meets.
        integers, input_scale, input_zero = graph.add(
            "DynamicQuantizeLinear", [tensor], 3
        )
        matrix, scale = _integer_matrix(graph, kernel, node.op_type == "Gemm")
        outputs = list(node.output)
        graph.remove([node])
        # onnxruntime fuses all that follows into one operator.
        (product,) = graph.add("MatMulInteger", [integers, matrix, input_zero, zero])
        (wide,) = graph.add("Cast", [product], to=onnx.TensorProto.FLOAT)
        (scales,) = graph.add("Mul", [input_scale, scale])
        if bias:
            (scaled,) = graph.add("Mul", [wide, scales])
            graph.add("Add", [scaled, *bias], outputs)
        else:
            graph.add("Mul", [wide, scales], outputs)


def multiply_in_two_bytes(
    graph: EditableGraph,
    multiplications: Iterable[onnx.NodeProto],
    magnitudes: Mapping[str, float],
) -> None:
    """Round what products read, of shape `(batch, features)`, to 16 bits.

    Args:
        graph: Where the products are.
        multiplications: The products.
        magnitudes: By tensor, the largest absolute value it can have. A tensor that is
            not named may have any, and its rows are scaled by their largest.
    """
    zero = graph.add_weight(np.array(0, dtype=np.int8), "zero")
    middle = graph.add_weight(np.array(_MIDDLE, dtype=np.uint8), "middle")
    halves: dict[str, Any] = {} if graph.operator_set < 18 else {"num_outputs": 2}
    for node in multiplications:
        tensor, kernel, *bias = node.input
        matrix, scale = _integer_matrix(graph, kernel, node.op_type == "Gemm")
        outputs = list(node.output)
        graph.remove([node])
        magnitude, extents = magnitudes.get(tensor, math.inf), []
        if math.isinf(magnitude):
            magnitude, extents = 1.0, [_row_extents(graph, tensor)]
            (tensor,) = graph.add("Div", [tensor, *extents])
        bytes_, unit = _two_bytes(graph, tensor, magnitude)
        scales = graph.add_weight(graph.weights[scale] * np.float32(unit), "scale")
        (product,) = graph.add("MatMulInteger", [bytes_, matrix, middle, zero])
        # As integers, one cast for both bytes, where these cannot overflow.
        features = graph.weights[kernel].shape[node.op_type == "Gemm"]
        fits = features * PRODUCT_RANGE * (_BYTE * _FINER + _BYTE) < 2**31
        if not fits:
            (product,) = graph.add("Cast", [product], to=onnx.TensorProto.FLOAT)
        finer = np.array(_FINER, dtype=np.int32 if fits else np.float32)
        first, second = graph.add("Split", [product], 2, axis=0, **halves)
        (first,) = graph.add("Mul", [first, graph.add_weight(finer, "constant")])
        (total,) = graph.add("Add", [first, second])
        if fits:
            (total,) = graph.add("Cast", [total], to=onnx.TensorProto.FLOAT)
        factors = [scales, *extents]
        for place, factor in enumerate(factors):
            last = place + 1 == len(factors) and not bias
            (total,) = graph.add("Mul", [total, factor], outputs if last else 1)
        if bias:
            graph.add("Add", [total, *bias], outputs)


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
    graph: EditableGraph, tensor: str, magnitude: float
) -> tuple[str, float]:
    """Return the name of bytes `(2 * batch, features)`, and the second's unit."""
    middle = graph.add_weight(np.array(_MIDDLE, dtype=np.uint8), "middle")
    unit = np.array(max(magnitude, _SMALLEST_EXTENT) / _BYTE, dtype=np.float32)
    units = [graph.add_weight(value, "unit") for value in (unit, unit / _FINER)]
    (first,) = graph.add("QuantizeLinear", [tensor, units[0], middle])
    (found,) = graph.add("DequantizeLinear", [first, units[0], middle])
    (left,) = graph.add("Sub", [tensor, found])
    (second,) = graph.add("QuantizeLinear", [left, units[1], middle])
    (both,) = graph.add("Concat", [first, second], axis=0)
    return both, float(unit / _FINER)


def _integer_matrix(
    graph: EditableGraph, kernel: str, transposed: bool
) -> tuple[str, str]:
    """Return the names of an integer matrix `(in, out)` and of its scales `(out,)`."""
    quantized, scale = quantize_symmetrically(
        graph.weights[kernel], axis=1 if transposed else 0, largest=PRODUCT_RANGE
    )
    scales = graph.add_weight(scale.reshape(-1), "scale")
    matrix = graph.add_weight(quantized, "int8")
    if transposed:
        # A tied embedding is in the file once; onnxruntime transposes it when it loads
        # it. Looking up columns of the transposed one takes a third of a step.
        (matrix,) = graph.add("Transpose", [matrix], perm=[1, 0])
    return matrix, scales
