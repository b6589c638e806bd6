"""The operators that exports use, and what shapes and how much work they make.

A graph of other operators is not run. Each rule takes a node and the tensors that it
reads; it returns those that the node makes, and how many products of two numbers that
takes. Sizes grow with those of the inputs, never the other way round: a rule that
could subtract sizes, or divide them, takes constants alone. So what holds of long
inputs holds of shorter ones.

Reference:
    [ONNX operators](https://onnx.ai/onnx/operators/).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from edge_runtime.model.graph_file import Attribute, Node
from edge_runtime.model.protobuf import MalformedFileError

Shape = tuple[int, ...]


class Tensor(NamedTuple):
    """A tensor of a graph, for one size of the graph's inputs.

    Attributes:
        shape: Size of each axis.
        values: Its elements where these can choose the shape of another tensor.
        constant: Whether `values` are the same for inputs of any size.
    """

    shape: Shape
    values: tuple[int, ...] | None = None
    constant: bool = False

    @property
    def size(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)


class Made(NamedTuple):
    """What a node makes.

    Attributes:
        tensors: Its outputs.
        products: How many numbers it multiplies, at least one per element.
        workspace: Elements that it allocates besides its outputs.
    """

    tensors: list[Tensor]
    products: int = 0
    workspace: int = 0


Inputs = Sequence[Tensor | None]
"""What a node reads; `None` for an input that is left out."""

Rule = Callable[[Node, Inputs], Made]


@dataclass(frozen=True)
class Operator:
    """An operator that exports use.

    Attributes:
        rule: What it makes.
        inputs: Fewest and most inputs.
        attributes: Names of attributes that it may have.
        defaults: Attributes that it may have with one of these values, which is what
            onnxruntime writes into `.ort` files where an attribute is left out.
    """

    rule: Rule
    inputs: tuple[int, int]
    attributes: frozenset[str] = frozenset()
    defaults: Mapping[str, tuple[Attribute, ...]] = field(default_factory=dict)


def _same(node: Node, inputs: Inputs) -> Made:
    return Made([Tensor(_given(inputs, 0).shape)])


def _broadcast(node: Node, inputs: Inputs) -> Made:
    tensors = [_given(inputs, index) for index in range(len(inputs))]
    values = None
    if node.operator == "Sub":
        first, second = tensors
        if first.values and second.values and first.constant and second.constant:
            values = tuple(
                a - b for a, b in zip(first.values, second.values, strict=False)
            )
    shape = broadcast([tensor.shape for tensor in tensors])
    return Made([Tensor(shape, values, values is not None)])


def _concat(node: Node, inputs: Inputs) -> Made:
    tensors = [_given(inputs, index) for index in range(len(inputs))]
    rank = len(tensors[0].shape)
    axis = _axis(_integer(node, "axis"), rank)
    shapes = [tensor.shape for tensor in tensors]
    _require(
        len({(*shape[:axis], *shape[axis + 1 :], len(shape)) for shape in shapes}) == 1,
        node,
        "inputs of one shape but for the joined axis",
    )
    shape = _with(shapes[0], axis, sum(shape[axis] for shape in shapes))
    values = None
    if rank == 1 and all(tensor.values is not None for tensor in tensors):
        values = tuple(value for tensor in tensors for value in tensor.values or ())
    return Made([Tensor(shape, values, all(tensor.constant for tensor in tensors))])


def _constant_of_shape(node: Node, inputs: Inputs) -> Made:
    shape = _constants(node, inputs, 0)
    _require(len(shape) == 1 and 0 <= shape[0] <= _MOST_AXES, node, "a few elements")
    value = _integers(node, "value")
    _require(len(value) == 1, node, "one integer")
    return Made([Tensor(shape, value * shape[0], True)])


def _shape(node: Node, inputs: Inputs) -> Made:
    tensor = _given(inputs, 0)
    # The shape of a shape is a number of axes, whatever the sizes are.
    return Made([Tensor((len(tensor.shape),), tensor.shape, tensor.values is not None)])


def _gather(node: Node, inputs: Inputs) -> Made:
    table, places = _given(inputs, 0).shape, _given(inputs, 1).shape
    axis = _axis(_integer(node, "axis", 0), len(table))
    return Made([Tensor((*table[:axis], *places, *table[axis + 1 :]))])


def _gather_blocks(node: Node, inputs: Inputs) -> Made:
    table, places, scales = (_given(inputs, index).shape for index in range(3))
    _require(
        _integer(node, "bits") == 4
        and _integer(node, "gather_axis") == 0
        and _integer(node, "quantize_axis") == 1
        and len(table) == 2,
        node,
        "rows of 4 bits",
    )
    width = 2 * table[1]
    blocks = _blocks(node, width)
    _require(scales == (table[0], blocks), node, "a scale per block")
    return Made([Tensor((*places, width))])


def _matmul(node: Node, inputs: Inputs) -> Made:
    first, second = _given(inputs, 0).shape, _given(inputs, 1).shape
    _require(
        len(first) >= 2 and len(second) >= 2 and first[-1] == second[-2],
        node,
        "matrices that can be multiplied",
    )
    batch = broadcast([first[:-2], second[:-2]])
    _scalars(node, inputs[2:])
    shape = (*batch, first[-2], second[-1])
    return Made([Tensor(shape)], math.prod(shape) * first[-1])


def _dynamic_matmul(node: Node, inputs: Inputs) -> Made:
    first, second = _given(inputs, 0).shape, _given(inputs, 1).shape
    _require(
        len(first) >= 2 and len(second) == 2 and first[-1] == second[0],
        node,
        "matrices that can be multiplied",
    )
    columns = second[1]
    _require(_given(inputs, 2).shape in ((), (1,), (columns,)), node, "scales")
    for extra in inputs[3:]:
        _require(
            extra is None or extra.shape in ((), (1,), (columns,)), node, "columns"
        )
    shape = (*first[:-1], columns)
    # What it reads is rounded into a tensor of its own.
    return Made([Tensor(shape)], math.prod(shape) * first[-1], math.prod(first))


def _matmul_blocks(node: Node, inputs: Inputs) -> Made:
    first, packed, scales = (_given(inputs, index).shape for index in range(3))
    columns, width = _integer(node, "N"), _integer(node, "K")
    _require(_integer(node, "bits") == 4, node, "4 bits")
    blocks = _blocks(node, width)
    _require(
        len(first) >= 1
        and first[-1] == width
        and packed == (columns, blocks, _integer(node, "block_size") // 2)
        and scales in ((columns, blocks), (columns * blocks,)),
        node,
        "a matrix of N rows and K columns",
    )
    bias = inputs[5] if len(inputs) > 5 else None
    _require(bias is None or bias.shape == (columns,), node, "a bias of N numbers")
    _require(inputs[3:5] in ([], [None], [None, None]), node, "no zero points")
    shape = (*first[:-1], columns)
    return Made([Tensor(shape)], math.prod(shape) * width, math.prod(first))


def _gemm(node: Node, inputs: Inputs) -> Made:
    first, second = _given(inputs, 0).shape, _given(inputs, 1).shape
    _require(len(first) == 2 and len(second) == 2, node, "matrices")
    if _integer(node, "transB", 0):
        second = second[::-1]
    _require(first[1] == second[0], node, "matrices that can be multiplied")
    shape = (first[0], second[1])
    bias = inputs[2] if len(inputs) > 2 else None
    _require(bias is None or broadcast([bias.shape, shape]) == shape, node, "a bias")
    return Made([Tensor(shape)], math.prod(shape) * first[1])


def _pool(node: Node, inputs: Inputs) -> Made:
    shape = _given(inputs, 0).shape
    _require(len(shape) >= 3, node, "channels and places")
    return Made([Tensor((*shape[:2], *(1 for _ in shape[2:])))])


def _quantize(node: Node, inputs: Inputs) -> Made:
    _scalars(node, inputs[1:])
    return Made([Tensor(_given(inputs, 0).shape)])


def _quantize_dynamically(node: Node, inputs: Inputs) -> Made:
    return Made([Tensor(_given(inputs, 0).shape), Tensor(()), Tensor(())])


_DIRECTIONS = {"forward": 1, "reverse": 1, "bidirectional": 2}


def _recurrence(gates: int) -> Rule:
    def rule(node: Node, inputs: Inputs) -> Made:
        direction = str(node.attributes.get("direction", "forward"))
        directions = _DIRECTIONS.get(direction, 0)
        units = _integer(node, "hidden_size")
        shape = _given(inputs, 0).shape
        _require(
            directions > 0 and len(shape) == 3 and units > 0,
            node,
            "sequences and a direction",
        )
        length, batch, features = shape
        rows = gates * units
        expected: list[Shape] = [
            (directions, rows, features),
            (directions, rows, units),
            (directions, 2 * rows),
            (batch,),
        ]
        found = [_given(inputs, index).shape for index in (1, 2, 3, 4)]
        _require(found == expected, node, f"weights of {units} units, and lengths")
        state = Tensor((directions, batch, units))
        outputs = Tensor((length, directions, batch, units))
        states = [state, state] if gates == 4 else [state]
        steps = length * batch * rows * directions
        return Made([outputs, *states], steps * (features + units), steps)

    return rule


def _reduce(node: Node, inputs: Inputs) -> Made:
    shape = _given(inputs, 0).shape
    axes = _constants(node, inputs, 1) if len(inputs) > 1 else _integers(node, "axes")
    _require(len(axes) > 0, node, "axes")
    reduced = {_axis(axis, len(shape)) for axis in axes}
    keep = _integer(node, "keepdims", 1)
    return Made(
        [
            Tensor(
                tuple(
                    1 if axis in reduced else size
                    for axis, size in enumerate(shape)
                    if keep or axis not in reduced
                )
            )
        ]
    )


def _reshape(node: Node, inputs: Inputs) -> Made:
    tensor, wanted = _given(inputs, 0), _given(inputs, 1)
    _require(
        wanted.values is not None and len(wanted.values) <= _MOST_AXES,
        node,
        "a shape that inputs do not choose",
    )
    shape: list[int] = []
    for axis, size in enumerate(wanted.values or ()):
        _require(size != 0 or axis < len(tensor.shape), node, "an axis to keep")
        shape.append(tensor.shape[axis] if size == 0 else size)
    if -1 in shape:
        _require(wanted.constant and shape.count(-1) == 1, node, "one open axis")
        rest = -math.prod(shape)
        _require(rest > 0 and tensor.size % rest == 0, node, "as many elements")
        shape[shape.index(-1)] = tensor.size // rest
    _require(
        min(shape, default=1) >= 0 and math.prod(shape) == tensor.size,
        node,
        "as many elements as before",
    )
    return Made([Tensor(tuple(shape))])


def _slice(node: Node, inputs: Inputs) -> Made:
    shape = list(_given(inputs, 0).shape)
    starts, ends, axes = (_constants(node, inputs, index) for index in (1, 2, 3))
    _require(len(starts) == len(ends) == len(axes), node, "bounds per axis")
    for start, end, axis in zip(starts, ends, axes, strict=True):
        place = _axis(axis, len(shape))
        # No negative bounds: with them, less of a long input could be left.
        _require(0 <= start <= end, node, "bounds counted from the beginning")
        shape[place] = max(0, min(end, shape[place]) - start)
    return Made([Tensor(tuple(shape))])


def _split(node: Node, inputs: Inputs) -> Made:
    shape, parts = _given(inputs, 0).shape, len(node.outputs)
    axis = _axis(_integer(node, "axis", 0), len(shape))
    if len(inputs) > 1:
        sizes = _constants(node, inputs, 1)
        _require(
            len(sizes) == parts
            and min(sizes, default=-1) >= 0
            and sum(sizes) == shape[axis],
            node,
            "a size per part",
        )
    else:
        _require(
            _integer(node, "num_outputs", parts) == parts and shape[axis] % parts == 0,
            node,
            "equal parts",
        )
        sizes = (shape[axis] // parts,) * parts
    return Made([Tensor(_with(shape, axis, size)) for size in sizes])


def _squeeze(node: Node, inputs: Inputs) -> Made:
    shape = _given(inputs, 0).shape
    axes = {_axis(axis, len(shape)) for axis in _constants(node, inputs, 1)}
    _require(all(shape[axis] == 1 for axis in axes), node, "axes of size 1")
    return Made(
        [Tensor(tuple(size for axis, size in enumerate(shape) if axis not in axes))]
    )


def _unsqueeze(node: Node, inputs: Inputs) -> Made:
    shape, added = _given(inputs, 0).shape, _constants(node, inputs, 1)
    rank = len(shape) + len(added)
    axes = {_axis(axis, rank) for axis in added}
    _require(len(axes) == len(added), node, "different axes")
    sizes = iter(shape)
    return Made(
        [Tensor(tuple(1 if axis in axes else next(sizes) for axis in range(rank)))]
    )


def _transpose(node: Node, inputs: Inputs) -> Made:
    shape = _given(inputs, 0).shape
    order = _integers(node, "perm")
    _require(sorted(order) == list(range(len(shape))), node, "each axis once")
    return Made([Tensor(tuple(shape[axis] for axis in order))])


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """Return the shape that tensors have together."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    sizes = [set(axis) - {1} for axis in zip(*padded, strict=True)]
    if any(len(size) > 1 for size in sizes):
        raise MalformedFileError(f"shapes must fit together. Received: {shapes}")
    return tuple(next(iter(size), 1) for size in sizes)


