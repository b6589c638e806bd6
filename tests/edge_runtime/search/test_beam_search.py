import itertools

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge_runtime.search.beam_search import beam_search
from edge_runtime.search.constraints import Constraints
from edge_runtime.search.scoring import Scoring, coverage_penalty, length_penalty
from greedy_hypotheses import greedy_search

BOS, EOS = 2, 3
SOURCE_LENGTH = 3
NO_CONSTRAINTS = Constraints()


def toy_distribution(seed, source, history, vocab_size):
    """Log-probs and alignment that depend on the whole history."""
    rng = np.random.default_rng([seed, source, *history])
    logits = rng.normal(scale=1.5, size=vocab_size)
    log_probs = logits - np.log(np.exp(logits).sum())
    return log_probs.astype("f4"), rng.dirichlet(np.ones(SOURCE_LENGTH)).astype("f4")


def toy_step(seed, vocab_size):
    def step(token_ids, states):
        history = np.concatenate([states["history"], token_ids[:, None]], axis=1)
        pairs = [
            toy_distribution(seed, int(source), row.tolist(), vocab_size)
            for source, row in zip(states["source"][:, 0], history, strict=True)
        ]
        log_probs, alignment = (np.stack(arrays) for arrays in zip(*pairs, strict=True))
        return log_probs, {
            "history": history,
            "source": states["source"],
            "alignment": alignment,
        }

    return step


def states_of(sources):
    return {
        "history": np.zeros((len(sources), 0), dtype=np.int64),
        "source": np.array(sources, dtype=np.int64)[:, None],
    }


class NeverSure(Scoring):
    """Scores as ever, but a live hypothesis may always become the best."""

    def best_possible(self, log_prob, max_length):
        return np.inf


def scoring_of(alpha, beta, batch_size, kind=Scoring):
    mask = np.ones((batch_size, SOURCE_LENGTH), dtype=bool)
    return kind(alpha, beta, mask if beta else None)


def search(
    seed, sources, vocab_size, beam_size, max_length,
    alpha=0.0, beta=0.0, kind=Scoring, **kw,
):  # fmt: skip
    return beam_search(
        toy_step(seed, vocab_size),
        states_of(sources),
        batch_size=len(sources),
        beam_size=beam_size,
        bos_id=BOS,
        eos_id=EOS,
        max_length=max_length,
        scoring=scoring_of(alpha, beta, len(sources), kind),
        **kw,
    )


def all_hypotheses(seed, source, vocab_size, max_length, alpha, beta):
    """Scores of every sequence that ends in eos within `max_length` tokens."""
    others = [token_id for token_id in range(vocab_size) if token_id != EOS]
    found = {}
    for length in range(max_length):
        for token_ids in itertools.product(others, repeat=length):
            log_prob, history, rows = 0.0, [BOS], []
            for token_id in (*token_ids, EOS):
                log_probs, alignment = toy_distribution(
                    seed, source, history, vocab_size
                )
                log_prob += float(log_probs[token_id])
                rows.append(alignment)
                history.append(token_id)
            score = log_prob / length_penalty(length + 1, alpha)
            everywhere = np.ones(SOURCE_LENGTH, dtype=bool)
            score += coverage_penalty(np.stack(rows), everywhere, beta)
            found[token_ids] = score
    return found


seeds = st.integers(0, 10_000)
alphas = st.sampled_from([0.0, 0.6, 1.0, 2.0])
betas = st.sampled_from([0.0, 0.3])


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(4, 5), st.integers(1, 4), alphas, betas)
def test_a_wide_beam_equals_exhaustive_search(
    seed, vocab_size, max_length, alpha, beta
):
    (found,) = search(
        seed, [7], vocab_size, 200, max_length, alpha, beta, num_hypotheses=3
    )
    expected = all_hypotheses(seed, 7, vocab_size, max_length, alpha, beta)
    best = sorted(expected.values(), reverse=True)[:3]
    finished = [hypothesis for hypothesis in found if hypothesis.finished]
    assert len(finished) == min(3, len(best))
    for hypothesis, score in zip(finished, best, strict=True):
        assert hypothesis.score == pytest.approx(score, rel=1e-6)
        assert expected[hypothesis.token_ids] == pytest.approx(score, rel=1e-6)


