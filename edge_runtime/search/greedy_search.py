"""Search with one hypothesis per sentence; knows nothing about ONNX, Keras or text."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from edge_runtime.arrays import FloatArray, IntArray
from edge_runtime.contract import ALIGNMENT
from edge_runtime.search.constraints import Constraints
from edge_runtime.search.row_compaction import RowCompaction
from edge_runtime.search.scoring import Scoring
from edge_runtime.search.trellis import Path

DecoderStates = Mapping[str, npt.NDArray[Any]]


class DecoderStep(Protocol):
    """One decoder step: all that search needs of a model.

    `states` maps names to arrays whose first axis is the row. Search gathers rows of
    every array in it when hypotheses change places or finished ones leave. An array
    that the step returns as the same object that it received must depend on the source
    alone. A step changes no array in place and ignores entries it does not need.
    """

    def __call__(
        self, token_ids: npt.NDArray[np.int32], states: DecoderStates
    ) -> tuple[FloatArray, DecoderStates]:
        """Return log-probs `(rows, vocab_size)` and the next states.

        Args:
            token_ids: Last token of each row, shape `(rows,)`.
            states: What the previous step returned, or the encoder.

        Returns:
            The log-probs of the next token, none above 0, and the next states. The
            entry `alignment`, of shape `(rows, source_length)`, is recorded with the
            token where it is present.
        """
        ...


GreedySearch = Callable[[DecoderStates, int], Path | None]
"""From the states of one sentence and the most tokens to what greedy search emits.

A step that can take all steps of a sentence at once has it as `search_greedily`. It
returns what `greedy_search` would without constraints, or `None` where the steps have
to be taken one by one.
"""


@dataclass(frozen=True)
class Hypothesis:
    """A finished or truncated target sequence.

    Attributes:
        token_ids: Target ids without bos and eos.
        log_prob: Sum of token log-probs, eos included.
        score: Rank value, higher is better; `log_prob` without penalties.
        finished: Whether eos was reached before the length limit.
        token_log_probs: One per token, and a last one for eos where finished.
        alignment: Attention over the source, one row per entry of `token_log_probs`,
            shape `(target_length, source_length)`; `None` if the model has none.
    """

    token_ids: tuple[int, ...]
    log_prob: float
    score: float
    finished: bool
    token_log_probs: tuple[float, ...]
    alignment: FloatArray | None = None


class Emission(NamedTuple):
    """What one step adds to the hypotheses that still go on.

    Lists, not arrays: for the few numbers of a batch a call of numpy costs more than
    the work itself.

    Attributes:
        sentences: Sentence of each entry.
        token_ids: Token it gets.
        log_probs: Log-prob of that token.
        alignment: Shape `(entries, source_length)`, if the model has one.
    """

    sentences: list[int]
    token_ids: list[int]
    log_probs: list[float]
    alignment: FloatArray | None

    def take(self, places: list[int]) -> "Emission":
        """Return the entries at `places`."""
        return Emission(
            [self.sentences[place] for place in places],
            [self.token_ids[place] for place in places],
            [self.log_probs[place] for place in places],
            None if self.alignment is None else self.alignment[places],
        )


Choice = Callable[[FloatArray, Sequence[int]], IntArray]
"""From log-probs `(rows, vocab_size)` and each row's sentence to token ids."""


def most_probable(log_probs: FloatArray, sentences: Sequence[int]) -> IntArray:
    """Choose the most probable token of each row, the lowest id among equals."""
    token_ids: IntArray = log_probs.argmax(axis=-1)
    return token_ids


def emit_tokens(
    step: DecoderStep,
    initial_states: DecoderStates,
    choose: Choice,
    *,
    batch_size: int,
    bos_id: int,
    eos_id: int,
    max_length: int | Sequence[int],
    constraints: Constraints = Constraints(),  # noqa: B008 (frozen)
) -> Iterator[Emission]:
    """Yield what each step adds, until every sentence has ended.

    A sentence ends at eos, at its length limit, or where no token is allowed.

    Args:
        step: Decoder step to query.
        initial_states: States after encoding; every array has `batch_size` rows.
        choose: How a token is taken from the log-probs.
        batch_size: Number of source sentences.
        bos_id: Id fed at the first step.
        eos_id: Id that ends a hypothesis.
        max_length: Most tokens to produce, eos included; one number for all or one
            per sentence.
        constraints: Rules that exclude tokens.
    """
    limits = length_limits(max_length, batch_size)
    shortest = min(limits, default=0)
    sentences = list(range(batch_size))  # sentence of each row
    rows = np.arange(batch_size)  # place of each row
    token_ids = np.full(batch_size, bos_id, dtype=np.int32)
    states = initial_states
    histories: list[list[int]] = [[] for _ in sentences]
    constrained, recorded = constraints.active, constraints.need_histories
    leave_behind = RowCompaction()
    length = 0
    while sentences:
        length += 1
        log_probs, states = step(token_ids, states)
        if constrained:
            log_probs = constraints.apply(
                log_probs,
                [histories[row] for row in sentences],
                sentences,
                limits,
                eos_id,
            )
        token_ids = choose(log_probs, sentences).astype(np.int32)
        if constraints.most_repeats:
            log_probs = _leave_loops(
                token_ids, log_probs, choose, histories, sentences, constraints
            )
        emission = Emission(
            sentences,
            token_ids.tolist(),
            log_probs[rows, token_ids].tolist(),
            states.get(ALIGNMENT),
        )
        some_end = (
            length >= shortest
            or eos_id in emission.token_ids
            or not sum(emission.log_probs) > -math.inf
        )
        if some_end:
            # -inf where nothing is allowed; the step may also have returned NaN.
            allowed = [log_prob > -math.inf for log_prob in emission.log_probs]
            going_on = [
                allows and token_id != eos_id and length < limits[sentence]
                for allows, token_id, sentence in zip(
                    allowed, emission.token_ids, sentences, strict=True
                )
            ]
            if not all(allowed):
                emission = emission.take(np.flatnonzero(allowed).tolist())
        yield emission
        if recorded:
            for sentence, token_id in zip(
                emission.sentences, emission.token_ids, strict=True
            ):
                histories[sentence].append(token_id)
        if not some_end or all(going_on):
            continue
        if not any(going_on):
            return
        # After every step: moving rows costs less than computing one idle row.
        states, staying = leave_behind(without_alignment(states), going_on)
        token_ids = token_ids[staying]
        sentences = [sentences[row] for row in staying]
        rows = rows[: len(sentences)]


