"""Weights in 8 bits, multiplied as integers where that is faster.

Matrices of products and embeddings have one scale per output channel or token; what a
product reads is quantised as it comes, per tensor. Their weights use 7 of the 8 bits:
x86 processors without VNNI add two products of 8 bits into 16, which weights beyond
64 would overflow: 2 * 255 * 64 < 32,768.

There is no 8-bit `GRU`: its kernels are stored in 8 bits and widened when onnxruntime
loads them. They are read once a sentence, not once a token.
"""

import numpy as np
import numpy.typing as npt
import onnx

from export.editable_graph import Array, EditableGraph
from export.large_weights import embeddings, products, recurrent_kernels

PRODUCT_RANGE = 64
"""Largest absolute value of a weight that is multiplied as an integer."""

STORAGE_RANGE = 127
"""Largest absolute value of a weight that is only stored as an integer."""

_FLOAT = 1
"""ONNX's number of float32."""


def store_as_int8(graph: EditableGraph) -> None:
    """Quarter the file and read a quarter of the memory in every step."""
    look_ups, multiplications = embeddings(graph), products(graph)
    tied = {node.input[0] for node in look_ups} & {
        node.input[1] for node in multiplications
    }
    for node in look_ups:
        largest = PRODUCT_RANGE if node.input[0] in tied else STORAGE_RANGE
        _look_up(graph, node, largest)
    _multiply_as_integers(graph, multiplications)
    store_recurrent_kernels(graph)


def store_recurrent_kernels(graph: EditableGraph) -> None:
    """Store the kernels of native recurrent operators in 8 bits."""
    for node, index in recurrent_kernels(graph):
        quantized, scale = quantize_symmetrically(
            graph.weights[node.input[index]], axis=-1, largest=STORAGE_RANGE
        )
        (wide,) = graph.add("Cast", [graph.add_weight(quantized, "int8")], to=_FLOAT)
        (node.input[index],) = graph.add(
            "Mul", [wide, graph.add_weight(scale, "scale")]
        )


def quantize_symmetrically(
    weight: Array, axis: int, largest: int
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Round a weight to integers from `-largest` to `largest`.

    Args:
        weight: The weight.
        axis: Axis along which values share a scale; it has size 1 in the scales.
        largest: Largest absolute value of the integers.

    Returns:
        Integers of the weight's shape, and scales: `weight = integers * scales`.
    """
    extent = np.abs(weight).max(axis=axis, keepdims=True)
    scale = (np.where(extent > 0, extent, 1.0) / largest).astype(np.float32)
    return np.rint(weight / scale).astype(np.int8), scale


def _look_up(graph: EditableGraph, node: onnx.NodeProto, largest: int) -> None:
    # A scale per token, of shape (vocab_size, 1), is looked up beside its row.
    quantized, scale = quantize_symmetrically(
        graph.weights[node.input[0]], axis=-1, largest=largest
    )
    (row,) = graph.add("Gather", [graph.add_weight(quantized, "int8"), node.input[1]])
    (scales,) = graph.add("Gather", [graph.add_weight(scale, "scale"), node.input[1]])
    outputs = list(node.output)
    graph.remove([node])
    graph.add("Mul", [graph.add("Cast", [row], to=_FLOAT)[0], scales], outputs)


def _multiply_as_integers(
    graph: EditableGraph, multiplications: list[onnx.NodeProto]
) -> None:
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
        (wide,) = graph.add("Cast", [product], to=_FLOAT)
        (scales,) = graph.add("Mul", [input_scale, scale])
        if bias:
            (scaled,) = graph.add("Mul", [wide, scales])
            graph.add("Add", [scaled, *bias], outputs)
        else:
            graph.add("Mul", [wide, scales], outputs)


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
