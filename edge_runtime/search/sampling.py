"""Sampling from one decoder step; draws do not depend on the rest of the batch."""

from collections.abc import Sequence

import numpy as np

from edge_runtime.arrays import FloatArray, IntArray
from edge_runtime.search.greedy_search import Choice
from edge_runtime.search.top_tokens import top_tokens


def random_choice(
    generators: Sequence[np.random.Generator], *, temperature: float, top_k: int = 0
) -> Choice:
    """Return a choice that draws from `softmax(log_probs / temperature)`.

    Each sentence draws from its own generator, one number per token, so the draws of
    a sentence do not depend on what else is in the batch.

    Args:
        generators: One per sentence.
        temperature: Below 1 prefers probable tokens, above 1 improbable ones.
        top_k: Draw among this many most probable tokens; 0 for all.

    Example:
        ```python
        choose = random_choice([np.random.default_rng(0)], temperature=0.7, top_k=10)
        emissions = emit_tokens(step, states, choose, batch_size=1, ...)
        ```
    """

    def choose(log_probs: FloatArray, sentences: Sequence[int]) -> IntArray:
        draws = np.array([generators[sentence].random() for sentence in sentences])
        count = min(top_k, log_probs.shape[1])
        if not count:
            return draw_tokens(log_probs, draws, temperature)
        best, token_ids = top_tokens(log_probs, count)
        places = draw_tokens(best, draws, temperature)
        return token_ids[np.arange(len(token_ids)), places]

    return choose


def draw_tokens(
    log_probs: FloatArray, draws: FloatArray, temperature: float
) -> IntArray:
    """Return the token at which each row's cumulative probability exceeds its draw.

    Args:
        log_probs: Shape `(rows, candidates)`; `-inf` is never drawn.
        draws: Numbers from 0 up to 1, shape `(rows,)`.
        temperature: Divides the log-probs.
    """
    best = log_probs.max(axis=1, keepdims=True)
    # A row without any allowed token is all -inf; search ends it, whatever is drawn.
    best = np.where(np.isfinite(best), best, 0.0).astype(np.float64)
    weights = np.exp((log_probs - best) / temperature)
    cumulative = weights.cumsum(axis=1)
    reached = cumulative > draws[:, None] * cumulative[:, -1:]
    token_ids: IntArray = reached.argmax(axis=1)
    return token_ids


def sentence_generator(
    seed: int, token_ids: Sequence[int], sample: int
) -> np.random.Generator:
    """Return the generator of one sample of one sentence.

    Args:
        seed: The caller's seed.
        token_ids: Source ids of the sentence; other sentences get other generators.
        sample: Number of the sample among those of this sentence.
    """
    return np.random.default_rng([seed, sample, *token_ids])
