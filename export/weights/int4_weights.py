"""Matrices and embeddings in 4 bits, in blocks that have a scale each.

onnxruntime's `MatMulNBits` and `GatherBlockQuantized` read the same layout, so a tied
embedding is stored once. Both belong to its full builds, the web's among them; looking
up 4-bit rows that are stored as bytes needs onnxruntime 1.23.

Kernels of native recurrent operators take 8 bits: they have to be widened when
onnxruntime loads them, and an error in them is fed back at every position.
"""

import numpy as np
import numpy.typing as npt

from export.graph.editable_graph import Array, EditableGraph
from export.weights.int8_weights import store_recurrent_kernels
from export.weights.large_weights import embeddings, matmuls

BLOCK_SIZE = 32
"""Weights of one output channel, or of one token, that share a scale."""

_DOMAIN = "com.microsoft"
_INT8_INPUTS = 4
"""`accuracy_level` at which a matmul's input is rounded to 8 bits."""


def store_as_int4(graph: EditableGraph) -> None:
    """Store and read about a seventh of the memory."""
    graph.use_operator_set(_DOMAIN, 1)
    for node in embeddings(graph):
        table, scales, width = _blocks(graph, graph.weights[node.input[0]])
        # The rows as bytes of two weights, without an axis for blocks.
        (rows,) = graph.add(
            "Reshape",
            [table, graph.add_weight(np.array([0, -1], dtype=np.int64), "shape")],
        )
        inputs = [rows, node.input[1], scales]
        outputs, features = list(node.output), graph.weights[node.input[0]].shape[1]
        graph.remove([node])
        padded = outputs if width == features else 1
        found = graph.add(
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
            bounds = (
                graph.add_weight(np.array([bound], dtype=np.int64), "bound")
                for bound in (0, features, -1)
            )
            graph.add("Slice", [*found, *bounds], outputs)
    for node in matmuls(graph):
        tensor, kernel, *bias = node.input
        matrix = graph.weights[kernel]
        by_channel = matrix if node.op_type == "Gemm" else matrix.T
        packed, scales, _ = _blocks(graph, by_channel)
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
    store_recurrent_kernels(graph)


def quantize_blocks(
    weight: Array,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float32]]:
    """Round each block of a row to the integers from -8 to 7.

    Args:
        weight: Shape `(rows, features)`; rows are padded with zeros to whole blocks.

    Returns:
        Two integers plus 8 a byte, shape `(rows, blocks, BLOCK_SIZE / 2)`, the first in
        the lower half; and scales, shape `(rows, blocks)`.
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
    scales = np.where(largest == 0, 1.0, largest / -8.0).astype(np.float32)
    integers = np.clip(np.rint(padded / scales) + 8, 0, 15).astype(np.uint8)
    packed = integers[..., 0::2] | (integers[..., 1::2] << 4)
    return packed, scales[..., 0]


def _blocks(graph: EditableGraph, weight: Array) -> tuple[str, str, int]:
    """Return names of packed weight and scales, and the padded width."""
    packed, scales = quantize_blocks(weight)
    names = graph.add_weight(packed, "int4"), graph.add_weight(scales, "scale")
    return *names, packed.shape[1] * BLOCK_SIZE