def plain_beam_search(seed, source, vocab_size, beam_size, max_length, alpha, results):
    """The definition in the docstring, one hypothesis at a time."""
    live, finished = [((), 0.0)], []
    for length in range(1, max_length + 1):
        grown = []
        for token_ids, log_prob in live:
            row, _ = toy_distribution(seed, source, [BOS, *token_ids], vocab_size)
            grown += [
                ((*token_ids, i), log_prob + float(row[i])) for i in range(len(row))
            ]
        grown.sort(key=lambda candidate: -candidate[1])
        finished += [
            (token_ids[:-1], log_prob / length_penalty(length, alpha))
            for token_ids, log_prob in grown[:beam_size]
            if token_ids[-1] == EOS
        ]
        live = [each for each in grown if each[0][-1] != EOS][:beam_size]
        finished.sort(key=lambda each: -each[1])
        if len(finished) >= beam_size and live:
            best = live[0][1] / length_penalty(length, alpha)
            if finished[results - 1][1] >= best:
                break
    return finished[:results]


@settings(max_examples=250, deadline=None)
@given(
    seeds, st.integers(4, 7), st.integers(1, 4), st.integers(1, 6), alphas, st.data()
)
def test_a_narrow_beam_equals_its_definition(
    seed, vocab_size, beam_size, max_length, alpha, data
):
    results = data.draw(st.integers(1, beam_size))
    sizes = vocab_size, beam_size, max_length, alpha
    (found,) = search(seed, [3], *sizes, num_hypotheses=results)
    expected = plain_beam_search(seed, 3, *sizes, results)
    finished = [each for each in found if each.finished]
    assert [each.token_ids for each in finished] == [ids for ids, _ in expected]
    for each, (_, score) in zip(finished, expected, strict=True):
        assert each.score == pytest.approx(score, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    seeds,
    st.integers(4, 9),
    st.integers(1, 8),
    alphas,
    betas,
    st.integers(0, 3),
    st.integers(0, 2),
)
# The coverage penalty makes its end worse than what a live hypothesis could become.
@example(511, 4, 3, 2.0, 0.3, 0, 0)
def test_beam_one_is_greedy(
    seed, vocab_size, max_length, alpha, beta, min_length, ngram
):
    constraints = Constraints(min_length=min_length, no_repeat_ngram_size=ngram)
    sources = [1, 2, 3]
    beams = search(
        seed, sources, vocab_size, 1, max_length, alpha, beta, constraints=constraints
    )
    greedy = greedy_search(
        toy_step(seed, vocab_size),
        states_of(sources),
        batch_size=3,
        bos_id=BOS,
        eos_id=EOS,
        max_length=max_length,
        scoring=scoring_of(alpha, beta, 3),
        constraints=constraints,
    )
    for (beam,), single in zip(beams, greedy, strict=True):
        assert beam.token_ids == single.token_ids
        assert beam.token_log_probs == single.token_log_probs
        assert (beam.log_prob, beam.score) == (single.log_prob, single.score)
        assert beam.finished == single.finished
        np.testing.assert_array_equal(beam.alignment, single.alignment)


def assert_same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.token_ids == other.token_ids
        assert one.score == other.score
        assert one.token_log_probs == other.token_log_probs
        np.testing.assert_array_equal(one.alignment, other.alignment)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(2, 5), st.integers(2, 8), alphas, betas, st.data())
def test_neighbours_and_their_leaving_change_nothing(
    seed, beam_size, max_length, alpha, beta, data
):
    sources = data.draw(st.lists(st.integers(0, 99), min_size=1, max_size=5))
    limits = data.draw(
        st.lists(
            st.integers(1, max_length), min_size=len(sources), max_size=len(sources)
        )
    )
    options = {"alpha": alpha, "beta": beta, "num_hypotheses": 2}
    together = search(seed, sources, 7, beam_size, limits, **options)
    for source, limit, found in zip(sources, limits, together, strict=True):
        (alone,) = search(seed, [source], 7, beam_size, limit, **options)
        assert_same(found, alone)


@pytest.mark.parametrize("seed", range(4))
def test_sentences_leave_while_the_beams_of_the_others_widen(seed):
    # Four rows before and after the first step, but of four and of two sentences.
    sources, limits = [11, 12, 13, 14], [1, 1, 5, 5]
    together = search(seed, sources, 7, 2, limits, num_hypotheses=2)
    for source, limit, found in zip(sources, limits, together, strict=True):
        (alone,) = search(seed, [source], 7, 2, limit, num_hypotheses=2)
        assert_same(found, alone)


@settings(max_examples=40, deadline=None)
@given(seeds, st.integers(3, 6), st.integers(1, 10), alphas, betas)
def test_stopping_early_changes_nothing(seed, beam_size, max_length, alpha, beta):
    options = {"alpha": alpha, "beta": beta, "num_hypotheses": 2}
    early = search(seed, [1, 2], 5, beam_size, max_length, **options)
    late = search(seed, [1, 2], 5, beam_size, max_length, kind=NeverSure, **options)
    for found, expected in zip(early, late, strict=True):
        assert_same(found, expected)


