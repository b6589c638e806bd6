"""Weights in 4 bits, in blocks that have a scale each, of half precision.

onnxruntime's `MatMulNBits` and `GatherBlockQuantized` read the same layout, so a tied
embedding is stored once. Both belong to its full builds, the web's among them; looking
up 4-bit rows that are stored as bytes needs onnxruntime 1.23.

There are no recurrent operators with weights of 4 bits, so their kernels and all scales
are widened once, when onnxruntime loads the file. It computes such constants with
operators of ONNX alone. Where it does not, kernels take 8 bits and scales are float32.
"""

import numpy as np
import numpy.typing as npt
import onnx

from export.graph.editable_graph import Array, EditableGraph
from export.weights.int8_weights import store_recurrent_kernels
from export.weights.large_weights import embeddings, matmuls, recurrent_kernels

BLOCK_SIZE = 32
"""Weights of one output channel, or of one token, that share a scale."""

_DOMAIN = "com.microsoft"
_INT8_INPUTS = 4
"""`accuracy_level` at which a matmul's input is rounded to 8 bits."""


def store_as_int4(graph: EditableGraph, folds_constants: bool = True) -> None:
    """Store about a seventh of the memory, and read it in matmuls and look-ups.

    Args:
        graph: An encoder or a decoder step.
        folds_constants: Whether onnxruntime computes constants when it loads the graph.
    """
    graph.use_operator_set(_DOMAIN, 1)

    def blocks(weight: Array) -> tuple[str, str, int]:
        """Return names of packed weight and float32 scales, and the padded width."""
        packed, scales = quantize_blocks(weight)
        name = (
            _float32(graph, scales)
            if folds_constants
            else graph.add_weight(scales.astype(np.float32), "scale")
        )
        return graph.add_weight(packed, "int4"), name, packed.shape[1] * BLOCK_SIZE

    for node in embeddings(graph):
        table, scales, width = blocks(graph.weights[node.input[0]])
        # The rows as bytes of two weights, without an axis for blocks.
        (rows,) = graph.add(
            "Reshape",
            [table, graph.add_weight(np.array([0, -1], dtype=np.int64), "shape")],
        )
        inputs = [rows, node.input[1], scales]
        outputs, features = list(node.output), graph.weights[node.input[0]].shape[1]
        graph.remove([node])
        padded = outputs if width == features else 1
        (found,) = graph.add(
            "GatherBlockQuantized",
            inputs,
            padded,
            _DOMAIN,
            bits=4,
            block_size=BLOCK_SIZE,
            gather_axis=0,
            quantize_axis=1,
        )
        if width != features:
            _first_features(graph, found, features, outputs)
    for node in matmuls(graph):
        tensor, kernel, *bias = node.input
        matrix = graph.weights[kernel]
        by_channel = matrix if node.op_type == "Gemm" else matrix.T
        packed, scales, _ = blocks(by_channel)
        outputs = list(node.output)
        graph.remove([node])
        (matmul,) = graph.add(
            "MatMulNBits",
            [tensor, packed, scales],
            1 if bias else outputs,
            _DOMAIN,
            K=by_channel.shape[1],
            N=by_channel.shape[0],
            bits=4,
            block_size=BLOCK_SIZE,
            accuracy_level=_INT8_INPUTS,
        )
        if bias:
            graph.add("Add", [matmul, *bias], outputs)
    if folds_constants:
        for node, index in recurrent_kernels(graph):
            node.input[index] = _widened(graph, graph.weights[node.input[index]])
    else:
        store_recurrent_kernels(graph)


def quantize_blocks(
    weight: Array,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """Round each block of a row to the integers from -8 to 7.

    Args:
        weight: Shape `(rows, features)`; rows are padded with zeros to whole blocks.

    Returns:
        Two integers plus 8 a byte, shape `(rows, blocks, BLOCK_SIZE / 2)`, the first in
        the lower half; and scales of half precision, shape `(rows, blocks)`.
    """
    rows, features = weight.shape
    blocks = -(-features // BLOCK_SIZE)
    padded = np.zeros((rows, blocks * BLOCK_SIZE), dtype=np.float32)
    padded[:, :features] = weight
    padded = padded.reshape(rows, blocks, BLOCK_SIZE)
    # The value of the largest magnitude becomes -8: its sign decides the scale's.
    largest = np.take_along_axis(
        padded, np.abs(padded).argmax(axis=-1, keepdims=True), axis=-1
    )
    scales = (largest / -8.0).astype(np.float16)
    # What half precision makes 0 of is 0 altogether.
    scales[scales == 0] = 1.0
    integers = np.clip(np.rint(padded / scales) + 8, 0, 15).astype(np.uint8)
    packed = integers[..., 0::2] | (integers[..., 1::2] << 4)
    return packed, scales[..., 0]


def _widened(graph: EditableGraph, kernel: Array) -> str:
    """Return the name of a kernel `(directions, gates * units, features)`."""
    *outer, features = kernel.shape
    packed, scales = quantize_blocks(kernel.reshape(-1, features))
    bytes_ = np.arange(256)
    pairs = np.stack([bytes_ % 16, bytes_ // 16], axis=1).astype(np.float32) - 8
    (places,) = graph.add(
        "Cast", [graph.add_weight(packed, "int4")], to=onnx.TensorProto.INT32
    )
    # Shape (rows, blocks, BLOCK_SIZE / 2, 2): the two integers of each byte.
    (integers,) = graph.add("Gather", [graph.add_weight(pairs, "pairs"), places])
    scale = _float32(graph, scales[..., np.newaxis, np.newaxis])
    (blocks,) = graph.add("Mul", [integers, scale])
    shape = graph.add_weight(np.array([*outer, -1], dtype=np.int64), "shape")
    (padded,) = graph.add("Reshape", [blocks, shape])
    if packed.shape[1] * BLOCK_SIZE == features:
        return padded
    return _first_features(graph, padded, features)


def _first_features(
    graph: EditableGraph, tensor: str, features: int, outputs: list[str] | int = 1
) -> str:
    """Drop what a last axis was padded with."""
    bounds = (
        graph.add_weight(np.array([bound], dtype=np.int64), "bound")
        for bound in (0, features, -1)
    )
    return graph.add("Slice", [tensor, *bounds], outputs)[0]


def _float32(graph: EditableGraph, scales: npt.NDArray[np.float16]) -> str:
    (wide,) = graph.add(
        "Cast", [graph.add_weight(scales, "scale")], to=onnx.TensorProto.FLOAT
    )
    return wide
