"""Greedy search, joined from its parts as `translation/decoding.py` joins them."""

from edge_runtime.search.constraints import Constraints
from edge_runtime.search.greedy_search import (
    collect_hypotheses,
    emit_tokens,
    most_probable,
)
from edge_runtime.search.scoring import Scoring


def greedy_search(
    step,
    initial_states,
    *,
    batch_size,
    bos_id,
    eos_id,
    max_length,
    scoring=Scoring(),  # noqa: B008 (frozen)
    constraints=Constraints(),  # noqa: B008 (frozen)
):
    """Return the hypothesis of each sentence; arguments are those of `beam_search`."""
    emissions = emit_tokens(
        step,
        initial_states,
        most_probable,
        batch_size=batch_size,
        bos_id=bos_id,
        eos_id=eos_id,
        max_length=max_length,
        constraints=constraints,
    )
    return collect_hypotheses(emissions, batch_size, eos_id, scoring)
