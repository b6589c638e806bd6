"""Reading the nodes and the shapes of weights from a file in onnxruntime's own format.

Only fields that an export writes are known: none for external data, subgraphs or
sparse weights.

Reference:
    [ort.fbs](https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/core/flatbuffers/schema/ort.fbs).
"""

import struct
from collections.abc import Sequence

from edge_runtime.model.flatbuffers import FlatBuffer, Table
from edge_runtime.model.graph_file import (
    MOST_ENTRIES,
    MOST_NODES,
    MOST_WEIGHTS,
    OPERATOR_SETS,
    Attribute,
    GraphFile,
    Node,
    Weight,
    fits,
    full_name,
    read_integers,
)
from edge_runtime.model.protobuf import MalformedFileError

_SCHEMA = {
    "session": {0: "text", 1: "model", 3: "resolver"},
    "resolver": {0: "[operator]"},
    "operator": {0: "text", 1: "[types]"},
    "types": {0: "text", 1: "[argument]"},
    "argument": {0: "integer", 1: "integer"},
    "model": {
        0: "integer", 1: "[set]", 2: "text", 3: "text", 4: "text", 5: "integer",
        6: "text", 7: "graph", 8: "text", 9: "[property]",
    },
    "set": {0: "text", 1: "integer"},
    "property": {0: "text", 1: "text"},
    "graph": {
        0: "[tensor]", 1: "[value]", 2: "[node]", 3: "integer", 4: "[edges]",
        5: "[text]", 6: "[text]", 7: "[]",
    },
    "value": {0: "text", 1: "text", 2: "type"},
    "type": {0: "text", 1: "integer", 2: "tensor type"},
    "tensor type": {0: "integer", 1: "shape"},
    "shape": {0: "[dimension]"},
    "dimension": {0: "size", 1: "text"},
    "size": {0: "integer", 1: "integer", 2: "text"},
    "node": {
        0: "text", 1: "text", 2: "text", 3: "integer", 4: "integer", 5: "text",
        6: "integer", 7: "text", 8: "[text]", 9: "[text]", 10: "[attribute]",
        11: "[4]", 12: "[text]",
    },
    "attribute": {
        0: "text", 1: "text", 2: "integer", 3: "integer", 4: "integer", 5: "text",
        6: "tensor", 8: "[4]", 9: "[8]", 10: "[text]", 11: "[]", 12: "[]",
    },
    "tensor": {0: "text", 1: "text", 2: "[8]", 3: "integer", 4: "[1]"},
    "edges": {0: "integer", 1: "[12]", 2: "[12]"},
}  # fmt: skip
"""Tables of the format, and the fields in them that exports write."""

_FLOAT, _INT, _TEXT, _TENSOR, _FLOATS, _INTS, _TEXTS = 1, 2, 3, 4, 6, 7, 8


def read_ort(content: bytes) -> GraphFile:
    """Return what a file in onnxruntime's own format declares.

    Args:
        content: Content of the file; weights are skipped, not read.

    Raises:
        MalformedFileError: It is no such file, or holds what no export writes.
    """
    model = FlatBuffer(memoryview(content), _SCHEMA).root("session").table(1)
    # Every domain that onnxruntime knows is listed, used or not.
    versions = {entry.text(0): entry.integer(1, 8) for entry in model.tables(1)}
    if versions.get("") not in OPERATOR_SETS[""]:
        raise MalformedFileError(
            f"operator sets must be those of an export. Received: {versions}"
        )
    graph = model.table(7)
    tables, weights = graph.tables(2), graph.tables(0)
    count = graph.integer(3, 4)
    if max(len(tables), count) > MOST_NODES or len(weights) > MOST_WEIGHTS:
        raise MalformedFileError(
            f"there must be at most {MOST_NODES} nodes and {MOST_WEIGHTS} weights"
        )
    nodes = {entry.integer(4, 4): _node(entry) for entry in tables}
    if len(nodes) < len(tables) or max(nodes, default=-1) >= count:
        raise MalformedFileError("nodes must be numbered")
    _check_edges(graph.tables(4), nodes)
    return GraphFile(
        inputs=graph.texts(5),
        outputs=graph.texts(6),
        weights=tuple(_weight(entry) for entry in weights),
        nodes=_ordered(list(nodes.values())),
        size=len(content),
    )


