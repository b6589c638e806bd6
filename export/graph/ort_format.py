"""Graphs in onnxruntime's own format, for builds with few operators.

Reduced builds optimise nothing when they load a model, so it is optimised here.
Constants are not folded: that would undo the quantisation of weights.
"""

import logging
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnxruntime.tools.ort_format_model import create_config_from_models

from export.graph.editable_graph import EditableGraph, attribute

OPERATORS_FILE = "required_operators_and_types.config"
"""What `build.sh --include_ops_by_config` reads to build a reduced onnxruntime."""

_ANY_PROCESSOR = ["NchwcTransformer"]
"""Optimisers whose result depends on the processor that makes the file."""


def convert_to_ort(models: Mapping[str, onnx.ModelProto]) -> dict[str, bytes]:
    """Convert graphs, and list the operators and types that they need together.

    Args:
        models: Graphs by file name.

    Returns:
        Content by file name: each `.ort` file, and `OPERATORS_FILE`.
    """
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        converted = [
            _convert(model, (directory / file).with_suffix(".ort"))
            for file, model in models.items()
        ]
        operators = directory / OPERATORS_FILE
        logging.getLogger("ort_format_model.utils").setLevel(logging.WARNING)
        create_config_from_models(converted, operators, enable_type_reduction=True)
        # The comments name paths on this machine.
        lines = operators.read_text().splitlines(keepends=True)
        needed = [line for line in lines if not line.startswith("#")]
        operators.write_text("".join(needed))
        return {path.name: path.read_bytes() for path in [*converted, operators]}


def _convert(model: onnx.ModelProto, path: Path) -> Path:
    graph = EditableGraph(model)
    _fold_transpositions(graph)
    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(path)
    options.add_session_config_entry("session.save_model_format", "ORT")
    # Hides a warning about files that fit one processor; see `_ANY_PROCESSOR`.
    options.log_severity_level = 3
    onnxruntime.InferenceSession(
        graph.to_model().SerializeToString(),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=[*_ANY_PROCESSOR, "ConstantFolding"],
    )
    return path


def _fold_transpositions(graph: EditableGraph) -> None:
    """Store the transposed tied embedding, which every step would compute otherwise."""
    for node in graph.of_type("Transpose"):
        if node.input[0] in graph.weights:
            transposed = np.ascontiguousarray(
                graph.weights[node.input[0]].transpose(attribute(node, "perm"))
            )
            graph.rewire(node.output[0], graph.add_weight(transposed, "transposed"))
            graph.remove([node])