def _given(inputs: Inputs, index: int) -> Tensor:
    tensor = inputs[index]
    if tensor is None:
        raise MalformedFileError(f"input {index} of an operator must not be left out")
    return tensor


def _constants(node: Node, inputs: Inputs, index: int) -> tuple[int, ...]:
    """Return an input that chooses a shape, and is the same whatever is translated."""
    tensor = _given(inputs, index)
    _require(tensor.constant and tensor.values is not None, node, "constants")
    return tensor.values or ()


def _scalars(node: Node, inputs: Inputs) -> None:
    for tensor in inputs:
        _require(tensor is None or tensor.size == 1, node, "one scale, one zero point")


def _blocks(node: Node, width: int) -> int:
    size = _integer(node, "block_size")
    _require(size in (16, 32, 64, 128, 256) and width > 0, node, "blocks")
    return -(-width // size)


def _integer(node: Node, name: str, default: int | None = None) -> int:
    value = node.attributes.get(name, default)
    if not isinstance(value, int):
        raise MalformedFileError(f"{node.operator} must have an integer as {name}")
    return value


def _integers(node: Node, name: str) -> tuple[int, ...]:
    value = node.attributes.get(name, ())
    if not isinstance(value, tuple):
        raise MalformedFileError(f"{node.operator} must have integers as {name}")
    return value


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise MalformedFileError(f"there is no axis {axis} of {rank}")
    return axis % rank


def _with(shape: Shape, axis: int, size: int) -> Shape:
    return (*shape[:axis], size, *shape[axis + 1 :])


def _require(holds: bool, node: Node, what: str) -> None:
    if not holds:
        raise MalformedFileError(f"{node.operator} must have {what}")


_MOST_AXES = 8


def _operator(
    rule: Rule, fewest: int, most: int, *attributes: str, **defaults: Attribute
) -> Operator:
    allowed = {name: (value,) for name, value in defaults.items()}
    return Operator(rule, (fewest, most), frozenset(attributes), allowed)


_ELEMENTWISE = _operator(_same, 1, 1)
_PAIRWISE = _operator(_broadcast, 2, 2)
_REDUCTION = _operator(_reduce, 1, 2, "axes", "keepdims", "noop_with_empty_axes")
_GEMM_DEFAULTS: Final[Mapping[str, Attribute]] = {"alpha": (), "beta": (), "transA": 0}
_RECURRENT = ("direction", "hidden_size")

OPERATORS: Final[Mapping[str, Operator]] = {
    "Abs": _ELEMENTWISE,
    "Add": _PAIRWISE,
    "Cast": _operator(_same, 1, 1, "to"),
    "Concat": _operator(_concat, 1, 16, "axis"),
    "ConstantOfShape": _operator(_constant_of_shape, 1, 1, "value"),
    "DequantizeLinear": _operator(_quantize, 2, 3, axis=1),
    "Div": _PAIRWISE,
    "DynamicQuantizeLinear": _operator(_quantize_dynamically, 1, 1),
    "Equal": _PAIRWISE,
    "GRU": _operator(
        _recurrence(3), 5, 5, *_RECURRENT, "linear_before_reset", layout=0
    ),
    "Gather": _operator(_gather, 2, 2, "axis"),
    "Gemm": _operator(_gemm, 2, 3, "transB", **_GEMM_DEFAULTS),
    "GlobalAveragePool": _operator(_pool, 1, 1),
    "Identity": _ELEMENTWISE,
    "LSTM": _operator(_recurrence(4), 5, 5, *_RECURRENT, layout=0, input_forget=0),
    "LogSoftmax": _operator(_same, 1, 1, "axis"),
    "MatMul": _operator(_matmul, 2, 2),
    "MatMulInteger": _operator(_matmul, 2, 4),
    "Max": _PAIRWISE,
    "Mul": _PAIRWISE,
    "Neg": _ELEMENTWISE,
    "Not": _ELEMENTWISE,
    "QuantizeLinear": _operator(_quantize, 2, 3, axis=1),
    "RNN": Operator(
        _recurrence(1),
        (5, 5),
        frozenset(_RECURRENT),
        {"layout": (0,), "activations": ("Tanh", "Tanh,Tanh")},
    ),
    "Reciprocal": _ELEMENTWISE,
    "ReduceMax": _REDUCTION,
    "ReduceMean": _REDUCTION,
    "ReduceSum": _REDUCTION,
    "Reshape": _operator(_reshape, 2, 2, allowzero=0),
    "Shape": _operator(_shape, 1, 1, start=0),
    "Sigmoid": _ELEMENTWISE,
    "Slice": _operator(_slice, 4, 4),
    "Softmax": _operator(_same, 1, 1, "axis"),
    "Split": _operator(_split, 1, 2, "axis", "num_outputs"),
    "Sqrt": _ELEMENTWISE,
    "Squeeze": _operator(_squeeze, 2, 2),
    "Sub": _PAIRWISE,
    "Tanh": _ELEMENTWISE,
    "Transpose": _operator(_transpose, 1, 1, "perm"),
    "Unsqueeze": _operator(_unsqueeze, 2, 2),
    "Where": _operator(_broadcast, 3, 3),
    "com.microsoft.DynamicQuantizeMatMul": _operator(_dynamic_matmul, 3, 5),
    "com.microsoft.FusedGemm": _operator(
        _gemm, 2, 3, "activation", "transB", **_GEMM_DEFAULTS
    ),
    "com.microsoft.GatherBlockQuantized": _operator(
        _gather_blocks, 3, 3, "bits", "block_size", "gather_axis", "quantize_axis"
    ),
    "com.microsoft.MatMulNBits": _operator(
        _matmul_blocks,
        3,
        6,
        "K",
        "N",
        "accuracy_level",
        "bits",
        "block_size",
        weight_prepacked=0,
    ),
}
"""What exports hold, and what onnxruntime makes of it when it saves `.ort` files."""
