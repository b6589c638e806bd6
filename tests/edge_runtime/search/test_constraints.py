import numpy as np

from edge_runtime.search.constraints import Constraints, repeating_ids


def test_repeating_ids_by_hand():
    assert repeating_ids([4, 5, 6, 4, 5], 3) == [6]
    assert repeating_ids([4, 5, 4, 6, 4], 2) == [5, 6]
    assert repeating_ids([4, 5], 1) == [4, 5]
    assert repeating_ids([4], 2) == []
    assert repeating_ids([], 1) == []


def test_the_given_log_probs_are_not_changed():
    log_probs = np.zeros((1, 5))
    allowed = Constraints(min_length=1).apply(log_probs, [[]], [0], [9], eos_id=3)
    assert allowed[0].tolist() == [0, 0, 0, -np.inf, 0]
    assert not log_probs.any()


def test_each_row_follows_the_prefix_of_its_sentence():
    constraints = Constraints(prefixes=[(1,), (), (2, 4)])
    log_probs = np.zeros((3, 5))
    allowed = constraints.apply(log_probs, [[2], [], []], [2, 1, 0], [9] * 3, eos_id=3)
    assert np.isfinite(allowed).tolist() == [
        [False, False, False, False, True],
        [True] * 5,
        [False, True, False, False, False],
    ]


def test_empty_prefixes_rule_nothing_out():
    assert not Constraints(prefixes=[(), ()]).active
