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


def test_a_low_temperature_is_greedy():
    log_probs = np.log(np.random.default_rng(1).dirichlet(np.ones(9), size=50))
    choose = random_choice([np.random.default_rng(0)] * 50, temperature=1e-6)
    chosen = choose(log_probs, np.arange(50))
    np.testing.assert_array_equal(chosen, log_probs.argmax(axis=1))


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
    assert output.split() == ["False", "True"]
