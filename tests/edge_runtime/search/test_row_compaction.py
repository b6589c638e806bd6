import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.search.row_compaction import RowCompaction
from greedy_hypotheses import greedy_search


@given(st.data())
def test_rows_keep_their_values_however_many_leave_at_each_step(data):
    names = np.arange(data.draw(st.integers(1, 9)))
    states = {"source": names * 10.0, "state": names * 1.0}
    compact = RowCompaction()
    while names.size:
        size = names.size
        staying = data.draw(st.lists(st.booleans(), min_size=size, max_size=size))
        states, rows = compact(states, staying)
        assert sorted(names[rows]) == sorted(names[staying])
        names = names[rows]
        np.testing.assert_array_equal(states["source"], names * 10.0)
        np.testing.assert_array_equal(states["state"], names)
        assert states["source"].flags.c_contiguous
        # A step makes new decoder states, and hands on what depends on the source.
        states = {"source": states["source"], "state": names * 1.0}


def test_what_was_given_is_never_changed():
    given_states = {"source": np.arange(6.0)}
    compact = RowCompaction()
    states, _ = compact(given_states, [False, True, True, False, True, True])
    compact(states, [False, True, True, True])
    np.testing.assert_array_equal(given_states["source"], np.arange(6.0))


def test_what_depends_on_the_source_is_copied_once():
    compact = RowCompaction()
    states, _ = compact({"source": np.arange(6.0)}, [False, *[True] * 5])
    later, _ = compact(states, [False, *[True] * 4])
    assert np.shares_memory(states["source"], later["source"])


@pytest.mark.parametrize("lengths", [[1, 2, 3, 4, 5], [5, 4, 3, 2, 1], [3, 1, 5, 1, 2]])
def test_every_sentence_of_a_search_keeps_its_own_source(lengths):
    """Each sentence is to write its own id as often as its length says, then eos."""

    def step(token_ids, states):
        positions = states["position"] + 1
        tokens = np.where(positions > states["length"], 3, states["token"])
        log_probs = np.full((len(tokens), 20), -9.0)
        log_probs[np.arange(len(tokens)), tokens] = -0.1
        return log_probs, {**states, "position": positions}

    found = greedy_search(
        step,
        {
            "length": np.array(lengths),
            "token": np.arange(5) + 10,
            "position": np.zeros(5, dtype=int),
        },
        batch_size=5,
        bos_id=2,
        eos_id=3,
        max_length=9,
    )
    expected = [(10 + place,) * length for place, length in enumerate(lengths)]
    assert [hypothesis.token_ids for hypothesis in found] == expected
