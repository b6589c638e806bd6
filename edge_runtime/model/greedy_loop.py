"""Greedy search for one sentence within one call of onnxruntime."""

import threading
from typing import Final

import numpy as np

from edge_runtime.bundle.manifest import GraphSpec
from edge_runtime.contract import (
    ALIGNMENT,
    ATTENTION_TENSORS,
    BOS_ID,
    DECODER_STATE_PREFIX,
    decoder_state,
)
from edge_runtime.errors import BundleError
from edge_runtime.model.greedy_graph import (
    ALIGNMENTS,
    FIRST_TOKEN,
    MAX_LENGTH,
    TOKEN_LOG_PROBS,
    TOKENS,
    greedy_graph,
    start_of,
)
from edge_runtime.model.onnx_session import Graph, start_session
from edge_runtime.model.protobuf import MalformedFileError
from edge_runtime.search.greedy_search import DecoderStates
from edge_runtime.search.trellis import Path

CALLS_BEFORE: Final = 8
"""Sentences before the loop is made: it takes as long as some of them, and memory."""

_FIRST_TOKEN: Final = np.array([BOS_ID], dtype=np.int32)


class GreedyLoop:
    """The decoder step in a loop, once it pays to have one.

    Safe to call from several threads at once.

    Args:
        model: Content of the step's ONNX file.
        spec: What the manifest says about the step.
        where: Path to name in errors.
        threads: Number of threads within one operator.
    """

    def __init__(
        self, model: bytes, spec: GraphSpec, where: str, threads: int = 1
    ) -> None:
        self._model: bytes | None = model
        self._spec = spec
        self._where = where
        self._threads = threads
        self._calls = 0
        self._lock = threading.Lock()
        self._graph: Graph | None = None
        count = sum(name.startswith(DECODER_STATE_PREFIX) for name in spec.inputs)
        self._starts = [
            (start_of(decoder_state(index)), decoder_state(index))
            for index in range(count)
        ]
        self._read = [name for name in ATTENTION_TENSORS if name in spec.inputs]
        self._outputs = [TOKENS, TOKEN_LOG_PROBS]
        if ALIGNMENT in spec.outputs:
            self._outputs.append(ALIGNMENTS)

    def __call__(self, states: DecoderStates, max_length: int) -> Path | None:
        """Return what greedy search emits for a sentence without constraints.

        Args:
            states: States after encoding, of one row.
            max_length: Most tokens, eos included.

        Returns:
            The tokens with eos where it is reached; `None` if the steps have to be
            taken one by one: at first, and where a step returns no numbers.
        """
        graph = self._graph or self._prepare()
        if graph is None:
            return None
        feeds = {name: states[name] for name in self._read}
        for start, state in self._starts:
            feeds[start] = states[state]
        feeds[FIRST_TOKEN] = _FIRST_TOKEN
        feeds[MAX_LENGTH] = np.array(max_length, dtype=np.int64)
        tokens, log_probs, *alignments = graph.run(self._outputs, feeds)
        if not np.isfinite(log_probs).all():
            return None
        rows = list(alignments[0][:, 0]) if alignments else []
        return Path(tokens.ravel().tolist(), log_probs.ravel().tolist(), rows)

    def _prepare(self) -> Graph | None:
        """Return the graph, `None` while it does not pay, or where it cannot be."""
        with self._lock:
            self._calls += 1
            if self._graph or self._model is None or self._calls <= CALLS_BEFORE:
                return self._graph
            model, self._model = self._model, None
            try:
                loop = greedy_graph(model, self._spec)
                session = start_session(loop, self._where, self._threads)
            except (MalformedFileError, BundleError):
                # Files of the format .ort, builds of onnxruntime without loops.
                return None
            self._graph = Graph(session, self._where)
            return self._graph
