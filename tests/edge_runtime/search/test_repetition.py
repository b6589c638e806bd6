"""Loops of a decoder, stated over whole sequences and in both searches."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge_runtime.search.beam_search import beam_search
from edge_runtime.search.constraints import Constraints
from edge_runtime.search.repetition import begins_loop, most_repeats
from greedy_hypotheses import greedy_search


def repeats(tokens):
    """How often the most repeated phrase of up to 16 tokens stands there in a row."""
    most = 1
    for size in range(1, 17):
        for begin in range(len(tokens) - size):
            phrase, count = tokens[begin : begin + size], 1
            while tokens[begin + count * size : begin + (count + 1) * size] == phrase:
                count += 1
            most = max(most, count)
    return most


SEQUENCES = st.lists(st.integers(5, 7), max_size=40)


@given(SEQUENCES)
@example([5, 6] * 7)
@example([5] * 9)
def test_a_source_allows_what_it_repeats(source):
    assert most_repeats(source) == max(4, repeats(source))


@given(SEQUENCES, st.integers(4, 6))
@example([5, 6, 7] * 5, 4)
@example([9, *[5, 6] * 5], 4)
def test_tokens_that_begin_no_loop_make_a_sequence_without_one(tokens, most):
    kept = []
    for token in tokens:
        begins = begins_loop(kept, token, most)
        assert begins == (repeats([*kept, token]) > most)
        if not begins:
            kept.append(token)


LOOPING = [5, 6, 7]
"""Each is followed by the next, and the last by the first."""


def looping_step(token_ids, states):
    log_probs = np.full((len(token_ids), 9), -9.0)
    log_probs[:, 3] = -3.0
    for row, token in enumerate(token_ids.tolist()):
        place = LOOPING.index(token) if token in LOOPING else -1
        log_probs[row, LOOPING[(place + 1) % 3]] = -0.1
    return log_probs, states


@pytest.mark.parametrize("beam_size", [0, 1, 3])
def test_a_search_leaves_a_loop(beam_size):
    options = {"batch_size": 2, "bos_id": 2, "eos_id": 3, "max_length": [40, 40]}
    states = {"row": np.zeros((2, 1))}

    def search(constraints):
        if beam_size:
            return [
                found[0]
                for found in beam_search(
                    looping_step, states, beam_size=beam_size,
                    constraints=constraints, **options,
                )
            ]  # fmt: skip
        return greedy_search(looping_step, states, constraints=constraints, **options)

    if beam_size < 2:
        assert repeats(list(search(Constraints())[0].token_ids)) == 13
    first, second = search(Constraints(most_repeats=[4, 6]))
    assert repeats(list(first.token_ids)) <= 4
    assert repeats(list(second.token_ids)) <= 6
    if beam_size < 2:
        assert first.token_ids[:14] == tuple((LOOPING * 5)[:14])


def test_a_forced_prefix_may_loop():
    prefix = (5,) * 8
    (found,) = greedy_search(
        looping_step, {"row": np.zeros((1, 1))}, batch_size=1, bos_id=2, eos_id=3,
        max_length=20, constraints=Constraints(prefixes=[prefix], most_repeats=[4]),
    )  # fmt: skip
    assert found.token_ids[:8] == prefix
