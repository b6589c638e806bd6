"""Slots in a hypothesis: each once, those of a pair together, none missing."""

import itertools

import numpy as np
import pytest

from edge_runtime.search.beam_search import beam_search
from edge_runtime.search.constraints import Constraints
from edge_runtime.search.slot_rules import SlotGroup, SlotRules
from greedy_hypotheses import greedy_search

BOS, EOS = 2, 3
RESERVED = range(4, 10)
VOCAB_SIZE = 14
# <a>A <b>B C</b> D</a> X Y
A, B, C, D, X, Y = RESERVED
NESTED = SlotRules(
    [A, B, C, D, X, Y], RESERVED, groups=[SlotGroup(0, 4), SlotGroup(1, 3)]
)


def stand_together(slots, *group):
    """Whether no other slot stands between those of a group."""
    places = sorted(slots.index(slot) for slot in group)
    return places[-1] - places[0] == len(group) - 1


def well_nested(slots):
    """Whether pairs can enclose their slots and no others."""
    return stand_together(slots, A, B, C, D) and stand_together(slots, B, C)


def allowed_orders(rules, history=()):
    slot_ids, missing = rules.allowed(list(history))
    if not missing:
        return {history}
    return {
        order
        for token in slot_ids
        for order in allowed_orders(rules, (*history, token))
    }


def test_the_allowed_orders_are_the_well_nested_ones():
    orders = itertools.permutations(RESERVED)
    assert allowed_orders(NESTED) == {order for order in orders if well_nested(order)}


def test_pairs_that_are_cut_begin_or_end_the_sentence():
    # A B</b> C</a> D <x>X, where a and b were opened before and x is closed later.
    rules = SlotRules(
        [A, B, C, D, X],
        RESERVED,
        groups=[
            SlotGroup(0, 3, is_first=True),
            SlotGroup(0, 2, is_first=True),
            SlotGroup(4, 5, is_last=True),
        ],
    )
    assert allowed_orders(rules) == {(A, B, C, D, X), (B, A, C, D, X)}


def test_other_tokens_change_nothing():
    assert NESTED.allowed([11, A, 12, 13]) == NESTED.allowed([A])


def test_equal_slots_must_stand_as_often_as_in_the_source():
    rules = SlotRules([X, Y, X], RESERVED)
    assert rules.allowed([X]) == ((Y, X), 2)
    assert rules.allowed([X, X]) == ((Y,), 1)
    assert rules.places([X, 11, X, Y]) == [0, 2, 1]


def test_a_slot_that_the_source_does_not_have_has_no_place():
    assert NESTED.places([Y, A, X, D, D]) == [5, 0, None, 3, None]


def drawn_step(seed):
    """A step whose log-probs are drawn for each last token; slots are unlikely."""
    logits = np.random.default_rng(seed).normal(size=(VOCAB_SIZE, VOCAB_SIZE))
    logits[:, RESERVED.start : RESERVED.stop] -= 6.0
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))

    def step(token_ids, states):
        return log_probs[token_ids], states

    return step


@pytest.mark.parametrize("beam_size", [0, 1, 4])
@pytest.mark.parametrize("max_length", [6, 7, 9, 30])
@pytest.mark.parametrize("seed", range(5))
def test_no_hypothesis_ends_without_its_slots(beam_size, max_length, seed):
    constraints = Constraints(slots=[NESTED, None])
    options = {
        "batch_size": 2, "bos_id": BOS, "eos_id": EOS,
        "max_length": [max_length, 12], "constraints": constraints,
    }  # fmt: skip
    step, states = drawn_step(seed), {"row": np.zeros((2, 1))}
    if beam_size:
        found = beam_search(
            step, states, beam_size=beam_size, num_hypotheses=beam_size, **options
        )[0]
    else:
        found = greedy_search(step, states, **options)[:1]
    assert found
    for hypothesis in found:
        slots = [token for token in hypothesis.token_ids if token in RESERVED]
        assert sorted(slots) == list(RESERVED)
        assert well_nested(slots)


@pytest.mark.parametrize("beam_size", [0, 3])
def test_a_hypothesis_that_would_end_writes_its_slots_at_once(beam_size):
    def step(token_ids, states):
        # Says 11 twice, then wants to end; slots are the least probable of all.
        log_probs = np.tile(np.linspace(-9, -8, VOCAB_SIZE), (len(token_ids), 1))
        log_probs[:, RESERVED.start : RESERVED.stop] = -20.0
        said = states["said"][:, 0]
        log_probs[said < 2, 11] = -0.1
        log_probs[said >= 2, EOS] = -0.1
        return log_probs, {"said": states["said"] + 1}

    constraints = Constraints(slots=[SlotRules([X, Y], RESERVED)])
    options = {"batch_size": 1, "bos_id": BOS, "eos_id": EOS, "max_length": 30,
               "constraints": constraints}  # fmt: skip
    states = {"said": np.zeros((1, 1))}
    if beam_size:
        found = beam_search(step, states, beam_size=beam_size, **options)[0][0]
    else:
        (found,) = greedy_search(step, states, **options)
    assert found.token_ids[:2] == (11, 11)
    assert sorted(found.token_ids[2:]) == [X, Y]
    assert found.finished


def test_slots_are_due_where_only_they_and_eos_have_room():
    constraints = Constraints(slots=[SlotRules([X, Y], RESERVED)])

    def allowed(limit):
        log_probs = np.zeros((1, VOCAB_SIZE))
        (row,) = constraints.apply(log_probs, [[]], [0], [limit], EOS)
        return np.flatnonzero(np.isfinite(row)).tolist()

    assert allowed(3) == [X, Y]
    assert allowed(4) == [0, 1, BOS, X, Y, 10, 11, 12, 13]


def test_sentences_without_slots_are_searched_as_ever():
    step, states = drawn_step(1), {"row": np.zeros((2, 1))}
    options = {"batch_size": 2, "bos_id": BOS, "eos_id": EOS, "max_length": 12}
    beside = Constraints(slots=[NESTED, None])
    for search, more in ((greedy_search, {}), (beam_search, {"beam_size": 3})):
        alone = search(step, states, **options, **more)
        found = search(step, states, **options, **more, constraints=beside)
        assert found[1] == alone[1]