def _node(table: Table) -> Node:
    operator = full_name(table.text(2), table.text(5))
    if table.integer(6, 4) or table.texts(12):
        raise MalformedFileError(f"{operator} must be a plain operator")
    inputs, outputs, attributes = table.texts(8), table.texts(9), table.tables(10)
    if max(len(inputs), len(outputs), len(attributes)) > MOST_ENTRIES:
        raise MalformedFileError(f"{operator} must have at most {MOST_ENTRIES} inputs")
    values = dict(map(_attribute, attributes))
    if len(values) < len(attributes):
        raise MalformedFileError(f"{operator} must have each attribute once")
    return Node(operator, inputs, outputs, values)


def _attribute(table: Table) -> tuple[str, Attribute]:
    name, kind = table.text(0), table.integer(2, 4)
    if kind == _INT:
        return name, table.integer(4, 8, signed=True)
    if kind == _TEXT:
        return name, table.text(5)
    if kind == _INTS:
        ints = table.entries(9)
        return name, struct.unpack(f"<{len(ints) // 8}q", ints)
    if kind == _TENSOR:
        return name, _weight(table.table(6)).values or ()
    if kind in (_FLOAT, _FLOATS):
        return name, ()
    if kind == _TEXTS:
        return name, ",".join(table.texts(10))
    raise MalformedFileError(
        f"the attribute {name} must be numbers, a text or a tensor. "
        f"Received: type {kind}"
    )


def _weight(table: Table) -> Weight:
    name, dims, data_type = table.text(0), table.entries(2), table.integer(3, 4)
    shape = struct.unpack(f"<{len(dims) // 8}q", dims)
    raw = table.entries(4)
    if len(shape) > MOST_ENTRIES or not fits(shape, data_type, len(raw)):
        raise MalformedFileError(
            f"the weight {name} must hold as many elements as its shape says. "
            f"Received: type {data_type}, {list(shape)}, {len(raw)} bytes"
        )
    return Weight(name, shape, read_integers(raw, data_type))


def _check_edges(tables: Sequence[Table], nodes: dict[int, Node]) -> None:
    """Refuse edges from one node to another that their tensors do not have."""
    for table in tables:
        here = table.integer(0, 4)
        for number in (1, 2):
            for other, source, target in struct.iter_unpack(
                "<Iii", table.entries(number)
            ):
                writer, reader = (other, here) if number == 1 else (here, other)
                if not _is_edge(nodes, writer, reader, source, target):
                    raise MalformedFileError("edges must be those of the tensors")


def _is_edge(
    nodes: dict[int, Node], writer: int, reader: int, source: int, target: int
) -> bool:
    if writer not in nodes or reader not in nodes:
        return False
    outputs, inputs = nodes[writer].outputs, nodes[reader].inputs
    return (
        0 <= source < len(outputs)
        and 0 <= target < len(inputs)
        and outputs[source] == inputs[target]
    )


def _ordered(nodes: list[Node]) -> tuple[Node, ...]:
    """Return nodes in order of execution; operators that were fused stand last."""
    writers = {name: node for node in nodes for name in node.outputs}
    ordered: dict[int, Node] = {}
    waiting = nodes[::-1]
    entered: set[int] = set()
    while waiting:
        node = waiting[-1]
        before = (
            []
            if id(node) in entered
            else [writers[name] for name in node.inputs if name in writers]
        )
        before = [other for other in before if id(other) not in ordered]
        if id(node) in entered or not before:
            ordered.setdefault(id(node), waiting.pop())
            continue
        entered.add(id(node))
        waiting += before
    return tuple(ordered.values())
