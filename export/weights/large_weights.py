"""Which weights of a lean graph are worth storing in fewer bits."""

from collections.abc import Iterator

import onnx

from export.graph.editable_graph import Array, EditableGraph

RECURRENT = ("RNN", "GRU", "LSTM")

_SMALLEST = 512
"""Weights of fewer values cost more in scales and operators than they save."""


def embeddings(graph: EditableGraph) -> list[onnx.NodeProto]:
    """Return the look-ups in a matrix of shape `(vocab_size, embedding_dim)`."""
    return [
        node
        for node in graph.of_type("Gather")
        if _is_large(graph.weights.get(node.input[0]))
    ]


def matmuls(graph: EditableGraph) -> list[onnx.NodeProto]:
    """Return the matmuls with a matrix: `MatMul`, or `Gemm` with a transposed one."""
    return [
        node
        for node in graph.of_type("MatMul", "Gemm")
        if _is_large(graph.weights.get(node.input[1]))
    ]


def recurrent_kernels(graph: EditableGraph) -> Iterator[tuple[onnx.NodeProto, int]]:
    """Yield native recurrent operators with the place of each of their kernels.

    A kernel has shape `(directions, gates * units, features)`.
    """
    for node in graph.of_type(*RECURRENT):
        for index in (1, 2):
            if graph.weights[node.input[index]].size >= _SMALLEST:
                yield node, index


def _is_large(weight: Array | None) -> bool:
    return (
        weight is not None
        and weight.ndim == 2
        and weight.size >= _SMALLEST
        # A matmul with a vector, the attention's energies, has one scale for all.
        and min(weight.shape) > 1
    )
