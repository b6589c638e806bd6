"""Comparison of all tensors of exported graphs with the Keras model, at many shapes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from edge_runtime import contract
from edge_runtime.model.translation_model import TranslationModel
from edge_runtime.search.greedy_search import DecoderStates
from export.errors import ExportError, ParityError
from export.graph.signatures import BATCH, SOURCE_LENGTH

SHAPES = ((1, 1), (2, 5), (4, 3), (3, 11), (7, 23))
"""Batch and source length; no two agree, so no axis can be constant by accident."""

STEPS = 5
"""Decoder steps after each encoding."""

SWEEP = 2048
"""Largest number of token ids to compare; larger vocabularies are sampled evenly."""


@dataclass
class Differences:
    """The largest absolute difference of every tensor.

    Attributes:
        tolerance: Largest difference allowed.
        by_tensor: Per graph file and output, the largest difference found.
        values: Number of values compared.
    """

    tolerance: float
    by_tensor: dict[str, dict[str, float]] = field(default_factory=dict)
    values: int = 0

    def record(
        self,
        graph: str,
        expected: Mapping[str, npt.NDArray[Any]],
        found: Mapping[str, npt.NDArray[Any]],
        shape: dict[str, int],
    ) -> None:
        """Compare the outputs of one run of a graph.

        Args:
            graph: File of the graph.
            expected: Outputs of Keras.
            found: Outputs of the graph.
            shape: Sizes of the named axes.

        Raises:
            ParityError: An output differs by more than the tolerance.
        """
        largest = self.by_tensor.setdefault(graph, {})
        for name, array in expected.items():
            other = found.get(name)
            if other is None or other.shape != array.shape:
                raise ExportError(
                    f"{graph}: {name} must have shape {array.shape} as in Keras. "
                    f"Received: {None if other is None else other.shape}."
                )
            # As numbers: masks cannot be subtracted.
            difference = float(
                np.abs(np.subtract(array, other, dtype=np.float32)).max()
            )
            # Not `difference > tolerance`, which lets NaN pass.
            if not difference <= self.tolerance:
                raise ParityError(graph, name, difference, self.tolerance, shape)
            largest[name] = max(largest.get(name, 0.0), difference)
            self.values += array.size

    @property
    def largest(self) -> float:
        """The largest of all."""
        return max(
            (max(tensors.values()) for tensors in self.by_tensor.values()), default=0.0
        )

    def to_json(self) -> dict[str, Any]:
        """Return a plain object."""
        return {
            "max_abs_difference": self.largest,
            "by_tensor": self.by_tensor,
            "values": self.values,
        }


def compare_models(
    keras: TranslationModel,
    exported: TranslationModel,
    *,
    tolerance: float,
    whole_vocabulary: bool = True,
    seed: int = 0,
) -> Differences:
    """Run both models on the same ids, each fed with its own states.

    Batches of all `SHAPES` run over several decoder steps.

    Args:
        keras: Computed by Keras.
        exported: Computed by the exported graphs.
        tolerance: Largest absolute difference allowed.
        whole_vocabulary: Whether to go through both vocabularies too, encoding every
            source token and feeding every target token to a step once; of more than
            `SWEEP` tokens, as many evenly spaced ones.
        seed: Decides the ids.

    Raises:
        ParityError: A tensor differs by more than the tolerance.
    """
    source_vocab_size = keras.source_tokenizer.vocab_size
    target_vocab_size = keras.target_tokenizer.vocab_size
    generator = np.random.default_rng(seed)
    comparison = _Comparison(keras, exported, Differences(tolerance))
    for batch, source_length in SHAPES:
        states = comparison.encode(
            random_sources(generator, batch, source_length, source_vocab_size)
        )
        for _ in range(STEPS):
            token_ids = generator.integers(0, target_vocab_size, batch, dtype=np.int32)
            states = comparison.step(token_ids, states)
    if not whole_vocabulary:
        return comparison.differences
    for source_ids in _vocabulary(contract.PAD_ID + 1, source_vocab_size, (32, 16)):
        comparison.encode(source_ids)
    for token_ids in _vocabulary(0, target_vocab_size, (512,)):
        source_ids = random_sources(generator, 1, STEPS, source_vocab_size)
        states = comparison.encode(source_ids.repeat(len(token_ids), axis=0))
        comparison.step(token_ids, states)
    return comparison.differences


@dataclass(frozen=True)
class _Comparison:
    """Two models run side by side, each with its own states."""

    keras: TranslationModel
    exported: TranslationModel
    differences: Differences

    def encode(
        self, source_ids: npt.NDArray[np.int32]
    ) -> tuple[DecoderStates, DecoderStates]:
        expected, found = (
            self.keras.encode(source_ids),
            self.exported.encode(source_ids),
        )
        shape = dict(zip((BATCH, SOURCE_LENGTH), source_ids.shape, strict=True))
        self.differences.record(contract.ENCODER_FILE, expected, found, shape)
        return expected, found

    def step(
        self,
        token_ids: npt.NDArray[np.int32],
        states: tuple[DecoderStates, DecoderStates],
    ) -> tuple[DecoderStates, DecoderStates]:
        log_probs, expected = self.keras.step(token_ids, states[0])
        found_log_probs, found = self.exported.step(token_ids, states[1])
        shape = {BATCH: len(token_ids)}
        if contract.SOURCE_MASK in expected:
            shape[SOURCE_LENGTH] = expected[contract.SOURCE_MASK].shape[1]
        self.differences.record(
            contract.DECODER_STEP_FILE,
            {contract.LOG_PROBS: log_probs, **_made_by_step(expected)},
            {contract.LOG_PROBS: found_log_probs, **_made_by_step(found)},
            shape,
        )
        return expected, found


def _vocabulary(
    first: int, vocab_size: int, shape: tuple[int, ...]
) -> Iterator[npt.NDArray[np.int32]]:
    """Yield ids from `first` on in batches of a shape; the last id fills the last one.

    All of them, or `SWEEP` evenly spaced ones.
    """
    count = min(SWEEP, vocab_size - first)
    ids = np.linspace(first, vocab_size - 1, count).astype(np.int32)
    size = int(np.prod(shape))
    padded = np.pad(ids, (0, -count % size), mode="edge")
    yield from padded.reshape(-1, *shape)


def random_sources(
    generator: np.random.Generator, batch: int, source_length: int, vocab_size: int
) -> npt.NDArray[np.int32]:
    """Return sources of mixed lengths, the first of full length, right-padded.

    Returns:
        Ids of shape `(batch, source_length)`; no row is padding alone.
    """
    ids = generator.integers(
        contract.PAD_ID + 1, vocab_size, (batch, source_length), dtype=np.int32
    )
    lengths = generator.integers(1, source_length + 1, batch)
    lengths[0] = source_length
    ids[np.arange(source_length) >= lengths[:, None]] = contract.PAD_ID
    return ids


def _made_by_step(states: DecoderStates) -> dict[str, npt.NDArray[Any]]:
    """Return what a step computed, under the names of the graph's outputs."""
    prefix = contract.DECODER_STATE_PREFIX
    made = {
        name.replace(prefix, contract.NEXT_DECODER_STATE_PREFIX): array
        for name, array in states.items()
        if name.startswith(prefix)
    }
    if contract.ALIGNMENT in states:
        made[contract.ALIGNMENT] = states[contract.ALIGNMENT]
    return made
