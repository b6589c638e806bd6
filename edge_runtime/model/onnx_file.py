"""Reading the nodes and the shapes of weights from an ONNX file.

Only fields that an export writes are known: none for external data, functions,
subgraphs, sparse weights or training.

Reference:
    [onnx.proto](https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from typing import TypeVar

from edge_runtime.model.graph_file import (
    INT64,
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
from edge_runtime.model.protobuf import (
    MalformedFileError,
    Value,
    all_bytes,
    all_ints,
    all_texts,
    read_message,
    the_bytes,
    the_int,
    the_text,
)

_Entries = TypeVar("_Entries", list[memoryview], tuple[int, ...], tuple[str, ...])

_MODEL = {
    1: "ir_version", 2: "producer_name", 3: "producer_version", 4: "domain",
    5: "model_version", 6: "doc_string", 7: "graph", 8: "opset_import",
    14: "metadata_props",
}  # fmt: skip
_OPERATOR_SET = {1: "domain", 2: "version"}
_GRAPH = {
    1: "node",
    2: "name",
    5: "initializer",
    10: "doc_string",
    11: "input",
    12: "output",
}
_NODE = {
    1: "input", 2: "output", 3: "name", 4: "op_type", 5: "attribute", 6: "doc_string",
    7: "domain",
}  # fmt: skip
_ATTRIBUTE = {
    1: "name", 2: "f", 3: "i", 4: "s", 5: "t", 8: "ints", 13: "doc_string", 20: "type",
}  # fmt: skip
_TENSOR = {1: "dims", 2: "data_type", 7: "int64_data", 8: "name", 9: "raw_data"}
_VALUE_INFO = {1: "name", 2: "type", 3: "doc_string"}
_TYPE = {1: "tensor_type", 6: "denotation"}
_TENSOR_TYPE = {1: "elem_type", 2: "shape"}
_SHAPE = {1: "dim"}
_DIMENSION = {1: "dim_value", 2: "dim_param", 3: "denotation"}
_REPEATED = frozenset(
    "opset_import metadata_props node initializer input output attribute ints dims "
    "int64_data dim".split()
)
_INT, _TEXT, _WEIGHT, _INTS = 2, 3, 4, 7


def read_onnx(content: bytes) -> GraphFile:
    """Return what an ONNX file declares.

    Args:
        content: Content of the file; weights are skipped, not read.

    Raises:
        MalformedFileError: It is no ONNX file, or holds what no export writes.
    """
    model = _read(memoryview(content), _MODEL, "the model")
    _check_operator_sets(all_bytes(model, "opset_import"))
    graph = _read(the_bytes(model, "graph"), _GRAPH, "the graph")
    nodes = _at_most(all_bytes(graph, "node"), MOST_NODES, "nodes")
    weights = _at_most(all_bytes(graph, "initializer"), MOST_WEIGHTS, "weights")
    return GraphFile(
        inputs=tuple(_value_name(entry) for entry in all_bytes(graph, "input")),
        outputs=tuple(_value_name(entry) for entry in all_bytes(graph, "output")),
        weights=tuple(_weight(entry) for entry in weights),
        nodes=tuple(_node(entry) for entry in nodes),
        size=len(content),
    )


def _read(
    message: memoryview, known: dict[int, str], kind: str
) -> dict[str, list[Value]]:
    return read_message(message, known, _REPEATED, kind)


def _check_operator_sets(entries: list[memoryview]) -> None:
    versions: dict[str, int] = {}
    for entry in entries:
        fields = _read(entry, _OPERATOR_SET, "an operator set")
        versions[the_text(fields, "domain")] = the_int(fields, "version")
    known = all(
        version in OPERATOR_SETS.get(domain, ()) for domain, version in versions.items()
    )
    if not known or "" not in versions or len(versions) < len(entries):
        raise MalformedFileError(
            f"operator sets must be those of an export. Received: {versions}"
        )


def _value_name(message: memoryview) -> str:
    """Return the name of an input or output; onnxruntime tells those of its axes."""
    fields = _read(message, _VALUE_INFO, "an input or output")
    kind = _read(the_bytes(fields, "type"), _TYPE, "a type")
    tensor = _read(the_bytes(kind, "tensor_type"), _TENSOR_TYPE, "a tensor type")
    shape = _read(the_bytes(tensor, "shape"), _SHAPE, "a shape")
    for axis in _at_most(all_bytes(shape, "dim"), MOST_ENTRIES, "axes"):
        the_text(_read(axis, _DIMENSION, "an axis"), "dim_param")
    return the_text(fields, "name")


def _node(message: memoryview) -> Node:
    fields = _read(message, _NODE, "a node")
    operator = full_name(the_text(fields, "domain"), the_text(fields, "op_type"))
    attributes: dict[str, Attribute] = {}
    for entry in _at_most(all_bytes(fields, "attribute"), MOST_ENTRIES, "attributes"):
        name, value = _attribute(entry)
        if name in attributes:
            raise MalformedFileError(f"{operator} must have one attribute {name}")
        attributes[name] = value
    return Node(
        operator,
        _at_most(all_texts(fields, "input"), MOST_ENTRIES, "inputs"),
        _at_most(all_texts(fields, "output"), MOST_ENTRIES, "outputs"),
        attributes,
    )


def _attribute(message: memoryview) -> tuple[str, Attribute]:
    fields = _read(message, _ATTRIBUTE, "an attribute")
    name, kind = the_text(fields, "name"), the_int(fields, "type")
    value: Attribute
    if kind == _INT:
        value = the_int(fields, "i")
    elif kind == _INTS:
        value = all_ints(fields, "ints")
    elif kind == _TEXT:
        value = the_text(fields, "s")
    elif kind == _WEIGHT:
        value = _weight(the_bytes(fields, "t")).values or ()
    else:
        raise MalformedFileError(
            f"the attribute {name} must be integers, a text or a tensor. "
            f"Received: type {kind}"
        )
    return name, value


def _weight(message: memoryview) -> Weight:
    fields = _read(message, _TENSOR, "a weight")
    name, data_type = the_text(fields, "name"), the_int(fields, "data_type")
    shape = _at_most(all_ints(fields, "dims"), MOST_ENTRIES, "axes")
    raw = the_bytes(fields, "raw_data")
    if "int64_data" in fields:
        # Only the value of `ConstantOfShape` is written like this.
        values: tuple[int, ...] | None = all_ints(fields, "int64_data")
        complete = not raw and data_type == INT64 and shape == (len(values or ()),)
    else:
        values = read_integers(raw, data_type)
        complete = fits(shape, data_type, len(raw))
    if not complete:
        raise MalformedFileError(
            f"the weight {name} must hold as many elements as its shape says. "
            f"Received: type {data_type}, {list(shape)}, {len(raw)} bytes"
        )
    return Weight(name, shape, values)


def _at_most(entries: _Entries, most: int, what: str) -> _Entries:
    if len(entries) > most:
        raise MalformedFileError(f"there must be at most {most} {what}")
    return entries
