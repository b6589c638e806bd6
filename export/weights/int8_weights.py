"""Weights in 8 bits, multiplied as integers in every decoder step.

Matrices of matmuls and embeddings have one scale per output channel or token.

What the encoder reads once a sentence is stored in 8 bits and widened when onnxruntime
loads it: its matmuls, and the kernels of recurrent operators, of which there are no
8-bit ones. So nothing that an encoder computes is rounded.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
import onnx

from edge_runtime.contract import SOURCE_IDS
from export.graph.editable_graph import Array, EditableGraph
from export.weights.integer_matmuls import (
    MATMUL_RANGE,
    multiply_in_one_byte,
    multiply_in_two_bytes,
    multiply_looked_up,
)
from export.weights.large_weights import embeddings, matmuls, recurrent_kernels
from export.weights.magnitudes import Magnitudes
from export.weights.passed_on import passed_on
from export.weights.symmetric_rounding import quantize_symmetrically

STORAGE_RANGE = 127
"""Largest absolute value of a weight that is only stored as an integer."""


def store_as_int8(
    graph: EditableGraph, of_inputs: Mapping[str, float], tied: Iterable[Array] = ()
) -> None:
    """Quarter the file and read a quarter of the memory in every step.

    Args:
        graph: An encoder or a decoder step.
        of_inputs: The largest absolute values of the step's inputs, where known.
        tied: Embeddings that the other graph multiplies by; both store the same bytes.
    """
    look_ups, multiplications = embeddings(graph), matmuls(graph)
    multiplied = {node.input[1] for node in multiplications}
    for node in look_ups:
        if any(np.array_equal(graph.weights[node.input[0]], other) for other in tied):
            multiplied.add(node.input[0])
    looked_up: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    if SOURCE_IDS in graph.inputs:
        for node in multiplications:
            _store(graph, node, 1, axis=1 if node.op_type == "Gemm" else 0)
    else:
        found = {node.output[0] for node in look_ups}
        magnitudes = Magnitudes(graph, of_inputs)
        extents = {node.input[0]: magnitudes[node.input[0]] for node in multiplications}
        read_again = passed_on(graph, multiplications)
        multiply_in_two_bytes(graph, read_again, extents)
        others = []
        for node in multiplications:
            if node.input[0] in found:
                looked_up[node.input[0]].append(node)
            elif node not in read_again:
                others.append(node)
        multiply_in_one_byte(graph, others, extents)
    for node in look_ups:
        largest = MATMUL_RANGE if node.input[0] in multiplied else STORAGE_RANGE
        _look_up(graph, node, largest, looked_up[node.output[0]])
    store_recurrent_kernels(graph)


def store_recurrent_kernels(graph: EditableGraph) -> None:
    """Store the kernels of native recurrent operators in 8 bits."""
    for node, index in recurrent_kernels(graph):
        _store(graph, node, index, axis=-1)


def _store(graph: EditableGraph, node: onnx.NodeProto, index: int, axis: int) -> None:
    """Widen one weight of a node when it is loaded; `axis` shares a scale."""
    quantized, scale = quantize_symmetrically(
        graph.weights[node.input[index]], axis=axis, largest=STORAGE_RANGE
    )
    (wide,) = graph.add(
        "Cast", [graph.add_weight(quantized, "int8")], to=onnx.TensorProto.FLOAT
    )
    (node.input[index],) = graph.add("Mul", [wide, graph.add_weight(scale, "scale")])


def _look_up(
    graph: EditableGraph,
    node: onnx.NodeProto,
    largest: int,
    multiplications: Iterable[onnx.NodeProto],
) -> None:
    """Store an embedding in 8 bits, and multiply its rows as they are stored."""
    # A scale per token, of shape (vocab_size, 1), is looked up beside its row.
    quantized, scale = quantize_symmetrically(
        graph.weights[node.input[0]], axis=-1, largest=largest
    )
    (row,) = graph.add("Gather", [graph.add_weight(quantized, "int8"), node.input[1]])
    (scales,) = graph.add("Gather", [graph.add_weight(scale, "scale"), node.input[1]])
    outputs = list(node.output)
    graph.remove([node])
    (wide,) = graph.add("Cast", [row], to=onnx.TensorProto.FLOAT)
    multiply_looked_up(graph, multiplications, wide, scales)
    graph.add("Mul", [wide, scales], outputs)
