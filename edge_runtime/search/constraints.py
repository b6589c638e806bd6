"""Constraints on hypotheses: slots, loops, least length, n-grams, forced prefixes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_runtime.arrays import FloatArray, IntArray
from edge_runtime.search.repetition import begins_loop
from edge_runtime.search.slot_rules import SlotRules

Histories = Sequence[list[int]]
"""Per row, the ids emitted so far."""


@dataclass(frozen=True)
class Constraints:
    """Rules that exclude tokens, given the tokens emitted before.

    Attributes:
        min_length: Fewest tokens before eos is allowed.
        no_repeat_ngram_size: No n-gram of this size occurs twice; 0 allows all.
        prefixes: Per sentence, the ids its hypothesis must begin with; empty for no
            prefix. A prefix takes precedence over the other constraints.
        slots: Per sentence, the slots its hypothesis must have, `None` for none; empty
            where no sentence has any. They take precedence over what follows.
        most_repeats: Per sentence, how often a phrase may stand in its hypothesis,
            time after time; empty for any number.
    """

    min_length: int = 0
    no_repeat_ngram_size: int = 0
    prefixes: Sequence[Sequence[int]] = ()
    slots: Sequence[SlotRules | None] = ()
    most_repeats: Sequence[int] = ()

    @property
    def active(self) -> bool:
        """Whether `apply` excludes any token."""
        return bool(
            self.min_length
            or self.no_repeat_ngram_size
            or any(self.prefixes)
            or any(self.slots)
        )

    @property
    def need_histories(self) -> bool:
        """Whether any of the rules reads the tokens emitted before."""
        return self.active or bool(self.most_repeats)

    def apply(
        self,
        log_probs: FloatArray,
        histories: Histories,
        sentences: Sequence[int],
        limits: Sequence[int],
        eos_id: int,
    ) -> FloatArray:
        """Return log-probs with `-inf` for every excluded token.

        Args:
            log_probs: Shape `(rows, vocab_size)`; not changed.
            histories: Per row, the ids emitted so far.
            sentences: Per row, its sentence's place in `prefixes` and `slots`.
            limits: Per sentence, the most tokens of its hypothesis, eos included.
            eos_id: Id that ends a hypothesis.
        """
        allowed = log_probs.copy()
        for row, (history, sentence) in enumerate(
            zip(histories, sentences, strict=True)
        ):
            prefix = self.prefixes[sentence] if self.prefixes else ()
            if len(history) < len(prefix):
                forced = prefix[len(history)]
                allowed[row] = -np.inf
                allowed[row, forced] = log_probs[row, forced]
                continue
            if len(history) < self.min_length:
                allowed[row, eos_id] = -np.inf
            if self.no_repeat_ngram_size:
                repeated = repeating_ids(history, self.no_repeat_ngram_size)
                allowed[row, repeated] = -np.inf
            rules = self.slots[sentence] if self.slots else None
            if rules:
                tokens_left = limits[sentence] - len(history)
                _apply_slots(
                    allowed[row], log_probs[row], rules, history, tokens_left, eos_id
                )
        return allowed

    def begins_loop(self, history: list[int], sentence: int, token_id: int) -> bool:
        """Return whether a token would repeat a phrase more often than is allowed.

        Args:
            history: The ids emitted so far.
            sentence: The sentence they belong to.
            token_id: The token that would follow.
        """
        if not begins_loop(history, token_id, self.most_repeats[sentence]):
            return False
        return not self.prefixes or len(history) >= len(self.prefixes[sentence])


def _apply_slots(
    allowed: FloatArray,
    log_probs: FloatArray,
    rules: SlotRules,
    history: list[int],
    tokens_left: int,
    eos_id: int,
) -> None:
    """Exclude the slots that may not follow, and the rest where slots are due.

    They are due where no more tokens are left than are needed, and where the
    hypothesis would end without them: made to go on, it would only write nonsense.

    Args:
        allowed: Log-probs of one row, shape `(vocab_size,)`; changed.
        log_probs: The same before anything was excluded.
        rules: The slots of the row's sentence.
        history: The ids emitted so far.
        tokens_left: Most tokens that may follow, eos included.
        eos_id: Id that ends a hypothesis.
    """
    slot_ids, missing = rules.allowed(history)
    following: IntArray = np.array(slot_ids, dtype=np.int64)
    would_end = allowed[eos_id] > -np.inf and log_probs.argmax() == eos_id
    if missing and (would_end or tokens_left <= missing + 1):
        allowed[:] = -np.inf
    else:
        allowed[rules.reserved.start : rules.reserved.stop] = -np.inf
        if rules.excluded is not None:
            allowed[rules.excluded] = -np.inf
    allowed[following] = log_probs[following]
    if missing:
        allowed[eos_id] = -np.inf


def repeating_ids(history: Sequence[int], ngram_size: int) -> list[int]:
    """Return the ids that would complete an n-gram which `history` already has."""
    if len(history) < ngram_size:
        return []
    context = list(history[len(history) - ngram_size + 1 :])
    return [
        history[begin + ngram_size - 1]
        for begin in range(len(history) - ngram_size + 1)
        if list(history[begin : begin + ngram_size - 1]) == context
    ]
