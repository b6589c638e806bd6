import numpy as np
import pytest

from edge_runtime.search.constraints import Constraints
from greedy_hypotheses import greedy_search

BOS, EOS = 2, 3


def spell(*rows):
    """A decoder step that spells out the row named by the state `source`."""

    def step(token_ids, states):
        position = int(states["position"][0, 0])
        log_probs = np.full((len(token_ids), 9), np.log(0.01), dtype=np.float32)
        for place, source in enumerate(states["source"][:, 0]):
            ids = rows[int(source)]
            log_probs[place, ids[min(position, len(ids) - 1)]] = np.log(0.92)
        alignment = np.repeat(states["source"], 2, axis=1) + position
        return log_probs, {
            "position": states["position"] + 1,
            "source": states["source"],
            "alignment": alignment,
        }

    return step


def decode(*rows, max_length=8, **options):
    states = {
        "position": np.zeros((len(rows), 1), dtype=np.float32),
        "source": np.arange(len(rows), dtype=np.float32)[:, None],
    }
    return greedy_search(
        spell(*rows),
        states,
        batch_size=len(rows),
        bos_id=BOS,
        eos_id=EOS,
        max_length=max_length,
        **options,
    )


def test_stops_at_eos_and_drops_it():
    (hypothesis,) = decode([5, 6, EOS, 7])
    assert hypothesis.token_ids == (5, 6)
    assert hypothesis.finished
    assert hypothesis.log_prob == pytest.approx(3 * np.log(0.92), rel=1e-5)
    assert len(hypothesis.token_log_probs) == 3


def test_a_finished_row_keeps_its_score_while_others_go_on():
    short, long = decode([5, EOS], [5, 6, 7, EOS])
    assert (short.token_ids, long.token_ids) == ((5,), (5, 6, 7))
    assert short.log_prob == pytest.approx(2 * np.log(0.92), rel=1e-5)


def test_rows_stay_with_their_sentences_when_finished_ones_leave():
    words = [[4 + (row + place) % 5 for place in range(row)] for row in range(12)]
    hypotheses = decode(*[[*word, EOS] for word in words], max_length=20)
    assert [list(found.token_ids) for found in hypotheses] == words
    for row, found in enumerate(hypotheses):
        expected = np.repeat(row + np.arange(row + 1), 2).reshape(-1, 2)
        np.testing.assert_array_equal(found.alignment, expected)


def test_length_limit_marks_the_hypothesis_unfinished():
    (hypothesis,) = decode([5, 6, 7, 8], max_length=2)
    assert hypothesis.token_ids == (5, 6)
    assert not hypothesis.finished


def test_every_sentence_has_its_own_length_limit():
    hypotheses = decode([5, 6, 7, EOS], [5, 6, 7, EOS], max_length=[1, 8])
    assert [found.token_ids for found in hypotheses] == [(5,), (5, 6, 7)]


def test_equals_go_to_the_lowest_id():
    def level(token_ids, states):
        return np.full((1, 9), np.log(1 / 9), dtype=np.float32), states

    (found,) = greedy_search(
        level, {}, batch_size=1, bos_id=BOS, eos_id=EOS, max_length=2
    )
    assert found.token_ids == (0, 0)


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match="`max_length` must be at least 1"):
        decode([5], max_length=0)


def test_min_length_puts_eos_off():
    (found,) = decode([EOS], constraints=Constraints(min_length=3))
    assert len(found.token_ids) == 3
    assert found.finished


def test_no_ngram_is_repeated():
    constraints = Constraints(no_repeat_ngram_size=2)
    (found,) = decode([5, 5, 5, 5, 5, 5], constraints=constraints, max_length=6)
    pairs = list(zip(found.token_ids, found.token_ids[1:], strict=False))
    assert found.token_ids[:2] == (5, 5)
    assert len(set(pairs)) == len(pairs)


def test_a_prefix_is_followed_and_its_log_prob_counted():
    constraints = Constraints(prefixes=[(), (8, 7)])
    free, forced = decode([5, EOS], [5, 6, 4, EOS], constraints=constraints)
    assert free.token_ids == (5,)
    assert forced.token_ids == (8, 7, 4)
    assert forced.token_log_probs[0] == pytest.approx(np.log(0.01), rel=1e-5)


def test_a_row_without_any_possible_token_ends_unfinished_and_alone():
    def step(token_ids, states):
        log_probs = np.full((len(token_ids), 9), -np.inf, dtype=np.float32)
        others = states["source"] > 0
        log_probs[others, 5] = -0.5
        log_probs[others, EOS] = -1.0
        return log_probs, states

    impossible, possible = greedy_search(
        step,
        {"source": np.arange(2)},
        batch_size=2,
        bos_id=BOS,
        eos_id=EOS,
        max_length=2,
    )
    assert (impossible.token_ids, impossible.finished) == ((), False)
    assert impossible.token_log_probs == ()
    assert possible.token_ids == (5, 5)
    assert possible.token_log_probs == (-0.5, -0.5)


def test_a_step_that_returns_nan_ends_unfinished():
    calls = []

    def broken(token_ids, states):
        calls.append(token_ids)
        return np.full((1, 9), np.nan, dtype=np.float32), states

    (found,) = greedy_search(
        broken, {}, batch_size=1, bos_id=BOS, eos_id=EOS, max_length=5
    )
    assert (found.token_ids, found.finished) == ((), False)
    assert len(calls) == 1
