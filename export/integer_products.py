"""Products of float32 values with an 8-bit matrix, computed in integers.

Two forms. In one byte, what a product reads is rounded to 8 bits, with one scale for
the tensor. That is quick, but a value close to the middle between two integers goes up
or down with its last bit, which differs between processors; and once one value went the
other way, recurrence makes it a different rounding of everything that follows.

In three bytes, a row is rounded to 24 bits, the precision of float32, with a scale of
its own. Its bytes are three rows of one product of 8 bits, which reads the matrix once.
Two bytes would take a fifth less of a batch of 32 sentences, but of 1,000 lists of four
alternatives a browser then gives 992 as Python does, with three bytes 999.

Matrices use 7 of their 8 bits: x86 processors without VNNI add two products of 8 bits
into 16, which weights beyond 64 would overflow: 2 * 255 * 64 < 32,768.
"""

from collections.abc import Iterable

import numpy as np
import onnx

from export.editable_graph import EditableGraph
from export.symmetric_rounding import quantize_symmetrically

PRODUCT_RANGE = 64
"""Largest absolute value of a weight that is multiplied as an integer."""

_NEXT_BYTE = 256
"""What a unit of a byte counts in the byte below it."""

_MIDDLE = 128
"""The byte that stands for zero."""

_LARGEST = 127 * _NEXT_BYTE**2
"""Largest integer in three bytes around `_MIDDLE`, but for what rounding may add."""

_ONES = _NEXT_BYTE**2 + _NEXT_BYTE + 1
"""The integer whose three bytes are all one."""

_SMALLEST_SCALED = 1e-30
"""A row of zeros is scaled as if it held this: a scale of zero would divide by it."""


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


def multiply_in_three_bytes(
    graph: EditableGraph, multiplications: Iterable[onnx.NodeProto]
) -> None:
    """Round what products read, of shape `(batch, features)`, to 24 bits."""
    zero = graph.add_weight(np.array(0, dtype=np.int8), "zero")
    middle = graph.add_weight(np.array(_MIDDLE, dtype=np.uint8), "middle")
    next_byte = graph.add_weight(np.array(_NEXT_BYTE, dtype=np.float32), "constant")
    first_axis = graph.add_weight(np.array([0], dtype=np.int64), "axis")
    sizes = graph.add_weight(np.array([1, 1, 1], dtype=np.int64), "sizes")
    for node in multiplications:
        tensor, kernel, *bias = node.input
        matrix, scale = _integer_matrix(graph, kernel, node.op_type == "Gemm")
        outputs = list(node.output)
        graph.remove([node])
        rows, row_scale = _three_bytes(graph, tensor)
        (product,) = graph.add("MatMulInteger", [rows, matrix, middle, zero])
        (wide,) = graph.add("Cast", [product], to=onnx.TensorProto.FLOAT)
        # Quicker than to multiply each by its value and add up the axis.
        total, *lower = graph.add("Split", [wide, sizes], 3, axis=0)
        for part in lower:
            (higher,) = graph.add("Mul", [total, next_byte])
            (total,) = graph.add("Add", [higher, part])
        (total,) = graph.add("Squeeze", [total, first_axis])
        (scaled,) = graph.add("Mul", [total, scale])
        if bias:
            (unbiased,) = graph.add("Mul", [scaled, row_scale])
            graph.add("Add", [unbiased, *bias], outputs)
        else:
            graph.add("Mul", [scaled, row_scale], outputs)


def _three_bytes(graph: EditableGraph, tensor: str) -> tuple[str, str]:
    """Return the names of bytes `(3, batch, features)` and row scales `(batch, 1)`."""

    def constant(value: float) -> str:
        return graph.add_weight(np.array(value, dtype=np.float32), "constant")

    (magnitudes,) = graph.add("Abs", [tensor])
    if graph.operator_set < 18:
        (extent,) = graph.add("ReduceMax", [magnitudes], axes=[-1], keepdims=1)
    else:
        last_axis = graph.add_weight(np.array([-1], dtype=np.int64), "axis")
        (extent,) = graph.add("ReduceMax", [magnitudes, last_axis], keepdims=1)
    (extent,) = graph.add("Max", [extent, constant(_SMALLEST_SCALED)])
    (row_scale,) = graph.add("Mul", [extent, constant(1 / _LARGEST)])
    (scaled,) = graph.add("Div", [tensor, row_scale])
    # float32 holds these integers up to 2 ** 24: the sum is rounded to one of them.
    (shifted,) = graph.add("Add", [scaled, constant(_MIDDLE * _ONES)])
    (integers,) = graph.add("Cast", [shifted], to=onnx.TensorProto.UINT32)
    places = np.array([16, 8, 0], dtype=np.uint32)[:, None, None]
    (moved,) = graph.add(
        "BitShift", [integers, graph.add_weight(places, "places")], direction="RIGHT"
    )
    # By ONNX's rule for integers, the higher bytes are cut off.
    (rows,) = graph.add("Cast", [moved], to=onnx.TensorProto.UINT8)
    return rows, row_scale


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