def _leave_loops(
    token_ids: IntArray,
    log_probs: FloatArray,
    choose: Choice,
    histories: Sequence[list[int]],
    sentences: Sequence[int],
    constraints: Constraints,
) -> FloatArray:
    """Choose other tokens for rows that would begin a loop.

    Args:
        token_ids: The chosen tokens, shape `(rows,)`; changed.
        log_probs: Shape `(rows, vocab_size)`.
        choose: How a token is taken from the log-probs.
        histories: Per sentence, the ids emitted so far.
        sentences: Per row, its sentence.
        constraints: Know what a loop is.

    Returns:
        The log-probs, `-inf` where a token would begin a loop.
    """
    left = log_probs
    for row, (sentence, chosen) in enumerate(
        zip(sentences, token_ids.tolist(), strict=True)
    ):
        token_id = chosen
        while left[row, token_id] > -np.inf and constraints.begins_loop(
            histories[sentence], sentence, token_id
        ):
            if left is log_probs:
                left = log_probs.copy()
            left[row, token_id] = -np.inf
            token_id = int(choose(left[row : row + 1], [sentence])[0])
            token_ids[row] = token_id
    return left


def collect_hypotheses(
    emissions: Iterator[Emission], batch_size: int, eos_id: int, scoring: Scoring
) -> list[Hypothesis]:
    """Gather what the steps emitted into one hypothesis per sentence."""
    token_ids: list[list[int]] = [[] for _ in range(batch_size)]
    log_probs: list[list[float]] = [[] for _ in range(batch_size)]
    alignments: list[list[FloatArray]] = [[] for _ in range(batch_size)]
    for emission in emissions:
        for sentence, token_id, log_prob in zip(*emission[:3], strict=True):
            token_ids[sentence].append(token_id)
            log_probs[sentence].append(log_prob)
        if emission.alignment is not None:
            for sentence, row in zip(
                emission.sentences, emission.alignment, strict=True
            ):
                alignments[sentence].append(row)
    return [
        build_hypothesis(sentence, Path(*emitted), eos_id, scoring)
        for sentence, emitted in enumerate(
            zip(token_ids, log_probs, alignments, strict=True)
        )
    ]


def build_hypothesis(
    sentence: int, path: Path, eos_id: int, scoring: Scoring
) -> Hypothesis:
    """Return the hypothesis that the emitted tokens make, eos among them.

    Args:
        sentence: Row of the sentence in the batch.
        path: What was emitted.
        eos_id: Id that ends a hypothesis.
        scoring: How the hypothesis is scored.
    """
    token_ids = path.token_ids
    finished = bool(token_ids) and token_ids[-1] == eos_id
    log_prob = 0.0
    # Not `sum`, which rounds differently from one Python to the next: searches that
    # add token by token must arrive at exactly this number.
    for token_log_prob in path.log_probs:
        log_prob += token_log_prob
    alignment = np.array(path.alignment_rows) if path.alignment_rows else None
    return Hypothesis(
        token_ids=tuple(token_ids[:-1] if finished else token_ids),
        log_prob=log_prob,
        score=scoring.score(sentence, log_prob, len(token_ids), alignment),
        finished=finished,
        token_log_probs=tuple(path.log_probs),
        alignment=alignment,
    )


def length_limits(max_length: int | Sequence[int], batch_size: int) -> list[int]:
    """Return one length limit per sentence."""
    if isinstance(max_length, int):
        max_length = [max_length] * batch_size
    if min(max_length, default=1) < 1:
        raise ValueError(f"`max_length` must be at least 1. Received: {max_length}.")
    return list(max_length)


def take_rows(states: DecoderStates, rows: IntArray) -> DecoderStates:
    """Return the given rows of every array, without the alignment."""
    return {
        name: array.take(rows, axis=0)
        for name, array in without_alignment(states).items()
    }


def without_alignment(states: DecoderStates) -> DecoderStates:
    """Return the states without the alignment, which the next step does not read."""
    return {name: array for name, array in states.items() if name != ALIGNMENT}
