"""The ways in which a bundle can store its weights."""

from collections.abc import Callable, Mapping
from typing import Literal

import onnx

from export.graph.editable_graph import EditableGraph
from export.weights.fp16_weights import store_as_fp16
from export.weights.int4_weights import store_as_int4
from export.weights.int8_weights import store_as_int8
from export.weights.magnitudes import magnitudes_of_step

Quantization = Literal["none", "fp16", "int8", "int4"]

_REWRITES: dict[Quantization, Callable[[EditableGraph, Mapping[str, float]], None]] = {
    "none": lambda graph, _: None,
    "fp16": lambda graph, _: store_as_fp16(graph),
    "int8": store_as_int8,
    "int4": lambda graph, _: store_as_int4(graph),
}


def quantize_both(
    encoder: onnx.ModelProto, step: onnx.ModelProto, quantization: Quantization
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """Return both models of a translator with their weights stored in fewer bits.

    Args:
        encoder: Computes what the first step reads; tells how large it can become.
        step: The decoder step.
        quantization: How weights are stored.
    """
    of_inputs = magnitudes_of_step(EditableGraph(encoder), EditableGraph(step))
    return quantize(encoder, quantization), quantize(step, quantization, of_inputs)


def quantize(
    model: onnx.ModelProto,
    quantization: Quantization,
    of_inputs: Mapping[str, float] | None = None,
) -> onnx.ModelProto:
    """Return a lean model with its weights stored in fewer bits.

    Inputs and outputs keep their types. Biases and matrices too small to matter stay
    float32.

    Args:
        model: A model as `make_lean` returns it.
        quantization: How weights are stored.
        of_inputs: The largest absolute values of inputs, where known.
    """
    graph = EditableGraph(model)
    _REWRITES[quantization](graph, of_inputs or {})
    return graph.to_model()
