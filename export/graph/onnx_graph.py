"""A functional Keras model as a checked ONNX graph."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import onnx
import tensorflow as tf
import tf2onnx
from onnx import helper

from edge_runtime.bundle.manifest import GraphSpec, TensorSpec
from edge_runtime.version import __version__
from export.errors import ExportError
from export.graph.lean_graph import make_lean
from export.graph.native_recurrence import CUSTOM_OP_HANDLERS, NativeRecurrence
from export.graph.plain_embedding import PlainEmbedding
from keras_s2s.model.embedding import Embedding
from keras_s2s.model.encoder import Recurrence

DEFAULT_OPSET = 17
OPSETS = range(17, 19)
"""Operator sets that the rewrites of the graph were made for."""

_ELEMENT_TYPES = {
    "float32": onnx.TensorProto.FLOAT,
    "int32": onnx.TensorProto.INT32,
    "bool": onnx.TensorProto.BOOL,
}


def convert_model(
    model: keras.Model,
    spec: GraphSpec,
    metadata: Mapping[str, Any],
    opset: int = DEFAULT_OPSET,
) -> onnx.ModelProto:
    """Convert the encoder or the decoder step.

    Args:
        model: Functional model with named inputs and a dict of outputs.
        spec: Its signature.
        metadata: What the file says about itself; values that are not text as JSON.
        opset: Version of ONNX's operators.

    Raises:
        ExportError: The graph is not valid, or holds an operator it should not.
    """
    check_opset(opset)
    graph = make_lean(_convert(model, spec, opset))
    _name_axes(graph, spec)
    helper.set_model_props(
        graph,
        {
            key: value if isinstance(value, str) else json.dumps(value)
            for key, value in metadata.items()
        },
    )
    graph.producer_name, graph.producer_version = "keras-s2s", __version__
    graph.graph.name = Path(spec.file).stem
    # tf2onnx numbers the functions that a process has converted.
    graph.graph.ClearField("doc_string")
    check_graph(graph, spec.file)
    return graph


def check_opset(opset: int) -> None:
    """Refuse an operator set that the exporter was not made for.

    Raises:
        ExportError: It is not in `OPSETS`.
    """
    if opset not in OPSETS:
        raise ExportError(
            f"--opset must be {OPSETS[0]} to {OPSETS[-1]}. Received: {opset}."
        )


def check_graph(graph: onnx.ModelProto, file: str) -> None:
    """Run ONNX's checker and its strict shape inference.

    Raises:
        ExportError: One of them complains, or the graph has a `Loop`.
    """
    try:
        onnx.checker.check_model(graph, full_check=True)
        onnx.shape_inference.infer_shapes(graph, strict_mode=True, data_prop=True)
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ExportError(f"{file} is not a valid ONNX graph: {error}") from error
    loops = {node.op_type for node in graph.graph.node} & {"Loop", "Scan", "If"}
    if loops:
        raise ExportError(
            f"{file} must run without control flow. Received: {', '.join(loops)}."
        )


def _convert(model: keras.Model, spec: GraphSpec, opset: int) -> onnx.ModelProto:
    stand_in = keras.models.clone_model(model, clone_function=_stand_in_for)
    signature = [
        tf.TensorSpec(tensor.shape, tensor.dtype, name=tensor.name)
        for tensor in model.inputs
    ]

    def call(*tensors: Any) -> Any:
        if len(tensors) == 1:
            return stand_in(tensors[0], training=False)
        return stand_in(dict(zip(spec.inputs, tensors, strict=True)), training=False)

    # Hides warnings about placeholders, whose shapes tf2onnx cannot infer.
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    graph, _ = tf2onnx.convert.from_function(
        tf.function(call, input_signature=signature, autograph=False),
        input_signature=signature,
        opset=opset,
        custom_op_handlers={
            **CUSTOM_OP_HANDLERS,
            "SelectV2": (_convert_select, []),
        },
    )
    return graph


def _stand_in_for(layer: keras.layers.Layer) -> keras.layers.Layer:
    if isinstance(layer, Recurrence):
        return NativeRecurrence(layer)
    if isinstance(layer, Embedding):
        return PlainEmbedding(layer)
    return layer


def _convert_select(graph: Any, node: Any, name: str, args: Any) -> None:
    """Convert `SelectV2` to `Where`; tf2onnx multiplies by the cast mask instead."""
    node.type = "Where"


def _name_axes(graph: onnx.ModelProto, spec: GraphSpec) -> None:
    """Set the types and axes of inputs and outputs to those of the signature."""
    for values, specs in (
        (graph.graph.input, spec.inputs),
        (graph.graph.output, spec.outputs),
    ):
        if sorted(value.name for value in values) != sorted(specs):
            raise ExportError(
                f"tensors of {spec.file} must be {', '.join(sorted(specs))}. "
                f"Received: {', '.join(sorted(value.name for value in values))}."
            )
        del values[:]
        values.extend(_value_info(name, tensor) for name, tensor in specs.items())


def _value_info(name: str, tensor: TensorSpec) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(
        name, _ELEMENT_TYPES[tensor.dtype], list(tensor.shape)
    )
