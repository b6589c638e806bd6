"""From decoding options to the search that carries them out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from edge_runtime.arrays import BoolArray
from edge_runtime.contract import BOS_ID, EOS_ID, SOURCE_MASK
from edge_runtime.search.beam_search import beam_search
from edge_runtime.search.constraints import Constraints
from edge_runtime.search.greedy_search import (
    Choice,
    DecoderStates,
    DecoderStep,
    Emission,
    GreedySearch,
    Hypothesis,
    build_hypothesis,
    collect_hypotheses,
    emit_tokens,
    most_probable,
    take_rows,
)
from edge_runtime.search.repetition import most_repeats
from edge_runtime.search.scoring import Scoring
from edge_runtime.search.slot_rules import SlotRules
from edge_runtime.search.trellis import Path
from edge_runtime.translation.decoding_options import DecodingOptions


@dataclass(frozen=True)
class DecodingTask:
    """Sentences to decode with one step, and how.

    Attributes:
        step: Decoder step to query.
        initial_states: States after encoding; one row per sentence.
        source_ids: Per sentence, its ids with bos and eos, without padding.
        options: Options with everything set, see `DecodingOptions.resolve`.
        max_target_length: The model's limit, eos included.
        prefixes: Per sentence, the target ids to begin with; empty for none.
        slots: Per sentence, the slots that its translation must have; `None` for none.
        samples: Rows of each sentence, one after the other, one for each sample.
    """

    step: DecoderStep
    initial_states: DecoderStates
    source_ids: Sequence[Sequence[int]]
    options: DecodingOptions
    max_target_length: int
    prefixes: Sequence[Sequence[int]] = ()
    slots: Sequence[SlotRules | None] = ()
    samples: int = 1

    @property
    def limits(self) -> list[int]:
        """Most target tokens of each sentence, eos included."""
        limits = [
            self.options.length_limit(len(ids), self.max_target_length)
            for ids in self.source_ids
        ]
        if not self.slots:
            return limits
        # Slots arrive, however short a translation is asked for.
        return [
            max(limit, len(rules.slots) + 1 if rules else 0)
            for limit, rules in zip(limits, self.slots, strict=True)
        ]

    @property
    def scoring(self) -> Scoring:
        """How hypotheses are scored."""
        beta = self.options.coverage_penalty
        return Scoring(
            alpha=self.options.length_penalty or 0.0,
            beta=beta,
            coverage_mask=(
                _coverage_mask(self.source_ids, self.initial_states) if beta else None
            ),
        )

    @property
    def constraints(self) -> Constraints:
        """Rules that exclude tokens."""
        return Constraints(
            min_length=self.options.min_length,
            no_repeat_ngram_size=self.options.no_repeat_ngram_size,
            prefixes=self.prefixes,
            slots=self.slots,
            most_repeats=(
                list(map(most_repeats, self.source_ids))
                if self.options.break_loops
                else ()
            ),
        )


def decode(task: DecodingTask) -> list[list[Hypothesis]]:
    """Search as the options say.

    Returns:
        Per sentence at least one and at most `num_hypotheses` hypotheses, best first.
    """
    options = task.options
    if (options.beam_size or 1) > 1:
        return beam_search(
            task.step,
            task.initial_states,
            batch_size=len(task.source_ids),
            beam_size=options.beam_size or 1,
            num_hypotheses=options.num_hypotheses,
            bos_id=BOS_ID,
            eos_id=EOS_ID,
            max_length=task.limits,
            scoring=task.scoring,
            constraints=task.constraints,
        )
    if path := _path_in_one_call(task):
        return [[build_hypothesis(0, path, EOS_ID, task.scoring)]]
    samples = options.num_hypotheses
    if samples > 1:
        task = _repeat(task, samples)
    hypotheses = collect_hypotheses(
        emissions(task), len(task.source_ids), EOS_ID, task.scoring
    )
    return [
        sorted(hypotheses[first : first + samples], key=lambda found: -found.score)
        for first in range(0, len(hypotheses), samples)
    ]


def _path_in_one_call(task: DecodingTask) -> Path | None:
    """Return what greedy search emits for one sentence if nothing constrains it."""
    options, constraints = task.options, task.constraints
    search: GreedySearch | None = getattr(task.step, "search_greedily", None)
    if (
        search is None
        or len(task.source_ids) != 1
        or options.num_hypotheses > 1
        or options.sampling
        or constraints.active
    ):
        return None
    path = search(task.initial_states, task.limits[0])
    if path and constraints.most_repeats:
        history: list[int] = []
        for token_id in path.token_ids:
            if constraints.begins_loop(history, 0, token_id):
                return None
            history.append(token_id)
    return path


def emissions(task: DecodingTask) -> Iterator[Emission]:
    """Yield token by token what greedy search or sampling emits, one row each."""
    options = task.options
    choose: Choice = most_probable
    if options.sampling:
        # Imported here: a cold start need not load numpy's generators.
        from edge_runtime.search.sampling import random_choice, sentence_generator

        generators = [
            sentence_generator(options.seed, ids, row % task.samples)
            for row, ids in enumerate(task.source_ids)
        ]
        choose = random_choice(
            generators, temperature=options.temperature, top_k=options.top_k
        )
    return emit_tokens(
        task.step,
        task.initial_states,
        choose,
        batch_size=len(task.source_ids),
        bos_id=BOS_ID,
        eos_id=EOS_ID,
        max_length=task.limits,
        constraints=task.constraints,
    )


def _repeat(task: DecodingTask, samples: int) -> DecodingTask:
    rows = [row for row in range(len(task.source_ids)) for _ in range(samples)]
    return replace(
        task,
        initial_states=take_rows(task.initial_states, np.array(rows)),
        source_ids=[task.source_ids[row] for row in rows],
        prefixes=[task.prefixes[row] for row in rows] if task.prefixes else (),
        slots=[task.slots[row] for row in rows] if task.slots else (),
        samples=samples,
    )


def _coverage_mask(
    source_ids: Sequence[Sequence[int]], states: DecoderStates
) -> BoolArray:
    """Return `True` at every source token but bos, eos and padding."""
    lengths = np.array([len(ids) for ids in source_ids])[:, None]
    positions = np.arange(states[SOURCE_MASK].shape[1])[None]
    mask: BoolArray = (positions > 0) & (positions < lengths - 1)
    return mask