def test_a_hypothesis_that_a_longer_length_penalty_lifts_is_waited_for():
    def step(token_ids, states):
        probs = np.full((len(token_ids), 5), 1e-6, dtype="f4")
        first = token_ids == BOS
        probs[first, EOS], probs[first, 4] = 0.5, 0.45
        probs[~first, EOS] = 0.99
        return np.log(probs), states

    ((found,),) = beam_search(
        step,
        {},
        batch_size=1,
        beam_size=2,
        bos_id=BOS,
        eos_id=EOS,
        max_length=4,
        scoring=Scoring(alpha=2.0),
    )
    # At length 1 eos leads, -0.69 to -0.80; at length 2 the other has -0.59.
    assert found.token_ids == (4,)
    assert found.score == pytest.approx(np.log(0.45 * 0.99) / (7 / 6) ** 2, rel=1e-5)


def test_stopping_early_saves_steps():
    calls = {Scoring: 0, NeverSure: 0}
    for kind in calls:

        def step(token_ids, states, kind=kind):
            calls[kind] += 1
            log_probs = np.full((len(token_ids), 6), np.log(0.02), dtype="f4")
            log_probs[:, EOS] = np.log(0.9)
            return log_probs, states

        beam_search(
            step,
            {},
            batch_size=1,
            beam_size=4,
            bos_id=BOS,
            eos_id=EOS,
            max_length=20,
            scoring=kind(),
        )
    assert calls[Scoring] < calls[NeverSure]


@settings(max_examples=30, deadline=None)
@given(seeds, st.integers(2, 4), st.integers(0, 2), st.integers(0, 2), st.data())
def test_constraints_hold_for_every_hypothesis(seed, beam_size, least, ngram, data):
    prefix = data.draw(st.lists(st.sampled_from([0, 1, 4, 5]), max_size=3))
    constraints = Constraints(
        min_length=least, no_repeat_ngram_size=ngram, prefixes=[prefix]
    )
    (found,) = search(
        seed, [1], 7, beam_size, 9, constraints=constraints, num_hypotheses=beam_size
    )
    assert found
    for hypothesis in found:
        ids = hypothesis.token_ids
        assert list(ids[: len(prefix)]) == prefix
        if hypothesis.finished:
            assert len(ids) >= least
        if ngram and not prefix:
            grams = [ids[i : i + ngram] for i in range(len(ids) - ngram + 1)]
            assert len(set(grams)) == len(grams)


def test_hypotheses_come_best_first_and_finished_before_unfinished():
    for seed in range(20):
        (found,) = search(seed, [0], 6, 4, 3, alpha=1.0, num_hypotheses=4)
        ranks = [(not each.finished, -each.score) for each in found]
        assert ranks == sorted(ranks)
        assert len({each.token_ids for each in found if each.finished}) == sum(
            each.finished for each in found
        )


def test_source_arrays_are_gathered_only_when_sentences_leave():
    taken = []

    class Counted(np.ndarray):
        def take(self, *args, **kwargs):
            taken.append(len(self))
            return super().take(*args, **kwargs)

    def step(token_ids, states):
        rng = np.random.default_rng(int(states["position"][0, 0]))
        log_probs = np.log(rng.dirichlet(np.ones(8), size=len(token_ids))).astype("f4")
        log_probs[:, EOS] = -50.0
        return log_probs, {**states, "position": states["position"] + 1}

    beam_search(
        step,
        {
            "position": np.zeros((2, 1)),
            "encoder_states": np.zeros((2, 3)).view(Counted),
        },
        batch_size=2,
        beam_size=3,
        bos_id=BOS,
        eos_id=EOS,
        max_length=[4, 9],
    )
    # Once to widen two rows to six, once when the first sentence leaves.
    assert taken == [2, 6]


def test_a_step_that_returns_nan_gives_an_unfinished_hypothesis():
    def broken(token_ids, states):
        return np.full((len(token_ids), 9), np.nan, dtype=np.float32), states

    ((found,),) = beam_search(
        broken, {}, batch_size=1, beam_size=3, bos_id=BOS, eos_id=EOS, max_length=5
    )
    assert (found.token_ids, found.finished) == ((), False)


def by_last_token(table, vocab_size=6):
    """A step whose probabilities depend on the last token alone; the rest is even."""

    def step(token_ids, states):
        probs = np.full((len(token_ids), vocab_size), 1e-6)
        for row, token_id in enumerate(token_ids.tolist()):
            for following, prob in table.get(token_id, {}).items():
                probs[row, following] = prob
        return np.log(probs), states

    return step


