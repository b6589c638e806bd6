"""Names, types and axes of a graph's tensors, read off the Keras model."""

from typing import Any

import keras

from edge_runtime.bundle.manifest import GraphSpec, TensorSpec
from export.errors import ExportError

BATCH = "batch"
SOURCE_LENGTH = "source_length"

_TYPES = ("float32", "int32", "bool")


def signature_of(model: keras.Model, file: str) -> GraphSpec:
    """Return the signature of the graph that a functional model becomes.

    Args:
        model: The encoder or the decoder step. Its first axes are the batch, every
            other open axis is the source's.
        file: Name of the graph's file in the bundle.

    Raises:
        ExportError: A tensor has a type that bundles do not hold.
    """
    inputs = {tensor.name: _tensor_spec(tensor) for tensor in model.inputs}
    outputs = {name: _tensor_spec(tensor) for name, tensor in model.output.items()}
    foreign = [
        f"{name} is {spec.dtype}"
        for name, spec in {**inputs, **outputs}.items()
        if spec.dtype not in _TYPES
    ]
    if foreign:
        raise ExportError(
            f"tensors of {file} must be {', '.join(_TYPES)}. "
            f"Received: {', '.join(foreign)}."
        )
    return GraphSpec(file, inputs, outputs)


def _tensor_spec(tensor: Any) -> TensorSpec:
    axes = (
        (BATCH if axis == 0 else SOURCE_LENGTH) if size is None else int(size)
        for axis, size in enumerate(tensor.shape)
    )
    return TensorSpec(keras.backend.standardize_dtype(tensor.dtype), tuple(axes))
