"""Rewrites that leave a graph the operators its equations need."""

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import onnx

from export.graph.editable_graph import EditableGraph, attribute

_RECURRENT = ("RNN", "GRU", "LSTM")


def make_lean(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a graph of the same function with fewer operators and weights."""
    graph = EditableGraph(model)
    for rewrite in (
        multiply_without_reshaping,
        join_matmuls_of_one_input,
        mix_with_one_matmul,
        join_gates,
        split_once,
        join_directions,
        share_tied_embeddings,
    ):
        rewrite(graph)
        graph.prune()
    return graph.to_model()


def multiply_without_reshaping(graph: EditableGraph) -> None:
    """Let `MatMul` take sequences as they are.

    TensorFlow's matmul of `(batch, length, features)` with a matrix flattens the first
    two axes and restores them from a shape computed at run time; ONNX's needs neither.
    """
    for restored in graph.of_type("Reshape"):
        matmul = graph.producer(restored.input[0])
        if matmul is None or matmul.op_type != "MatMul":
            continue
        flattened = graph.producer(matmul.input[0])
        if (
            flattened is None
            or flattened.op_type != "Reshape"
            or matmul.input[1] not in graph.weights
            or restored.input[1] in graph.weights
        ):
            continue
        outputs = list(restored.output)
        graph.remove([restored])
        graph.add("MatMul", [flattened.input[0], matmul.input[1]], outputs)


def join_matmuls_of_one_input(graph: EditableGraph) -> None:
    """Join the matmuls that read the same tensor into one.

    The state before the step is multiplied with the recurrent kernel and with the
    attention's query kernel. One matmul reads it once, and quantises it once in int8.
    """
    by_input: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    for node in graph.of_type("MatMul"):
        if graph.weights.get(node.input[1], np.empty(0)).ndim == 2:
            by_input[node.input[0]].append(node)
    for tensor, matmuls in by_input.items():
        if len(matmuls) < 2:
            continue
        kernels = [graph.weights[node.input[1]] for node in matmuls]
        joint = graph.add_weight(np.concatenate(kernels, axis=1), "kernels")
        sizes = np.array([kernel.shape[1] for kernel in kernels], dtype=np.int64)
        outputs = [node.output[0] for node in matmuls]
        graph.remove(matmuls)
        (matmul,) = graph.add("MatMul", [tensor, joint])
        additions = [_bias_addition(graph, output) for output in outputs]
        if any(additions):
            biases = [
                np.zeros(size, dtype=np.float32)
                if addition is None
                else graph.weights[addition.input[1]]
                for addition, size in zip(additions, sizes, strict=True)
            ]
            bias = graph.add_weight(np.concatenate(biases), "biases")
            (matmul,) = graph.add("Add", [matmul, bias])
            outputs = [
                output if addition is None else addition.output[0]
                for addition, output in zip(additions, outputs, strict=True)
            ]
            graph.remove(addition for addition in additions if addition is not None)
        graph.add("Split", [matmul, graph.add_weight(sizes, "sizes")], outputs, axis=-1)


def mix_with_one_matmul(graph: EditableGraph) -> None:
    """Compute `gate * old + (1 - gate) * new` as `new + gate * (old - new)`."""
    for addition in graph.of_type("Add"):
        for kept, changed in (addition.input, addition.input[::-1]):
            found = _mixture(graph, kept, changed)
            if found is None:
                continue
            gate, old, new = found
            outputs = list(addition.output)
            graph.remove([addition])
            (difference,) = graph.add("Sub", [old, new])
            (change,) = graph.add("Mul", [gate, difference])
            graph.add("Add", [new, change], outputs)
            break


def join_gates(graph: EditableGraph) -> None:
    """Add and squash two gates that stand side by side, as a GRU's do, as one."""
    for split in graph.of_type("Split"):
        for parts in pairwise(split.output):
            gates = [_gate(graph, part) for part in parts]
            added = [
                name
                for gate in gates
                if gate is not None
                for name in gate[0].input
                if name not in parts
            ]
            other = graph.producer(added[0]) if len(added) == 2 else None
            if (
                other is None
                or tuple(added) not in pairwise(other.output)
                or any(len(graph.consumers(name)) != 1 for name in added)
            ):
                continue
            sizes = [_sizes(graph, node) for node in (split, other)]
            if not all(sizes):
                continue
            sums = [
                _join_parts(graph, node, names, size)
                for node, names, size in zip(
                    (split, other), (parts, added), sizes, strict=True
                )
            ]
            nodes = [node for gate in gates if gate is not None for node in gate]
            outputs = [node.output[0] for node in nodes if node.op_type == "Sigmoid"]
            graph.remove(nodes)
            (total,) = graph.add("Add", sums)
            (gate_values,) = graph.add("Sigmoid", [total])
            place = list(split.output).index(parts[0])
            both = np.array(sizes[0][place : place + 2], dtype=np.int64)
            graph.add(
                "Split",
                [gate_values, graph.add_weight(both, "sizes")],
                outputs,
                axis=-1,
            )
            break


def split_once(graph: EditableGraph) -> None:
    """Split the gates of a joint matmul together with the other results."""
    for node in graph.of_type("Split"):
        source = graph.producer(node.input[0])
        if (
            source is None
            or source.op_type != "Split"
            or len(node.input) < 2  # Equal sizes, which are not an input.
            or graph.consumers(node.input[0]) != [node]
            or node.input[0] in graph.outputs
        ):
            continue
        parts, sizes = list(node.output), graph.weights[node.input[1]]
        graph.remove([node])
        _split_further(graph, source, node.input[0], parts, sizes)


def join_directions(graph: EditableGraph) -> None:
    """Make one bidirectional operator of two that read the same sequences."""
    pairs: dict[tuple[str, ...], dict[bytes, onnx.NodeProto]] = defaultdict(dict)
    for node in graph.of_type(*_RECURRENT):
        key = (node.op_type, node.input[0], node.input[4])
        pairs[key][attribute(node, "direction")] = node
    for directions in pairs.values():
        if set(directions) == {b"forward", b"reverse"}:
            _join_pair(graph, directions[b"forward"], directions[b"reverse"])


def share_tied_embeddings(graph: EditableGraph) -> None:
    """Keep one copy of an embedding that is also, transposed, the output matrix.

    `Gemm` reads a transposed matrix as fast as `MatMul` a plain one, while a look-up in
    a transposed embedding would gather single numbers.
    """
    embeddings = {
        node.input[0]: graph.weights[node.input[0]]
        for node in graph.of_type("Gather")
        if node.input[0] in graph.weights
    }
    for matmul in graph.of_type("MatMul"):
        kernel = graph.weights.get(matmul.input[1])
        for name, embedding in embeddings.items():
            if (
                kernel is None
                or kernel.shape != embedding.T.shape
                or not np.array_equal(kernel, embedding.T)
            ):
                continue
            inputs = [matmul.input[0], name]
            outputs = list(matmul.output)
            addition = _bias_addition(graph, outputs[0])
            graph.remove([matmul])
            if addition is not None:
                inputs.append(addition.input[1])
                outputs = list(addition.output)
                graph.remove([addition])
            graph.add("Gemm", inputs, outputs, transB=1)


def _mixture(
    graph: EditableGraph, kept: str, changed: str
) -> tuple[str, str, str] | None:
    """Return gate, old and new of `gate * old` and `(1 - gate) * new`."""
    products = [graph.producer(name) for name in (kept, changed)]
    if any(node is None or node.op_type != "Mul" for node in products):
        return None
    first, second = (list(node.input) for node in products if node is not None)
    for rest, new in (second, second[::-1]):
        subtraction = graph.producer(rest)
        if subtraction is None or subtraction.op_type != "Sub":
            continue
        one, gate = subtraction.input
        if gate in first and one in graph.weights and (graph.weights[one] == 1).all():
            old = first[1 - first.index(gate)]
            return gate, old, new
    return None


def _gate(
    graph: EditableGraph, part: str
) -> tuple[onnx.NodeProto, onnx.NodeProto] | None:
    """Return the addition to a tensor and the `Sigmoid` of that, if that is all."""
    nodes = []
    for operator in ("Add", "Sigmoid"):
        readers = graph.consumers(part)
        if len(readers) != 1 or readers[0].op_type != operator:
            return None
        nodes.append(readers[0])
        part = readers[0].output[0]
    return nodes[0], nodes[1]


def _sizes(graph: EditableGraph, split: onnx.NodeProto) -> list[int]:
    """Return the sizes of the parts that a `Split` makes, or none if not known."""
    if split.op_type != "Split":
        return []
    if len(split.input) > 1:
        return [int(size) for size in graph.weights[split.input[1]]]
    parts = len(split.output)
    width = _width(graph, split.input[0])
    return [width // parts] * parts if width else []


def _width(graph: EditableGraph, tensor: str) -> int:
    """Return the size of a tensor's last axis as far as weights tell, otherwise 0."""
    if tensor in graph.weights:
        return int(graph.weights[tensor].shape[-1]) if graph.weights[tensor].ndim else 0
    node = graph.producer(tensor)
    if node is None:
        return 0
    match node.op_type:
        case "Split":
            sizes = _sizes(graph, node)
            return sizes[list(node.output).index(tensor)] if sizes else 0
        case "MatMul":
            return _width(graph, node.input[1])
        case "Add" | "Mul":
            return max(_width(graph, name) for name in node.input)
    return 0


def _join_parts(
    graph: EditableGraph, split: onnx.NodeProto, parts: Any, sizes: list[int]
) -> str:
    """Let a `Split` leave two neighbouring parts together; return their name."""
    outputs = list(split.output)
    place = outputs.index(parts[0])
    joint = [*sizes[:place], sum(sizes[place : place + 2]), *sizes[place + 2 :]]
    weight = graph.add_weight(np.array(joint, dtype=np.int64), "sizes")
    graph.remove([split])
    found = graph.add("Split", [split.input[0], weight], len(joint), axis=-1)
    for old, new in zip(
        outputs[:place] + outputs[place + 2 :],
        found[:place] + found[place + 1 :],
        strict=True,
    ):
        graph.rewire(old, new)
    return found[place]


def _bias_addition(graph: EditableGraph, matmul: str) -> onnx.NodeProto | None:
    """Return the node that adds a bias to a matmul, if it is the only reader."""
    readers = graph.consumers(matmul)
    if len(readers) != 1 or readers[0].op_type != "Add":
        return None
    bias = graph.weights.get(readers[0].input[1])
    return readers[0] if bias is not None and bias.ndim == 1 else None


def _split_further(
    graph: EditableGraph, source: Any, tensor: str, parts: list[str], sizes: Any
) -> None:
    """Replace one output of a split by the outputs it is split into."""
    index = list(source.output).index(tensor)
    outputs = list(source.output)
    outputs[index : index + 1] = parts
    whole = graph.weights[source.input[1]].tolist()
    whole[index : index + 1] = sizes.tolist()
    joint = graph.add_weight(np.array(whole, dtype=np.int64), "sizes")
    inputs = [source.input[0], joint]
    graph.remove([source])
    graph.add("Split", inputs, outputs, axis=-1)


def _join_pair(
    graph: EditableGraph, forward: onnx.NodeProto, backward: onnx.NodeProto
) -> None:
    weights = []
    for index in (1, 2, 3):
        both = [graph.weights[node.input[index]] for node in (forward, backward)]
        weights.append(graph.add_weight(np.concatenate(both), "recurrent"))
    attributes = {
        entry.name: onnx.helper.get_attribute_value(entry)
        for entry in forward.attribute
    }
    joined = graph.add(
        forward.op_type,
        [forward.input[0], *weights, forward.input[4]],
        len(forward.output),
        **{**attributes, "direction": "bidirectional"},
    )
    # Outputs are (length, directions, batch, units), states (directions, batch, units).
    for index, output in enumerate(joined):
        _join_outputs(
            graph, forward.output[index], backward.output[index], output, index == 0
        )
    graph.remove([forward, backward])


def _join_outputs(
    graph: EditableGraph, forward: str, backward: str, joined: str, is_sequence: bool
) -> None:
    """Take both directions, side by side, out of one tensor with a direction axis."""
    if not (graph.consumers(forward) or graph.consumers(backward)):
        return
    halves = [graph.consumers(name) for name in (forward, backward)]
    squeezed = [node.output[0] for nodes in halves for node in nodes]
    concatenated = [
        node for node in graph.of_type("Concat") if list(node.input) == squeezed
    ]
    if len(squeezed) != 2 or len(concatenated) != 1:
        raise ValueError(
            f"both directions must be concatenated. Received: {forward}, {backward}."
        )
    (concat,) = concatenated
    result = concat.output[0]
    graph.remove([concat])
    if not is_sequence:
        (transposed,) = graph.add("Transpose", [joined], perm=[1, 0, 2])
        shape = graph.add_weight(np.array([0, -1], dtype=np.int64), "shape")
        graph.add("Reshape", [transposed, shape], [result])
        return
    shape = graph.add_weight(np.array([0, 0, -1], dtype=np.int64), "shape")
    readers = graph.consumers(result)
    if len(readers) == 1 and readers[0].op_type == "Transpose":
        # What follows wants the batch first: one transposition does both.
        (transposed,) = graph.add("Transpose", [joined], perm=[2, 0, 1, 3])
        result = readers[0].output[0]
        graph.remove(readers)
    else:
        (transposed,) = graph.add("Transpose", [joined], perm=[0, 2, 1, 3])
    graph.add("Reshape", [transposed, shape], [result])
