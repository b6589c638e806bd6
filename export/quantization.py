"""The ways in which a bundle can store its weights."""

from collections.abc import Callable
from typing import Literal

import onnx

from export.editable_graph import EditableGraph
from export.fp16_weights import store_as_fp16
from export.int4_weights import store_as_int4
from export.int8_weights import store_as_int8

Quantization = Literal["none", "fp16", "int8", "int4"]

_REWRITES: dict[Quantization, Callable[[EditableGraph], None]] = {
    "none": lambda graph: None,
    "fp16": store_as_fp16,
    "int8": store_as_int8,
    "int4": store_as_int4,
}


def quantize(model: onnx.ModelProto, quantization: Quantization) -> onnx.ModelProto:
    """Return a lean model with its weights stored in fewer bits.

    Inputs and outputs keep their types. Biases and matrices too small to matter stay
    float32.

    Args:
        model: A model as `make_lean` returns it.
        quantization: How weights are stored.
    """
    graph = EditableGraph(model)
    _REWRITES[quantization](graph)
    return graph.to_model()
