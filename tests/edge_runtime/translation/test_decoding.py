from dataclasses import replace

import numpy as np
import pytest

from edge_runtime import DecodingOptions
from edge_runtime.bundle.manifest import DecodingDefaults
from edge_runtime.search.slot_rules import SlotRules
from edge_runtime.translation.decoding import DecodingTask, decode

BOS, EOS = 2, 3
SOURCE_IDS = [[BOS, 7, EOS], [BOS, 7, 8, 9, EOS]]


def attend_to(*positions):
    """A step that ends at once and spreads its attention over some positions."""

    def step(token_ids, states):
        log_probs = np.full((len(token_ids), 10), -9.0, dtype="f4")
        log_probs[:, EOS] = -0.1
        alignment = np.zeros((len(token_ids), 6), dtype="f4")
        alignment[:, positions] = 1.0
        return log_probs, {**states, "alignment": alignment}

    return step


def task(step, **options):
    return DecodingTask(
        step=step,
        initial_states={
            "row": np.arange(len(SOURCE_IDS)),
            "source_mask": np.ones((len(SOURCE_IDS), 6), dtype=bool),
        },
        source_ids=SOURCE_IDS,
        options=DecodingOptions(**options).resolve(DecodingDefaults()),
        max_target_length=6,
    )


@pytest.mark.parametrize("beam_size", [1, 2])
def test_every_source_token_but_bos_eos_and_padding_wants_covering(beam_size):
    options = {"beam_size": beam_size, "coverage_penalty": 0.5}
    covered = decode(task(attend_to(1, 2, 3), **options))
    assert [found.score for (found,) in covered] == pytest.approx([-0.1, -0.1])
    missed = 0.5 * np.log(1e-10)
    first_missed = decode(task(attend_to(0, 2, 3, 4), **options))
    assert [found.score for (found,) in first_missed] == pytest.approx(
        [-0.1 + missed, -0.1 + missed]
    )
    last_missed = decode(task(attend_to(0, 1, 2, 4), **options))
    assert [found.score for (found,) in last_missed] == pytest.approx(
        [-0.1, -0.1 + missed]
    )


def write_own_id(token_ids, states):
    """A step that writes the second source id or 9, at random, then eos."""
    log_probs = np.full((len(token_ids), 30), -50.0)
    begun = token_ids != BOS
    log_probs[begun, EOS] = 0.0
    log_probs[~begun, states["token"][~begun]] = np.log(0.6)
    log_probs[~begun, 9] = np.log(0.4)
    return log_probs, states


def samples_of(prefixes=(), **options):
    options = {"sampling": True, "num_hypotheses": 20, **options}
    return decode(
        DecodingTask(
            step=write_own_id,
            initial_states={"token": np.array([21, 22])},
            source_ids=[[BOS, 21, EOS], [BOS, 22, EOS]],
            options=DecodingOptions(**options).resolve(DecodingDefaults()),
            max_target_length=5,
            prefixes=prefixes,
        )
    )


def test_every_sample_stays_with_its_sentence():
    for token_id, found in zip([21, 22], samples_of(), strict=True):
        assert {each.token_ids for each in found} == {(token_id,), (9,)}


def test_every_sample_begins_with_the_prefix_of_its_sentence():
    first, second = samples_of(prefixes=[(7, 8), ()])
    assert {each.token_ids for each in first} == {(7, 8)}
    assert {each.token_ids for each in second} == {(22,), (9,)}


@pytest.mark.parametrize("option", [{"temperature": 1e-6}, {"top_k": 1}])
def test_temperature_and_top_k_reach_the_draws(option):
    for token_id, found in zip([21, 22], samples_of(**option), strict=True):
        assert {each.token_ids for each in found} == {(token_id,)}


def test_samples_are_ranked_by_score_not_by_log_prob():
    def step(token_ids, states):
        # Two tokens are less probable than one, and better under the penalty.
        log_probs = np.full((len(token_ids), 10), -50.0)
        begun = token_ids == BOS
        log_probs[begun, 8] = log_probs[begun, 9] = np.log(0.5)
        log_probs[token_ids == 8, EOS] = 0.0
        log_probs[token_ids == 9, 7] = log_probs[token_ids == 9, EOS] = np.log(0.5)
        log_probs[token_ids == 7, EOS] = 0.0
        return log_probs, states

    options = {"sampling": True, "num_hypotheses": 20, "length_penalty": 6.0}
    for found in decode(task(step, **options)):
        assert len({each.log_prob for each in found}) > 1
        scores = [each.score for each in found]
        assert scores == sorted(scores, reverse=True)
        log_probs = [each.log_prob for each in found]
        assert log_probs != sorted(log_probs, reverse=True)


@pytest.mark.parametrize("beam_size", [1, 2])
def test_length_options_reach_the_search(beam_size):
    options = {"beam_size": beam_size, "min_length": 2, "length_penalty": 1.0}
    for (found,) in decode(task(attend_to(1), **options)):
        assert len(found.token_ids) == 2
        assert found.score == pytest.approx(found.log_prob / (8 / 6))


def test_the_length_limit_counts_bos_and_eos_of_the_source():
    options = {"max_length_factor": 0.5, "max_length_constant": 1}
    assert task(attend_to(1), **options).limits == [2, 3]


def test_the_length_limit_leaves_room_for_slots_and_eos():
    options = {"max_length_factor": 0.5, "max_length_constant": 1}
    short = task(attend_to(1), **options)
    rules = SlotRules([4, 5], range(4, 6))
    assert replace(short, slots=[rules, None]).limits == [3, 3]
    assert replace(short, slots=[None, rules]).limits == [2, 3]
