"""An ONNX graph as nodes and numpy weights that can be changed."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

Array = npt.NDArray[Any]


class EditableGraph:
    """A graph under change; `to_model` orders its nodes and drops what serves nothing.

    Names of nodes, weights and tensors between them are those of the model until
    `to_model` gives others.

    Args:
        model: The model to change; it stays as it is.

    Attributes:
        nodes: The nodes, in any order.
        weights: The constants, by name.
    """

    def __init__(self, model: onnx.ModelProto) -> None:
        self._model = onnx.ModelProto()
        self._model.CopyFrom(model)
        self.nodes: list[onnx.NodeProto] = list(self._model.graph.node)
        self.weights: dict[str, Array] = {
            tensor.name: numpy_helper.to_array(tensor)
            for tensor in self._model.graph.initializer
        }
        self.inputs = [value.name for value in self._model.graph.input]
        self.outputs = [value.name for value in self._model.graph.output]
        self._number = 0
        self._taken = {"", *self.inputs, *self.weights}
        self._taken.update(name for node in self.nodes for name in node.output)

    def of_type(self, *operators: str) -> list[onnx.NodeProto]:
        """Return the nodes of some operators."""
        return [node for node in self.nodes if node.op_type in operators]

    def producer(self, tensor: str) -> onnx.NodeProto | None:
        """Return the node that makes a tensor; none makes inputs and weights."""
        return next((node for node in self.nodes if tensor in node.output), None)

    def consumers(self, tensor: str) -> list[onnx.NodeProto]:
        """Return the nodes that read a tensor."""
        return [node for node in self.nodes if tensor in node.input]

    def add(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: Sequence[str] | int = 1,
        domain: str | None = None,
        **attributes: Any,
    ) -> list[str]:
        """Add a node; return the names of its outputs.

        Args:
            operator: Type of the node.
            inputs: Names of tensors.
            outputs: Their names, or how many there are.
            domain: Operator set, if not ONNX's own.
            attributes: Attributes of the operator.
        """
        if isinstance(outputs, int):
            outputs = [self._fresh(operator) for _ in range(outputs)]
        node = helper.make_node(operator, inputs, outputs, domain=domain, **attributes)
        node.name = self._fresh(f"{operator}_node")
        self.nodes.append(node)
        return list(outputs)

    def add_weight(self, value: Array, stem: str = "weight") -> str:
        """Add a constant, or find an equal one that is there; return its name."""
        for name, other in self.weights.items():
            if other.dtype == value.dtype and np.array_equal(other, value):
                return name
        name = self._fresh(stem)
        self.weights[name] = value
        return name

    def remove(self, nodes: Iterable[onnx.NodeProto]) -> None:
        """Remove nodes."""
        doomed = {id(node) for node in nodes}
        self.nodes = [node for node in self.nodes if id(node) not in doomed]

    def rewire(self, old: str, new: str) -> None:
        """Let everything that reads `old` read `new`; an output keeps its name."""
        if old in self.outputs:
            producer = self.producer(new)
            if producer is None or new in self.outputs:
                self.add("Identity", [new], [old])
                return
            for node in self.nodes:
                _rename(node.input, new, old)
            _rename(producer.output, new, old)
            return
        for node in self.nodes:
            _rename(node.input, old, new)

    def needed_for(self, tensors: Iterable[str]) -> set[str]:
        """Return the tensors that some are computed from, those among them."""
        producers = {name: node for node in self.nodes for name in node.output}
        needed: set[str] = set()
        waiting = [*tensors]
        while waiting:
            name = waiting.pop()
            if name not in needed:
                needed.add(name)
                if name in producers:
                    waiting += producers[name].input
        return needed

    def prune(self) -> None:
        """Drop the nodes and weights that no output needs."""
        needed = self.needed_for(self.outputs)
        self.nodes = [node for node in self.nodes if needed & set(node.output)]
        self.weights = {
            name: value for name, value in self.weights.items() if name in needed
        }

    def to_model(self) -> onnx.ModelProto:
        """Return the model with its nodes in order of execution.

        Order and names follow from what is computed, whatever the names were: the
        same function converted again is the same model, byte for byte.
        """
        self.prune()
        nodes = self._ordered()
        names = self._names(nodes)
        graph = self._model.graph
        del graph.node[:], graph.initializer[:], graph.value_info[:]
        for node in nodes:
            copy = graph.node.add()
            copy.CopyFrom(node)
            copy.input[:] = [names[name] for name in node.input]
            copy.output[:] = [names[name] for name in node.output]
            copy.name = copy.output[0]
            copy.ClearField("doc_string")
        graph.initializer.extend(
            numpy_helper.from_array(self.weights[old], new)
            for old, new in names.items()
            if old in self.weights
        )
        model = onnx.ModelProto()
        model.CopyFrom(self._model)
        used = {node.domain for node in self.nodes} | {""}
        operator_sets = [
            entry for entry in self._model.opset_import if entry.domain in used
        ]
        del model.opset_import[:]
        model.opset_import.extend(operator_sets)
        return model

    @property
    def operator_set(self) -> int:
        """Version of ONNX's own operators."""
        versions = {entry.domain: entry.version for entry in self._model.opset_import}
        return int(versions[""])

    def use_operator_set(self, domain: str, version: int) -> None:
        """Declare an operator set that the model did not use before."""
        if all(entry.domain != domain for entry in self._model.opset_import):
            self._model.opset_import.append(helper.make_opsetid(domain, version))

    def _ordered(self) -> list[onnx.NodeProto]:
        """Return the nodes so that each follows those it reads, depth first."""
        producers = {name: node for node in self.nodes for name in node.output if name}
        begun: set[int] = set()
        ordered: dict[int, onnx.NodeProto] = {}
        waiting = [producers[name] for name in sorted(self.outputs, reverse=True)]
        while waiting:
            node = waiting[-1]
            needed = [producers[name] for name in node.input if name in producers]
            missing = [other for other in needed if id(other) not in ordered]
            if id(node) in ordered or not missing:
                ordered[id(waiting.pop())] = node
            elif id(node) in begun:
                raise ValueError(
                    f"the graph must have no cycles. Received: {node.name}."
                )
            else:
                begun.add(id(node))
                waiting += reversed(missing)
        return list(ordered.values())

    def _names(self, ordered: Iterable[onnx.NodeProto]) -> dict[str, str]:
        """Return new names by old ones, in the order in which nodes read and make."""
        kept = ["", *self.inputs, *self.outputs]
        names = {name: name for name in kept}
        number = 0
        for node in ordered:
            for name in (*node.input, *node.output):
                if name in names:
                    continue
                stem = "weight" if name in self.weights else node.op_type.lower()
                while (new := f"{stem}_{number}") in kept:
                    number += 1
                names[name] = new
                number += 1
        return names

    def _fresh(self, stem: str) -> str:
        while (name := f"{stem.lower()}_{self._number}") in self._taken:
            self._number += 1
        self._taken.add(name)
        return name


def attribute(node: onnx.NodeProto, name: str, default: Any = None) -> Any:
    """Return one attribute of a node."""
    for entry in node.attribute:
        if entry.name == name:
            return helper.get_attribute_value(entry)
    return default


def _rename(names: Any, old: str, new: str) -> None:
    for index, name in enumerate(names):
        if name == old:
            names[index] = new
