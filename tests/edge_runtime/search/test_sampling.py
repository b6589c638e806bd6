import subprocess
import sys

import numpy as np
import pytest

from edge_runtime.search.greedy_search import emit_tokens
from edge_runtime.search.sampling import draw_tokens, random_choice, sentence_generator


def test_draws_follow_the_distribution():
    probabilities = np.array([0.5, 0.0, 0.3, 0.2])
    with np.errstate(divide="ignore"):
        log_probs = np.tile(np.log(probabilities), (10_000, 1))
    draws = np.random.default_rng(0).random(10_000)
    counts = np.bincount(draw_tokens(log_probs, draws, 1.0), minlength=4) / 10_000
    np.testing.assert_allclose(counts, probabilities, atol=0.02)
    assert counts[1] == 0


def test_temperature_sharpens():
    log_probs = np.tile(np.log([0.6, 0.4]), (10_000, 1))
    draws = np.random.default_rng(0).random(10_000)
    cold = (draw_tokens(log_probs, draws, 0.5) == 0).mean()
    assert cold == pytest.approx(0.36 / 0.52, abs=0.02)


def test_top_k_draws_among_the_most_probable():
    log_probs = np.log(np.tile([0.1, 0.4, 0.2, 0.3], (500, 1)))
    generators = [np.random.default_rng(row) for row in range(500)]
    choose = random_choice(generators, temperature=5.0, top_k=2)
    assert set(choose(log_probs, np.arange(500)).tolist()) == {1, 3}


@pytest.mark.parametrize("top_k", [0, 3])
def test_a_low_temperature_is_greedy(top_k):
    log_probs = np.log(np.random.default_rng(1).dirichlet(np.ones(9), size=50))
    generators = [np.random.default_rng(0)] * 50
    choose = random_choice(generators, temperature=1e-6, top_k=top_k)
    chosen = choose(log_probs, np.arange(50))
    np.testing.assert_array_equal(chosen, log_probs.argmax(axis=1))


def test_a_draw_of_zero_passes_over_what_cannot_be():
    with np.errstate(divide="ignore"):
        log_probs = np.log([[0.0, 1.0]])
    assert draw_tokens(log_probs, np.array([0.0]), 1.0).tolist() == [1]


def test_improbable_tokens_are_drawn_from_log_probs_in_float32():
    # A thousandth of the probability, each share below the precision of float32 at 1.
    log_probs = np.full((1, 100_001), np.log(1e-8), dtype="f4")
    log_probs[0, 0] = 0.0
    (token_id,) = draw_tokens(log_probs, np.array([0.9995]), 1.0)
    assert 40_000 < token_id < 60_000


def test_a_row_without_any_possible_token_is_drawn_from_in_silence():
    with np.errstate(all="raise"):
        draw_tokens(np.full((1, 3), -np.inf), np.array([0.5]), 1.0)


def test_draws_depend_on_seed_sentence_and_sample_alone():
    def first(*key):
        return sentence_generator(*key).random()

    assert first(1, [4, 5], 0) == first(1, [4, 5], 0)
    others = {first(2, [4, 5], 0), first(1, [4, 6], 0), first(1, [4, 5], 1)}
    assert len(others | {first(1, [4, 5], 0)}) == 4


def test_a_neighbour_does_not_disturb_the_draws():
    def step(token_ids, states):
        uniform = np.full((len(token_ids), 50), np.log(1 / 50))
        uniform[states["ends"][:, 0], 3] = 10.0
        return uniform, states

    def draw(ends):
        generators = [
            sentence_generator(0, [len(ends) - row], 0) for row in range(len(ends))
        ]
        choose = random_choice(generators, temperature=1.0)
        states = {"ends": np.array(ends)[:, None]}
        return [
            int(emission.token_ids[-1])
            for emission in emit_tokens(
                step,
                states,
                choose,
                batch_size=len(ends),
                bos_id=2,
                eos_id=3,
                max_length=6,
            )
        ]

    assert draw([True, True, False]) == draw([False])


def test_only_sampling_loads_the_random_generators(bundle):
    code = f"""
import sys
import numpy
print("numpy.random" in sys.modules)  # numpy 1 loads them itself
from edge_runtime import DecodingOptions, Translator
translator = Translator({str(bundle)!r})
translator.translate("hello")
print("numpy.random" in sys.modules)
translator.translate("hello", DecodingOptions(sampling=True))
print("numpy.random" in sys.modules)
"""
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    with_numpy, without_sampling, with_sampling = output.split()
    assert without_sampling == with_numpy
    assert with_sampling == "True"
