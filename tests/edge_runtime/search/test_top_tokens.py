import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.search.top_tokens import top_tokens


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 999),
    st.sampled_from([5, 64, 1024, 1100, 4096, 5003]),
    st.integers(1, 5),
    st.sampled_from([0, 1, 50]),
)
def test_equals_a_stable_sort(seed, vocab_size, count, levels):
    rng = np.random.default_rng(seed)
    log_probs = rng.normal(size=(3, vocab_size)).astype("f4")
    if levels:  # few distinct values: many equals
        log_probs = np.round(log_probs * levels).astype("f4")
    before = log_probs.copy()
    values, token_ids = top_tokens(log_probs, count)
    expected = np.argsort(-log_probs, axis=1, kind="stable")[:, :count]
    np.testing.assert_array_equal(token_ids, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(log_probs, expected, 1))
    np.testing.assert_array_equal(log_probs, before)


def test_ruled_out_tokens_come_last():
    log_probs = np.full((1, 2005), -np.inf, dtype="f4")
    log_probs[0, [7, 2003]] = [-2.0, -1.0]
    values, token_ids = top_tokens(log_probs, 3)
    assert token_ids[0, :2].tolist() == [2003, 7]
    assert values[0, 2] == -np.inf


@pytest.mark.parametrize("token_id", [1999, 2000, 2014])
def test_the_last_tokens_of_an_odd_vocabulary_are_seen(token_id):
    log_probs = np.random.default_rng(0).normal(size=(2, 2015)).astype("f4")
    log_probs[:, token_id] = [9.0, 8.0]
    values, token_ids = top_tokens(log_probs, 2)
    assert token_ids[:, 0].tolist() == [token_id, token_id]
    assert values[:, 0].tolist() == [9.0, 8.0]


def test_equals_in_columns_of_different_rank_keep_the_order_of_ids():
    log_probs = np.random.default_rng(0).random(size=(1, 2048)).astype("f4")
    log_probs[0, [9 + 2048 // 16, 9, 5]] = [10.0, 5.0, 5.0]
    _, token_ids = top_tokens(log_probs, 3)
    assert token_ids[0].tolist() == [9 + 2048 // 16, 5, 9]


@pytest.mark.parametrize("vocab_size", [3, 2000])
def test_all_tokens_can_be_asked_for(vocab_size):
    log_probs = np.random.default_rng(0).normal(size=(2, vocab_size))
    _, token_ids = top_tokens(log_probs, vocab_size)
    assert sorted(token_ids[0].tolist()) == list(range(vocab_size))
