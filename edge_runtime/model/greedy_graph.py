"""A graph that searches greedily: the decoder step as the body of a loop.

    token = bos
    while token is not eos and not max_length tokens are there:
        log_probs, states, alignment = step(token, states)
        token = the most probable one

The nodes and weights of the step are those of its file, so the loop computes what its
steps compute, bit for bit. What costs nothing anymore is everything between two steps.

Reference:
    [Loop](https://onnx.ai/onnx/operators/onnx__Loop.html).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from edge_runtime.bundle.manifest import GraphSpec, TensorSpec
from edge_runtime.contract import (
    ALIGNMENT,
    DECODER_STATE_PREFIX,
    EOS_ID,
    LOG_PROBS,
    TOKEN_IDS,
    decoder_state,
    next_decoder_state,
)
from edge_runtime.model.protobuf import read_whole_fields
from edge_runtime.model.protobuf_writer import written

MAX_LENGTH: Final = "greedy.max_length"
"""Most tokens, int64, shape `()`."""

FIRST_TOKEN: Final = "greedy.first_token"
"""What is fed first, int32, shape `(1,)`."""

TOKENS: Final = "greedy.tokens"
"""Tokens with eos, int64, shape `(target_length, 1, 1)`."""

TOKEN_LOG_PROBS: Final = "greedy.token_log_probs"
"""Log-prob of each token, float32, shape `(target_length, 1, 1)`."""

ALIGNMENTS: Final = "greedy.alignments"
"""Alignment of each token, float32, shape `(target_length, 1, source_length)`."""

_MODEL_GRAPH = 7
_NODE, _GRAPH_NAME, _INITIALIZER, _INPUT, _OUTPUT = 1, 2, 5, 11, 12
_NODE_INPUT, _NODE_OUTPUT, _OPERATOR, _ATTRIBUTE = 1, 2, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_INT, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TYPE = 1, 3, 6, 20
_TYPE_INT, _TYPE_GRAPH = 2, 5
_DIMS, _DATA_TYPE, _TENSOR_NAME, _RAW_DATA = 1, 2, 8, 9
_DTYPES: Final = {"float32": 1, "int32": 6, "int64": 7, "bool": 9, "float16": 10}


def start_of(state: str) -> str:
    """Return the name of the input that a decoder state begins with."""
    return f"greedy.{state}"


def greedy_graph(step: bytes, spec: GraphSpec) -> bytes:
    """Return an ONNX file that searches greedily for one sentence.

    Its inputs are `MAX_LENGTH`, `FIRST_TOKEN`, the decoder states under the names of
    `start_of` and what the attention reads; its outputs are `TOKENS`,
    `TOKEN_LOG_PROBS` and, with attention, `ALIGNMENTS`. The loop ends at eos.

    Args:
        step: Content of the step's ONNX file.
        spec: What the manifest says about the step.

    Raises:
        MalformedFileError: The file is no ONNX file.
    """
    around, graph = [], memoryview(b"")
    for number, value, field in read_whole_fields(memoryview(step)):
        if number == _MODEL_GRAPH and isinstance(value, memoryview):
            graph = value
        else:
            around.append(field)
    loop = _loop(graph, spec)
    return b"".join([*around, written(_MODEL_GRAPH, loop)])


def _loop(graph: memoryview, spec: GraphSpec) -> bytes:
    """Return the graph around the loop."""
    count = sum(name.startswith(DECODER_STATE_PREFIX) for name in spec.inputs)
    states = [decoder_state(index) for index in range(count)]
    read = [name for name in spec.inputs if name not in (TOKEN_IDS, *states)]
    unread = [f"greedy.last.{name}" for name in (TOKEN_IDS, *states)]
    one = TensorSpec("int32", (1,))
    steps = [_of_step("int64", 1), _of_step("float32", 1)]
    outputs = [TOKENS, TOKEN_LOG_PROBS]
    if ALIGNMENT in spec.outputs:
        outputs.append(ALIGNMENTS)
        steps.append(_of_step("float32", "source"))
    loop = _node(
        "Loop",
        [MAX_LENGTH, "greedy.true", FIRST_TOKEN, *map(start_of, states)],
        [*unread, *outputs],
        _graph_attribute("body", _body(graph, spec, states)),
    )
    return b"".join(
        [
            written(_NODE, loop),
            written(_GRAPH_NAME, "greedy search"),
            written(_INITIALIZER, _tensor("greedy.true", "bool", (), b"\x01")),
            _declared(_INPUT, MAX_LENGTH, TensorSpec("int64", ())),
            _declared(_INPUT, FIRST_TOKEN, one),
            *(_declared(_INPUT, start_of(name), spec.inputs[name]) for name in states),
            *(_declared(_INPUT, name, spec.inputs[name]) for name in read),
            *(
                _declared(_OUTPUT, name, tensor)
                for name, tensor in zip(outputs, steps, strict=True)
            ),
        ]
    )


def _of_step(dtype: str, width: int | str) -> TensorSpec:
    """Return one row a token."""
    return TensorSpec(dtype, ("target", 1, width))


def _body(graph: memoryview, spec: GraphSpec, states: Sequence[str]) -> bytes:
    """Return what is computed for every token: the step, and its choice."""
    kept = [
        field
        for number, _, field in read_whole_fields(graph)
        if number in (_NODE, _INITIALIZER)
    ]
    choice = [
        _node(
            "TopK",
            [LOG_PROBS, "greedy.one"],
            ["greedy.log_prob", "greedy.token"],
            # Among equals it chooses the lowest id, as every search here does.
            _int_attribute("sorted", 1),
        ),
        _node("Reshape", ["greedy.token", "greedy.one"], ["greedy.chosen"]),
        _node(
            "Cast",
            ["greedy.chosen"],
            ["greedy.next_token"],
            _int_attribute("to", _DTYPES["int32"]),
        ),
        _node("Equal", ["greedy.next_token", "greedy.eos"], ["greedy.is_eos"]),
        _node("Not", ["greedy.is_eos"], ["greedy.not_eos"]),
        _node("Squeeze", ["greedy.not_eos"], ["greedy.goes_on"]),
    ]
    following = [next_decoder_state(index) for index in range(len(states))]
    constants = [
        _tensor("greedy.one", "int64", (1,), (1).to_bytes(8, "little")),
        _tensor("greedy.eos", "int32", (1,), EOS_ID.to_bytes(4, "little")),
    ]
    inputs = [
        ("greedy.iteration", TensorSpec("int64", ())),
        ("greedy.continues", TensorSpec("bool", ())),
        *((name, spec.inputs[name]) for name in (TOKEN_IDS, *states)),
    ]
    outputs = [
        ("greedy.goes_on", TensorSpec("bool", ())),
        ("greedy.next_token", TensorSpec("int32", (1,))),
        *((name, spec.outputs[name]) for name in following),
        ("greedy.token", TensorSpec("int64", (1, 1))),
        ("greedy.log_prob", TensorSpec("float32", (1, 1))),
    ]
    if ALIGNMENT in spec.outputs:
        outputs.append((ALIGNMENT, spec.outputs[ALIGNMENT]))
    return b"".join(
        [
            *kept,
            *(written(_NODE, node) for node in choice),
            written(_GRAPH_NAME, "step"),
            *(written(_INITIALIZER, constant) for constant in constants),
            *(_declared(_INPUT, *tensor) for tensor in inputs),
            *(_declared(_OUTPUT, *tensor) for tensor in outputs),
        ]
    )


def _node(
    operator: str, inputs: Iterable[str], outputs: Iterable[str], attribute: bytes = b""
) -> bytes:
    return b"".join(
        [
            *(written(_NODE_INPUT, name) for name in inputs),
            *(written(_NODE_OUTPUT, name) for name in outputs),
            written(_OPERATOR, operator),
            attribute and written(_ATTRIBUTE, attribute),
        ]
    )


def _int_attribute(name: str, value: int) -> bytes:
    return b"".join(
        [
            written(_ATTRIBUTE_NAME, name),
            written(_ATTRIBUTE_INT, value),
            written(_ATTRIBUTE_TYPE, _TYPE_INT),
        ]
    )


def _graph_attribute(name: str, graph: bytes) -> bytes:
    return b"".join(
        [
            written(_ATTRIBUTE_NAME, name),
            written(_ATTRIBUTE_GRAPH, graph),
            written(_ATTRIBUTE_TYPE, _TYPE_GRAPH),
        ]
    )


def _tensor(name: str, dtype: str, shape: Sequence[int], content: bytes) -> bytes:
    return b"".join(
        [
            *(written(_DIMS, size) for size in shape),
            written(_DATA_TYPE, _DTYPES[dtype]),
            written(_TENSOR_NAME, name),
            written(_RAW_DATA, content),
        ]
    )


def _declared(field: int, name: str, tensor: TensorSpec) -> bytes:
    """Return an input or output of a graph: its name, type and shape."""
    axes = [
        written(1, written(1, axis) if isinstance(axis, int) else written(2, axis))
        for axis in tensor.shape
    ]
    kind = written(1, _DTYPES[tensor.dtype]) + written(2, b"".join(axes))
    return written(field, written(1, name) + written(2, written(1, kind)))
