"""Beam search over one decoder step; knows nothing about ONNX, Keras or text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from edge_runtime.arrays import BoolArray, FloatArray, IntArray
from edge_runtime.contract import ALIGNMENT
from edge_runtime.search.constraints import Constraints
from edge_runtime.search.greedy_search import (
    DecoderStates,
    DecoderStep,
    Hypothesis,
    build_hypothesis,
    length_limits,
    take_rows,
)
from edge_runtime.search.scoring import Scoring
from edge_runtime.search.top_tokens import top_tokens
from edge_runtime.search.trellis import Path, Trellis


def beam_search(
    step: DecoderStep,
    initial_states: DecoderStates,
    *,
    batch_size: int,
    beam_size: int,
    bos_id: int,
    eos_id: int,
    max_length: int | Sequence[int],
    num_hypotheses: int = 1,
    scoring: Scoring = Scoring(),  # noqa: B008 (frozen)
    constraints: Constraints = Constraints(),  # noqa: B008 (frozen)
) -> list[list[Hypothesis]]:
    """Keep the `beam_size` most probable hypotheses of every sentence.

    At each step, of all continuations of a sentence's live hypotheses:

    1. those among the `beam_size` most probable that end in eos are finished;
    2. the `beam_size` most probable of the others live on;
    3. the sentence is done at its length limit; once no live hypothesis can still be
       among the results; or, as soon as `beam_size` hypotheses have finished, once no
       live one is better, as long as it is now, than the worst of the results.

    With `beam_size` 1 this is greedy search. The beams of all sentences are the rows
    of one batch; sentences that are done leave it.

    Args:
        step: Decoder step to query.
        initial_states: States after encoding; every array has `batch_size` rows.
        batch_size: Number of source sentences.
        beam_size: Hypotheses kept per sentence.
        bos_id: Id fed at the first step.
        eos_id: Id that ends a hypothesis.
        max_length: Most tokens to produce, eos included; one number for all or one
            per sentence.
        num_hypotheses: Hypotheses to return per sentence, at most `beam_size`.
        scoring: How finished hypotheses are ranked.
        constraints: Rules that exclude tokens.

    Returns:
        Per sentence, in input order, up to `num_hypotheses` hypotheses, best score
        first; unfinished ones only where too few finished, and after those.
    """
    if not 1 <= num_hypotheses <= beam_size:
        raise ValueError(
            "`num_hypotheses` must be from 1 to `beam_size`. Received: "
            f"num_hypotheses={num_hypotheses}, beam_size={beam_size}."
        )
    search = _BeamSearch(
        step=step,
        states=initial_states,
        source_arrays=set(initial_states),
        sentences=np.arange(batch_size),
        log_probs=np.zeros((batch_size, 1)),
        token_ids=np.full(batch_size, bos_id, dtype=np.int32),
        histories=[[] for _ in range(batch_size)],
        pools=[_Pool(num_hypotheses) for _ in range(batch_size)],
        beam_size=beam_size,
        eos_id=eos_id,
        limits=np.array(length_limits(max_length, batch_size), dtype=np.int64),
        scoring=scoring,
        constraints=constraints,
    )
    while search.sentences.size:
        search.advance()
    return [pool.best() for pool in search.pools]


@dataclass
class _Pool:
    """The best finished hypotheses of one sentence, and how many have finished."""

    size: int
    count: int = 0
    finished: list[Hypothesis] = field(default_factory=list)
    unfinished: list[Hypothesis] = field(default_factory=list)

    def worst_score(self, finished: bool = True) -> float:
        """Return the score that a hypothesis must exceed to enter the pool."""
        kept = self.finished if finished else self.unfinished
        return kept[-1].score if len(kept) == self.size else -np.inf

    def add(self, hypothesis: Hypothesis) -> None:
        kept = self.finished if hypothesis.finished else self.unfinished
        kept.append(hypothesis)
        kept.sort(key=lambda kept_one: -kept_one.score)  # stable: the earlier wins
        del kept[self.size :]

    def best(self) -> list[Hypothesis]:
        return [*self.finished, *self.unfinished][: self.size]


@dataclass(frozen=True)
class _Growth:
    """The best continuations of each sentence, best first.

    All arrays have shape `(live, candidates)`; `live` counts sentences. `parents` are
    rows of the step's input, `log_probs` sums over the whole hypothesis.
    """

    parents: IntArray
    token_ids: IntArray
    token_log_probs: FloatArray
    log_probs: FloatArray

    def take(self, places: IntArray) -> "_Growth":
        """Return the candidates at `places`, shape `(live, taken)`."""
        rows = np.arange(len(places))[:, None]
        return _Growth(
            self.parents[rows, places],
            self.token_ids[rows, places],
            self.token_log_probs[rows, places],
            self.log_probs[rows, places],
        )


@dataclass
class _BeamSearch:
    """One running search.

    Every live sentence has the same number of rows, `width`: one before the first
    step, then up to `beam_size`. A row whose log-prob is `-inf` holds no hypothesis.

    `sentences` has shape `(live,)`, `log_probs` `(live, width)` and `token_ids`
    `(live * width,)`, as has the first axis of every array in `states`. `histories`
    has one entry per row, where a constraint reads them.
    `source_arrays` names the states that no step has replaced so far: they are equal
    in all rows of a sentence, so moving hypotheses within a sentence leaves them.
    """

    step: DecoderStep
    states: DecoderStates
    source_arrays: set[str]
    sentences: IntArray
    log_probs: FloatArray
    token_ids: npt.NDArray[np.int32]
    histories: list[list[int]]
    pools: list[_Pool]
    beam_size: int
    eos_id: int
    limits: IntArray
    scoring: Scoring
    constraints: Constraints
    length: int = 0
    trellis: Trellis = field(default_factory=Trellis)

    def advance(self) -> None:
        """Add one token to every live hypothesis and retire what has ended."""
        token_log_probs, alignment = self._query()
        grown = self._grow(token_log_probs)
        if self.constraints.most_repeats:
            while looping := self._looping(grown):
                token_log_probs = token_log_probs.copy()
                token_log_probs[tuple(zip(*looping, strict=True))] = -np.inf
                grown = self._grow(token_log_probs)
        ends = grown.token_ids == self.eos_id
        possible = grown.log_probs > -np.inf
        self._finish(grown, (ends & possible)[:, : self.beam_size], alignment)
        # Stable: continuations keep their order; eos and impossible tokens go last.
        lives_on = possible & ~ends
        places = np.argsort(~lives_on, axis=1, kind="stable")[:, : self.beam_size]
        lives_on = lives_on[np.arange(len(places))[:, None], places]
        grown = grown.take(places)
        done = self._done(np.where(lives_on, grown.log_probs, -np.inf))
        self._truncate(grown, lives_on, done, alignment)
        self._go_on(grown, lives_on, ~done, alignment)

    def _query(self) -> tuple[FloatArray, FloatArray | None]:
        fed = self.states
        log_probs, self.states = self.step(self.token_ids, fed)
        self.source_arrays = {
            name for name in self.source_arrays if self.states.get(name) is fed[name]
        }
        self.length += 1
        if self.constraints.active:
            log_probs = self.constraints.apply(
                log_probs,
                self.histories,
                np.repeat(self.sentences, self.log_probs.shape[1]).tolist(),
                self.limits.tolist(),
                self.eos_id,
            )
        return log_probs, self.states.get(ALIGNMENT)

    def _looping(self, grown: _Growth) -> list[tuple[int, int]]:
        """Return rows and tokens of candidates that repeat a phrase too often."""
        return [
            (parent, token_id)
            for sentence, parents, token_ids, log_probs in zip(
                self.sentences.tolist(),
                grown.parents.tolist(),
                grown.token_ids.tolist(),
                grown.log_probs.tolist(),
                strict=True,
            )
            for parent, token_id, log_prob in zip(
                parents, token_ids, log_probs, strict=True
            )
            if log_prob > -np.inf
            and self.constraints.begins_loop(self.histories[parent], sentence, token_id)
        ]

    def _grow(self, token_log_probs: FloatArray) -> _Growth:
        # One more than the beam: with eos left out, `beam_size` tokens remain.
        count = min(self.beam_size + 1, token_log_probs.shape[1])
        best, token_ids = top_tokens(token_log_probs, count)  # (live * width, count)
        live, width = self.log_probs.shape
        # (live, width, 1) + (live, width, count) = (live, width, count)
        log_probs = self.log_probs[:, :, None] + best.reshape(live, width, count)
        log_probs = log_probs.reshape(live, width * count)  # a sentence's in one row
        # At most one of a row's tokens is eos: twice the beam leaves enough others.
        places = np.argsort(-log_probs, axis=1, kind="stable")[:, : 2 * self.beam_size]
        first_rows = np.arange(live)[:, None] * width
        return _Growth(
            parents=first_rows + np.arange(width * count)[None] // count,
            token_ids=token_ids.reshape(live, -1),
            token_log_probs=best.reshape(live, -1),
            log_probs=log_probs,
        ).take(places)  # (live, at most 2 * beam_size)

    def _finish(
        self, grown: _Growth, finished: BoolArray, alignment: FloatArray | None
    ) -> None:
        for live, place in np.argwhere(finished).tolist():
            pool = self.pools[self.sentences[live]]
            pool.count += 1
            # The coverage penalty only lowers it.
            score = self.scoring.without_coverage(
                float(grown.log_probs[live, place]), self.length
            )
            if score > pool.worst_score():
                pool.add(self._hypothesis(grown, live, place, alignment))

    def _done(self, log_probs: FloatArray) -> BoolArray:
        """Return which sentences have ended, given the log-probs of live hypotheses.

        Stopping early is exact until `beam_size` hypotheses have finished: the results
        are full, and by `Scoring.best_possible` no live hypothesis can exceed the
        worst of them, which equals do not replace. After that what a live hypothesis
        could still gain from the length penalty is left out: it would be waited for
        up to the length limit. Without a length penalty it is exact always.
        """
        limits = self.limits[self.sentences]
        best = log_probs.max(axis=1, initial=-np.inf)
        done: BoolArray = (self.length >= limits) | ~(best > -np.inf)
        for live, sentence in enumerate(self.sentences.tolist()):
            pool = self.pools[sentence]
            if done[live] or len(pool.finished) < pool.size:
                continue
            log_prob = float(best[live])
            if self.beam_size == 1:
                # Greedy search: whatever the coverage penalty makes of its end.
                bound = -np.inf
            elif pool.count >= self.beam_size:
                bound = self.scoring.without_coverage(log_prob, self.length)
            else:
                bound = self.scoring.best_possible(log_prob, int(limits[live]))
            done[live] = pool.worst_score() >= bound
        return done

    def _truncate(
        self,
        grown: _Growth,
        lives_on: BoolArray,
        done: BoolArray,
        alignment: FloatArray | None,
    ) -> None:
        """Keep unfinished hypotheses of sentences that ended with too few finished."""
        for live in np.flatnonzero(done).tolist():
            sentence = int(self.sentences[live])
            pool = self.pools[sentence]
            if len(pool.finished) == pool.size:
                continue
            # None lives on where a sentence ended before its limit.
            for place in np.flatnonzero(lives_on[live]).tolist():
                bound = self.scoring.without_coverage(
                    float(grown.log_probs[live, place]), self.length
                )
                if bound > pool.worst_score(finished=False):
                    pool.add(self._hypothesis(grown, live, place, alignment))
            if not pool.best():
                # No token was allowed: the result is the prefix so far.
                width = self.log_probs.shape[1]
                path = self.trellis.trace(live * width)
                pool.add(self._build(sentence, path))

    def _go_on(
        self,
        grown: _Growth,
        lives_on: BoolArray,
        staying: BoolArray,
        alignment: FloatArray | None,
    ) -> None:
        rows = grown.parents[staying].ravel()  # (live * width,)
        self.trellis.append(
            rows,
            grown.token_ids[staying].ravel(),
            grown.token_log_probs[staying].ravel(),
            alignment,
        )
        self.log_probs = np.where(lives_on, grown.log_probs, -np.inf)[staying]
        self.sentences = self.sentences[staying]
        same_sentences = len(rows) == len(self.token_ids) and bool(staying.all())
        self.token_ids = grown.token_ids[staying].ravel().astype(np.int32)
        if self.constraints.need_histories:
            self.histories = [
                [*self.histories[row], token_id]
                for row, token_id in zip(
                    rows.tolist(), self.token_ids.tolist(), strict=True
                )
            ]
        if not rows.size:
            return
        if same_sentences:
            moved = {
                k: v for k, v in self.states.items() if k not in self.source_arrays
            }
            self.states = {**self.states, **take_rows(moved, rows)}
        else:
            self.states = take_rows(self.states, rows)

    def _hypothesis(
        self, grown: _Growth, live: int, place: int, alignment: FloatArray | None
    ) -> Hypothesis:
        parent = int(grown.parents[live, place])
        path = self.trellis.trace(parent)
        path.token_ids.append(int(grown.token_ids[live, place]))
        path.log_probs.append(float(grown.token_log_probs[live, place]))
        if alignment is not None:
            path.alignment_rows.append(alignment[parent])
        return self._build(int(self.sentences[live]), path)

    def _build(self, sentence: int, path: Path) -> Hypothesis:
        return build_hypothesis(sentence, path, self.eos_id, self.scoring)
