import numpy as np
import pytest

pytestmark = pytest.mark.train
pytest.importorskip("tensorflow", reason="export needs the training extra")

from edge_runtime.bundle.manifest import Limits  # noqa: E402
from edge_runtime.model.translation_model import TranslationModel  # noqa: E402
from export.errors import HypothesisError  # noqa: E402
from export.proof.hypotheses import (  # noqa: E402
    Agreement,
    compare_hypotheses,
    largest_regrets,
    require_same_hypotheses,
    translate,
)

EOS = 3


def model_of(encode, step):
    """A model that is only ever given ids."""
    return TranslationModel(
        encode=encode,
        step=step,
        source_tokenizer=None,
        target_tokenizer=None,
        limits=Limits(max_source_length=40, max_target_length=8),
        attends=False,
    )


def toy(favourites, margin=1.0):
    """A model that emits `favourites` in turn, by a margin over the next token."""

    def encode(source_ids):
        return {"position": np.zeros((len(source_ids), 1), dtype=np.float32)}

    def step(token_ids, states):
        position = int(states["position"][0, 0])
        favourite = favourites[min(position, len(favourites) - 1)]
        log_probs = np.full((len(token_ids), 9), -5.0, dtype=np.float32)
        log_probs[:, (favourite + 1) % 9] = -1.0 - margin
        log_probs[:, favourite] = -1.0
        return log_probs, {"position": states["position"] + 1}

    return model_of(encode, step)


SOURCES = [[2, 5, 6, 3], [2, 4, 3]]


def compare(own, other):
    expected, found = translate(own, SOURCES), translate(other, SOURCES)
    return compare_hypotheses(own, SOURCES, expected, found)


def test_the_same_hypotheses_are_identical():
    agreement = compare(toy([5, 6, EOS]), toy([5, 6, EOS], margin=2.0))
    assert agreement == Agreement(compared=2, identical=2, tied=0)
    require_same_hypotheses(agreement)


@pytest.mark.parametrize("margin", [1e-6, 9e-6])
def test_equally_probable_tokens_are_a_tie(margin):
    agreement = compare(toy([5, 6, EOS], margin=margin), toy([5, 7, EOS]))
    assert agreement == Agreement(compared=2, identical=0, tied=2)
    require_same_hypotheses(agreement)


@pytest.mark.parametrize("margin", [1.1e-5, 1e-4])
def test_a_token_that_is_less_probable_is_a_difference(margin):
    agreement = compare(toy([5, 6, EOS], margin=margin), toy([5, 7, EOS]))
    assert agreement == Agreement(compared=2, identical=0, tied=0)
    with pytest.raises(HypothesisError, match="2 differing hypotheses of 2") as caught:
        require_same_hypotheses(agreement)
    assert (caught.value.differing, caught.value.compared) == (2, 2)


def test_a_tie_does_not_excuse_what_follows_it():
    agreement = compare(toy([5, 6, EOS], margin=1e-6), toy([5, 7, 8, EOS]))
    assert agreement.tied == 0


def test_a_missing_eos_is_a_difference():
    agreement = compare(toy([5, EOS]), toy([5, 5, 5, 5]))
    assert agreement.identical == agreement.tied == 0


def test_hypotheses_end_at_the_limit_of_the_model():
    (endless, _) = translate(toy([5]), SOURCES)
    assert (len(endless.token_ids), endless.finished) == (8, False)


@pytest.mark.parametrize("own", [[5, EOS], [5, 6, EOS]])
def test_a_step_without_any_log_prob_is_a_difference(own):
    other = toy([5, EOS])

    def step(token_ids, states):
        log_probs, following = other.step(token_ids, states)
        return np.where(states["position"] > 0, np.nan, log_probs), following

    (found, _) = translate(model_of(other.encode, step), SOURCES)
    assert (found.token_ids, found.finished) == ((5,), False)
    agreement = compare(toy(own), model_of(other.encode, step))
    assert agreement == Agreement(compared=2, identical=0, tied=0)


def test_regret_is_counted_up_to_the_end_of_each_hypothesis():
    system = toy([5, 6, EOS])
    (hypothesis, _) = translate(toy([5, EOS]), SOURCES)
    # 5 is the favourite, eos where 6 is the favourite is not.
    (regret,) = largest_regrets(system, [(SOURCES[0], hypothesis)])
    assert regret == pytest.approx(4.0)
    (exact, _) = translate(system, SOURCES)
    (longer, _) = translate(toy([5, 6, 7, EOS]), SOURCES)
    both = [(SOURCES[0], exact), (SOURCES[0], longer)]
    assert largest_regrets(system, both).tolist() == [0.0, 4.0]


def test_hypotheses_come_in_the_order_of_their_sources():
    def encode(source_ids):
        return {"first": source_ids[:, 1:2].astype(np.float32)}

    def step(token_ids, states):
        log_probs = np.full((len(token_ids), 99), -9.0, dtype=np.float32)
        rows = np.arange(len(token_ids))
        fed = states["first"][:, 0].astype(int)
        log_probs[rows, np.where(token_ids == fed, EOS, fed)] = -0.1
        return log_probs, states

    sources = [[2, 4 + index, *[9] * (index * 7 % 5), 3] for index in range(70)]
    found = translate(model_of(encode, step), sources)
    assert [hypothesis.token_ids for hypothesis in found] == [
        (source[1],) for source in sources
    ]
