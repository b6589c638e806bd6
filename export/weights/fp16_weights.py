"""Weights stored in half precision and computed with in float32."""

import numpy as np

from export.graph.editable_graph import EditableGraph
from export.weights.large_weights import embeddings, matmuls, recurrent_kernels

_FLOAT = 1
"""ONNX's number of float32."""


def store_as_fp16(graph: EditableGraph) -> None:
    """Halve the file; onnxruntime widens the matrices once, when it loads them."""
    for node in embeddings(graph):
        # Looked up first, widened afterwards: the table stays half as large in memory.
        (narrow,) = graph.add("Gather", [_half(graph, node.input[0]), node.input[1]])
        outputs = list(node.output)
        graph.remove([node])
        graph.add("Cast", [narrow], outputs, to=_FLOAT)
    places = [(node, 1) for node in matmuls(graph)]
    for node, index in [*places, *recurrent_kernels(graph)]:
        (wide,) = graph.add("Cast", [_half(graph, node.input[index])], to=_FLOAT)
        node.input[index] = wide


def _half(graph: EditableGraph, name: str) -> str:
    return graph.add_weight(graph.weights[name].astype(np.float16), "half")
