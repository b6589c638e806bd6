"""Whether a graph can be run at a cost that its size suggests, told by its file alone.

onnxruntime does what a graph says: it opens files for weights that are stored
elsewhere, computes constants when it loads, loops for ever, and allocates what it is
asked for. So a file from a stranger is read here first. It may hold the operators of
exports alone, and shapes are followed through it for large inputs.
"""

import math
from collections.abc import Mapping
from typing import Final

from edge_runtime.bundle.manifest import GraphSpec, TensorSpec
from edge_runtime.contract import SOURCE_IDS
from edge_runtime.errors import BundleError
from edge_runtime.model.graph_file import GraphFile, Node
from edge_runtime.model.onnx_file import read_onnx
from edge_runtime.model.operators import OPERATORS, Made, Shape, Tensor
from edge_runtime.model.protobuf import MalformedFileError

_ORT_IDENTIFIER: Final = b"ORTM"

_BATCH: Final = 131
_LENGTH: Final = 127
"""Sizes at which a graph is measured: primes, which no weight has by chance."""

_CONSTANTS_PER_BYTE: Final = 9
"""Most elements computed from weights alone.

A byte of two 4-bit weights becomes an index, two integers, two weights, which are put
into shape, and may lose their padding.
"""

_WIDTHS_PER_ROOT: Final = 32
"""Most elements per position: a layer of width w has a matrix of w² elements."""

_PRODUCTS_PER_BYTE: Final = 4
"""Most products of two numbers per row (per position in an encoder): int4 has 2."""


def check_graph_file(content: bytes, spec: GraphSpec, where: str) -> None:
    """Refuse a graph that an export does not write, before onnxruntime sees it.

    Args:
        content: Content of the file.
        spec: What the manifest says about the graph.
        where: Path to name in errors.

    Raises:
        BundleError: The file is malformed, holds something that no export writes, or
            asks for more memory or time than a graph of its size and shapes needs.
    """
    try:
        graph = _read(content)
        _check(graph, spec)
    except MalformedFileError as error:
        raise BundleError(
            f"{where} is no graph that an export writes: {error}."
        ) from None


def _read(content: bytes) -> GraphFile:
    # As onnxruntime tells the two apart.
    if content[4:8] != _ORT_IDENTIFIER:
        return read_onnx(content)
    # Imported here: few bundles are made of them.
    from edge_runtime.model.ort_file import read_ort

    return read_ort(content)


def _check(graph: GraphFile, spec: GraphSpec) -> None:
    tensors = {name: Tensor(_shape_of(found)) for name, found in spec.inputs.items()}
    if sorted(graph.inputs) != sorted(tensors):
        raise MalformedFileError(
            f"its inputs must be those of the manifest, {', '.join(sorted(tensors))}. "
            f"Received: {', '.join(graph.inputs)}"
        )
    constant: set[str] = set()
    for weight in graph.weights:
        _add(tensors, weight.name, Tensor(weight.shape, weight.values, True))
        constant.add(weight.name)
    computed = _Cost()
    of_weights = _Cost()
    for node in graph.nodes:
        made = _apply(node, tensors)
        for name, tensor in zip(node.outputs, made.tensors, strict=False):
            if name:
                _add(tensors, name, tensor)
        if all(name in constant for name in node.inputs if name):
            constant.update(node.outputs)
            of_weights.add(made)
        else:
            computed.add(made)
        _check_cost(computed, of_weights, graph.size, SOURCE_IDS in spec.inputs)
    _check_outputs(graph, tensors, spec.outputs)


class _Cost:
    """Elements and products of some nodes, added up."""

    def __init__(self) -> None:
        self.elements = 0
        self.products = 0

    def add(self, made: Made) -> None:
        elements = sum(tensor.size for tensor in made.tensors) + made.workspace
        self.elements += elements
        self.products += max(made.products, elements)


def _apply(node: Node, tensors: Mapping[str, Tensor]) -> Made:
    operator = OPERATORS.get(node.operator)
    if operator is None:
        raise MalformedFileError(
            f"its operators must be those of exports. Received: {node.operator}"
        )
    fewest, most = operator.inputs
    unknown = {
        name
        for name, value in node.attributes.items()
        if name not in operator.attributes
        and value not in operator.defaults.get(name, ())
    }
    if not fewest <= len(node.inputs) <= most or unknown:
        names = ", ".join(sorted(operator.attributes)) or "none"
        raise MalformedFileError(
            f"{node.operator} must have {fewest} to {most} inputs and no attributes "
            f"but {names}. Received: {len(node.inputs)} and "
            f"{', '.join(sorted(node.attributes))}"
        )
    missing = [name for name in node.inputs if name and name not in tensors]
    if missing:
        raise MalformedFileError(f"{missing[0]} must be computed before it is read")
    made = operator.rule(
        node, [tensors[name] if name else None for name in node.inputs]
    )
    if len(node.outputs) > len(made.tensors):
        raise MalformedFileError(f"{node.operator} must not have that many outputs")
    return made


def _add(tensors: dict[str, Tensor], name: str, tensor: Tensor) -> None:
    if name in tensors:
        raise MalformedFileError(f"there must be one tensor {name}")
    tensors[name] = tensor


def _check_cost(computed: _Cost, of_weights: _Cost, size: int, encodes: bool) -> None:
    positions = _BATCH * _LENGTH
    most = _BATCH * size + positions * _WIDTHS_PER_ROOT * math.isqrt(size)
    if computed.elements > most or of_weights.elements > _CONSTANTS_PER_BYTE * size:
        raise MalformedFileError(
            f"it must not ask for more memory than a graph of {size} bytes needs"
        )
    reads = positions if encodes else _BATCH
    if computed.products > reads * _PRODUCTS_PER_BYTE * size + most or (
        of_weights.products > _CONSTANTS_PER_BYTE * size
    ):
        raise MalformedFileError(
            f"it must not compute more than a graph of {size} bytes does"
        )


def _check_outputs(
    graph: GraphFile, tensors: Mapping[str, Tensor], specs: Mapping[str, TensorSpec]
) -> None:
    if sorted(graph.outputs) != sorted(specs):
        raise MalformedFileError(
            f"its outputs must be those of the manifest, {', '.join(sorted(specs))}. "
            f"Received: {', '.join(graph.outputs)}"
        )
    for name, spec in specs.items():
        if name not in tensors:
            raise MalformedFileError(f"the output {name} must be computed")
        if tensors[name].shape != _shape_of(spec):
            raise MalformedFileError(
                f"the output {name} must have the shape {list(spec.shape)}. Received, "
                f"for {_BATCH} rows of {_LENGTH} tokens: {list(tensors[name].shape)}"
            )


def _shape_of(spec: TensorSpec) -> Shape:
    """Return the shape for a large input: open axes are rows first, then positions."""
    return tuple(
        axis if isinstance(axis, int) else (_LENGTH if place else _BATCH)
        for place, axis in enumerate(spec.shape)
    )