def test_a_better_live_hypothesis_is_waited_for_after_the_beam_has_finished():
    # Two of little probability finish first; nothing that is better is given up.
    step = by_last_token(
        {BOS: {4: 0.9, EOS: 0.06}, 4: {4: 0.9, EOS: 0.06}, 5: {EOS: 1.0}}
    )

    def longer(token_ids, states):
        log_probs, states = step(token_ids, states)
        if states["length"][0] == 3:
            log_probs[:, EOS] = 0.0
        return log_probs, {"length": states["length"] + 1}

    ((found,),) = beam_search(
        longer,
        {"length": np.zeros(1, dtype=int)},
        batch_size=1,
        beam_size=2,
        bos_id=BOS,
        eos_id=EOS,
        max_length=9,
    )
    assert found.token_ids == (4, 4, 4)
    assert found.score == pytest.approx(3 * np.log(0.9), rel=1e-5)


def test_what_a_length_penalty_could_still_lift_is_not_waited_for():
    calls = 0
    step = by_last_token({BOS: {EOS: 0.5, 4: 0.4}, 4: {4: 0.6, EOS: 0.4}})

    def counted(token_ids, states):
        nonlocal calls
        calls += 1
        return step(token_ids, states)

    ((found,),) = beam_search(
        counted,
        {},
        batch_size=1,
        beam_size=2,
        bos_id=BOS,
        eos_id=EOS,
        max_length=50,
        scoring=Scoring(alpha=1.0),
    )
    # Two have finished after two steps, and 4 4 is not as good: ln(0.24) / (7 / 6).
    assert (found.token_ids, calls) == ((), 2)


def test_an_eos_below_the_beam_takes_no_place_in_it():
    # After two tokens: 4 4 has 0.25, 4 eos 0.2, 5 eos 0.18 and 5 0 has 0.1575. Both
    # without eos live on, and the last one ends better than 4 4 does, with 0.1.
    step = by_last_token(
        {
            BOS: {4: 0.5, 5: 0.45},
            4: {4: 0.5, EOS: 0.4},
            5: {EOS: 0.4, 0: 0.35},
            0: {EOS: 1.0},
        }
    )
    (found,) = beam_search(
        step,
        {},
        batch_size=1,
        beam_size=2,
        num_hypotheses=2,
        bos_id=BOS,
        eos_id=EOS,
        max_length=9,
    )
    assert [each.token_ids for each in found] == [(4,), (5, 0)]


def test_an_eos_that_is_ruled_out_does_not_count_as_finished():
    def step(token_ids, states):
        return np.log(np.tile([0.8, 0.2], (len(token_ids), 1))), states

    ((found,),) = beam_search(
        step,
        {},
        batch_size=1,
        beam_size=2,
        bos_id=1,
        eos_id=0,
        max_length=8,
        constraints=Constraints(min_length=3),
    )
    assert found.finished
    assert found.token_ids == (1, 1, 1)


@pytest.mark.parametrize("beam_size", [1, 2])
def test_a_sentence_without_any_possible_token_keeps_what_it_has(beam_size):
    def step(token_ids, states):
        log_probs = np.full((len(token_ids), 6), -20.0)
        log_probs[:, 4] = -0.1 - states["source"]
        log_probs[(token_ids != BOS) & (states["source"] == 1)] = -np.inf
        return log_probs, states

    alive, ended = beam_search(
        step,
        {"source": np.arange(2)},
        batch_size=2,
        beam_size=beam_size,
        bos_id=BOS,
        eos_id=EOS,
        max_length=3,
    )
    assert alive[0].token_ids == (4, 4, 4)
    assert ended[0].token_ids == (4,)
    assert ended[0].token_log_probs == pytest.approx([-1.1])


def test_every_sentence_of_a_batch_follows_its_own_prefix():
    prefixes = [[], [4, 5], [5]]
    found = search(3, [1, 2, 3], 7, 3, 6, constraints=Constraints(prefixes=prefixes))
    for source, prefix, (together,) in zip([1, 2, 3], prefixes, found, strict=True):
        assert list(together.token_ids[: len(prefix)]) == prefix
        ((alone,),) = search(
            3, [source], 7, 3, 6, constraints=Constraints(prefixes=[prefix])
        )
        assert_same([together], [alone])


def test_more_hypotheses_than_beams_are_refused():
    with pytest.raises(ValueError, match="num_hypotheses=3, beam_size=2"):
        search(0, [0], 5, 2, 3, num_hypotheses=3)


def test_constraints_are_off_by_default():
    assert not NO_CONSTRAINTS.active
