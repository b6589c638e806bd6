"""Constraints on hypotheses: least length, no repeated n-grams, forced prefixes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edge_runtime.arrays import FloatArray


@dataclass(frozen=True)
class Constraints:
    """Rules that exclude tokens, given the tokens emitted before.

    Attributes:
        min_length: Fewest tokens before eos is allowed.
        no_repeat_ngram_size: No n-gram of this size occurs twice; 0 allows all.
        prefixes: Per sentence, the ids its hypothesis must begin with; empty for no
            prefix. A prefix takes precedence over the other constraints.
    """

    min_length: int = 0
    no_repeat_ngram_size: int = 0
    prefixes: Sequence[Sequence[int]] = ()

    @property
    def active(self) -> bool:
        """Whether there is any constraint."""
        return bool(self.min_length or self.no_repeat_ngram_size or any(self.prefixes))

    def apply(
        self,
        log_probs: FloatArray,
        histories: Sequence[Sequence[int]],
        sentences: Sequence[int],
        eos_id: int,
    ) -> FloatArray:
        """Return log-probs with `-inf` for every excluded token.

        Args:
            log_probs: Shape `(rows, vocab_size)`; not changed.
            histories: Per row, the ids emitted so far.
            sentences: Per row, its sentence's place in `prefixes`.
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
        return allowed


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
