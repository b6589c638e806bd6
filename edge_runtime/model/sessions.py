"""The two onnxruntime sessions of a bundle, checked against manifest and contract."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from edge_runtime.arrays import FloatArray, IntArray
from edge_runtime.bundle.manifest import GraphSpec, TensorSpec
from edge_runtime.contract import (
    ALIGNMENT,
    ATTENTION_TENSORS,
    DECODER_STATE_PREFIX,
    LOG_PROBS,
    SOURCE_IDS,
    SOURCE_MASK,
    TOKEN_IDS,
    decoder_state,
    next_decoder_state,
)
from edge_runtime.errors import BundleError
from edge_runtime.model.graph_check import check_graph_file
from edge_runtime.model.greedy_loop import GreedyLoop
from edge_runtime.model.onnx_session import Graph, start_session
from edge_runtime.search.greedy_search import DecoderStates

_DTYPES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int32)": "int32",
    "tensor(int64)": "int64",
    "tensor(bool)": "bool",
}


class EncoderSession:
    """The encoder graph as a function from source ids to decoder states.

    Safe to call from several threads at once.

    Args:
        model: Content of the ONNX file.
        spec: What the manifest says about the graph.
        where: Path to name in errors.
        threads: Number of threads within one operator.
    """

    def __init__(
        self, model: bytes, spec: GraphSpec, where: str, threads: int = 1
    ) -> None:
        self._graph = Graph(open_session(model, spec, where, threads), where)
        self._outputs = [
            name
            for name in spec.outputs
            if name in ATTENTION_TENSORS or name.startswith(DECODER_STATE_PREFIX)
        ]
        self._shapes = [spec.outputs[name].shape for name in self._outputs]

    def __call__(self, source_ids: IntArray) -> DecoderStates:
        """Return the decoder's initial states and what its attention reads.

        Args:
            source_ids: Shape `(batch, source_length)`, right-padded with the pad id.

        Raises:
            BundleError: The graph fails, or returns tensors of other shapes than the
                manifest's.
        """
        # int64, numpy's default, is refused by the graph with an obscure message.
        ids = np.ascontiguousarray(source_ids, dtype=np.int32)
        outputs = self._graph.run(self._outputs, {SOURCE_IDS: ids})
        for name, array, axes in zip(self._outputs, outputs, self._shapes, strict=True):
            # Open axes are those of the ids: rows, then positions.
            shape = tuple(
                axis if isinstance(axis, int) else ids.shape[place]
                for place, axis in enumerate(axes)
            )
            if array.shape != shape:
                raise self._graph.misshapen(name, array, shape)
        return dict(zip(self._outputs, outputs, strict=True))


class DecoderStepSession:
    """The decoder step graph as search's `DecoderStep`.

    Safe to call from several threads at once. What the encoder computed passes
    through unchanged; only the decoder states are new after each step.

    Args:
        model: Content of the ONNX file.
        spec: What the manifest says about the graph.
        where: Path to name in errors.
        threads: Number of threads within one operator.

    Attributes:
        search_greedily: All steps of one sentence in one call.
    """

    def __init__(
        self, model: bytes, spec: GraphSpec, where: str, threads: int = 1
    ) -> None:
        self._graph = Graph(open_session(model, spec, where, threads), where)
        self.search_greedily = GreedyLoop(model, spec, where, threads)
        count = sum(name.startswith(DECODER_STATE_PREFIX) for name in spec.inputs)
        states = [decoder_state(index) for index in range(count)]
        passed_through = [name for name in ATTENTION_TENSORS if name in spec.inputs]
        self._inputs = [*states, *passed_through]
        self._outputs = [LOG_PROBS, *(next_decoder_state(i) for i in range(count))]
        self._widths = [spec.outputs[name].shape[1] for name in self._outputs]
        self._state_names = states
        self._attends = ALIGNMENT in spec.outputs
        if self._attends:
            self._outputs.append(ALIGNMENT)
            self._state_names = [*states, ALIGNMENT]

    def __call__(
        self, token_ids: npt.NDArray[np.int32], states: DecoderStates
    ) -> tuple[FloatArray, DecoderStates]:
        """Return log-probs `(batch, vocab_size)` and the next states.

        Raises:
            BundleError: The graph fails, or returns no numbers, or tensors of other
                shapes than the manifest's.
        """
        feeds = {name: states[name] for name in self._inputs}
        feeds[TOKEN_IDS] = ids = np.asarray(token_ids, dtype=np.int32)
        arrays = self._graph.run(self._outputs, feeds)
        del feeds[TOKEN_IDS]
        rows, widths = len(ids), self._widths
        if self._attends:
            widths = [*widths, feeds[SOURCE_MASK].shape[1]]
        # Written out: a step is short enough for calls to be felt.
        for place, width in enumerate(widths):
            if arrays[place].shape != (rows, width):
                raise self._graph.misshapen(
                    self._outputs[place], arrays[place], (rows, width)
                )
        log_probs, *outputs = arrays
        # The softmax makes a whole row no numbers where one of it is none.
        if rows == 1:
            is_number = not math.isnan(log_probs.item(0))
        else:
            is_number = not np.isnan(log_probs[:, 0]).any()
        if not is_number:
            raise BundleError(
                f"{self._graph.where}, {LOG_PROBS} must be numbers. Received: nan."
            )
        feeds.update(zip(self._state_names, outputs, strict=True))
        return log_probs, feeds


def open_session(
    model: bytes, spec: GraphSpec, where: str, threads: int
) -> onnxruntime.InferenceSession:
    """Return a session whose tensors are those of the manifest.

    Raises:
        BundleError: The model is none that an export writes, cannot be loaded, or its
            tensors differ.
    """
    check_graph_file(model, spec, where)
    session = start_session(model, where, threads)
    _compare_tensors(session.get_inputs(), spec.inputs, f"{where}, inputs")
    _compare_tensors(session.get_outputs(), spec.outputs, f"{where}, outputs")
    return session


def _compare_tensors(
    found: list[Any], expected: Mapping[str, TensorSpec], where: str
) -> None:
    names = [node.name for node in found]
    if sorted(names) != sorted(expected):
        raise BundleError(
            f"{where} must be those of the manifest: {', '.join(sorted(expected))}. "
            f"Received: {', '.join(sorted(names))}."
        )
    for node in found:
        spec = expected[node.name]
        dtype = _DTYPES.get(node.type, node.type)
        if dtype != spec.dtype or not _same_shape(node.shape, spec.shape):
            raise BundleError(
                f"{where}, {node.name} must be {spec.dtype} {list(spec.shape)} as the "
                f"manifest says. Received: {dtype} {node.shape}."
            )


def _same_shape(found: list[Any], expected: tuple[int | str, ...]) -> bool:
    """Compare ranks and fixed sizes; names of dynamic axes are for people."""
    return len(found) == len(expected) and all(
        found_axis == axis
        for found_axis, axis in zip(found, expected, strict=True)
        if isinstance(axis, int) and isinstance(found_axis, int)
    )
