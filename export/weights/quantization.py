"""The ways in which a bundle can store its weights."""

from collections.abc import Mapping, Sequence
from typing import Literal

import onnx

from export.graph.editable_graph import Array, EditableGraph
from export.weights.fp16_weights import store_as_fp16
from export.weights.int4_weights import store_as_int4
from export.weights.int8_weights import store_as_int8
from export.weights.large_weights import embeddings
from export.weights.magnitudes import magnitudes_of_step

Quantization = Literal["none", "fp16", "int8", "int4"]


def quantize_both(
    encoder: onnx.ModelProto,
    step: onnx.ModelProto,
    quantization: Quantization,
    folds_constants: bool = True,
) -> tuple[onnx.ModelProto, onnx.ModelProto]:
    """Return both models of a translator with their weights stored in fewer bits.

    Args:
        encoder: Computes what the first step reads; tells how large it can become.
        step: The decoder step.
        quantization: How weights are stored.
        folds_constants: As in `quantize`.
    """
    of_step = EditableGraph(step)
    of_inputs = magnitudes_of_step(EditableGraph(encoder), of_step)
    tied = [of_step.weights[node.input[0]] for node in embeddings(of_step)]
    return (
        quantize(encoder, quantization, tied=tied, folds_constants=folds_constants),
        quantize(step, quantization, of_inputs, folds_constants=folds_constants),
    )


def quantize(
    model: onnx.ModelProto,
    quantization: Quantization,
    of_inputs: Mapping[str, float] | None = None,
    tied: Sequence[Array] = (),
    folds_constants: bool = True,
) -> onnx.ModelProto:
    """Return a lean model with its weights stored in fewer bits.

    Inputs and outputs keep their types. Biases and matrices too small to matter stay
    float32.

    Args:
        model: A model as `make_lean` returns it.
        quantization: How weights are stored.
        of_inputs: The largest absolute values of inputs, where known.
        tied: Embeddings of the other graph, whose bytes this one can share.
        folds_constants: Whether onnxruntime computes constants once, when it loads
            the model, which it does not with `.ort` files.
    """
    graph = EditableGraph(model)
    if quantization == "fp16":
        store_as_fp16(graph)
    elif quantization == "int8":
        store_as_int8(graph, of_inputs or {}, tied)
    elif quantization == "int4":
        store_as_int4(graph, folds_constants)
    return graph.to_model()
