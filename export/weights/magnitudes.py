"""How large the values of a tensor can become, as far as its graph tells."""

import math
from collections.abc import Mapping

import numpy as np
import onnx

from edge_runtime.contract import decoder_state, next_decoder_state
from export.graph.editable_graph import EditableGraph, attribute

_MOVING = (
    *("Gather", "Identity", "Reshape", "Slice", "Split", "Squeeze", "Transpose"),
    "Unsqueeze",
)
"""Operators that move the values of their first input and compute nothing."""


class Magnitudes:
    """Bounds of the absolute values of a graph's tensors.

    States of recurrent cells stay within -1 and 1, and so does a context, which is a
    mean of them; a matmul has no bound that would be of use.

    Args:
        graph: Where the tensors are.
        of_inputs: Bounds of the graph's inputs. Those not named may be of any size.
    """

    def __init__(self, graph: EditableGraph, of_inputs: Mapping[str, float]) -> None:
        self._weights = graph.weights
        self._producers = {name: node for node in graph.nodes for name in node.output}
        self._known = {name: of_inputs.get(name, math.inf) for name in graph.inputs}

    def __getitem__(self, tensor: str) -> float:
        """Return the bound of a tensor, infinite where there is none."""
        if tensor not in self._known:
            self._known[tensor] = self._find(tensor)
        return self._known[tensor]

    def _find(self, tensor: str) -> float:
        if tensor in self._weights:
            return float(np.abs(self._weights[tensor]).max(initial=0))
        node = self._producers[tensor]
        inputs = list(node.input)
        bound = math.inf
        match node.op_type:
            case "Tanh" | "Sigmoid" | "Softmax":
                bound = 1.0
            case "RNN" | "GRU" | "LSTM" if tensor in node.output[:2]:
                # Not the cells of an LSTM, which only ever grow.
                bound = 1.0 if _is_usual(node) else math.inf
            case "Concat":
                bound = max(self[name] for name in inputs)
            case kind if kind in _MOVING:
                bound = self[inputs[0]]
            case "MatMul" if self._origin(inputs[0]) == "Softmax":
                bound = self[inputs[1]]  # of which it is a mean
            case "Add":
                bound = self._sum(*inputs)
            case "Sub":
                bound = self[inputs[0]] + self[inputs[1]]
            case "Mul":
                factors = [self[name] for name in inputs]
                bound = math.prod(factors) if all(factors) else 0.0
        return bound

    def _sum(self, new: str, change: str) -> float:
        gated = self._producers.get(change)
        if gated is not None and gated.op_type == "Mul":
            gate, difference = gated.input
            between = self._producers.get(difference)
            if (
                between is not None
                and between.op_type == "Sub"
                and between.input[1] == new
                and self._origin(gate) == "Sigmoid"
            ):
                # new + gate * (old - new) lies between the two.
                return max(self[new], self[between.input[0]])
        return self[new] + self[change]

    def _origin(self, tensor: str) -> str:
        """Return the operator that computed a tensor's values, wherever they moved."""
        node = self._producers.get(tensor)
        while node is not None and node.op_type in _MOVING:
            node = self._producers.get(node.input[0])
        return "" if node is None else node.op_type


def magnitudes_of_step(encoder: EditableGraph, step: EditableGraph) -> dict[str, float]:
    """Return the bounds of a decoder step's inputs that hold at every step.

    Args:
        encoder: Computes the inputs of the first step.
        step: Computes the states of every other.
    """
    of_encoder = Magnitudes(encoder, {})
    found = {name: of_encoder[name] for name in encoder.outputs}
    index = 0
    while decoder_state(index) in step.inputs:
        # Holds at every step if it holds at the first and one keeps it for the next.
        after = Magnitudes(step, found)[next_decoder_state(index)]
        if after > found[decoder_state(index)]:
            found[decoder_state(index)] = math.inf
            index = 0
        else:
            index += 1
    return {name: found[name] for name in step.inputs if name in found}


def _is_usual(node: onnx.NodeProto) -> bool:
    """Whether an operator starts from zero and squashes as the papers have it."""
    starts = len(node.input) > 5 and node.input[5]
    return not starts and attribute(node, "activations") is None
