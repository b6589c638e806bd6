from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime.bundle.manifest import Limits
from edge_runtime.contract import ALIGNMENT
from edge_runtime.text.tokenizer import Tokenizer
from edge_runtime.translation.decoding_options import DecodingOptions
from edge_runtime.translation.translator import Translator
from keras_s2s.distillation.ensemble import ensemble
from keras_s2s.model.seq2seq import build_seq2seq
from keras_s2s.run.keras_model import keras_translation_model

pytestmark = pytest.mark.train

BEAM = DecodingOptions(beam_size=3, num_hypotheses=3)


@pytest.fixture(scope="module")
def models(trained):
    """The trained model, and two that differ from it: in weights, and in shape too."""
    run, _ = trained
    settings = ({}, {"units": 16, "conditional": True}, {"attention": "none"})
    result = []
    for changes in settings:
        config = replace(run.recipe.model, **changes)
        seq2seq = build_seq2seq(
            config, run.source_tokenizer.vocab_size, run.target_tokenizer.vocab_size
        )
        if not changes:
            seq2seq.training.set_weights(run.seq2seq.training.get_weights())
        result.append(
            keras_translation_model(
                seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
            )
        )
    return result


@pytest.fixture(scope="module")
def sources(trained):
    return [pair.source for pair in trained[1].valid]


def test_a_model_twice_translates_like_once(models, sources):
    once = Translator(models[0]).translate_batch(sources, BEAM)
    twice = Translator(ensemble([models[0]] * 2)).translate_batch(sources, BEAM)
    assert any(translation.text for translation in once)
    for one, two in zip(once, twice, strict=True):
        assert two.text == one.text
        assert two.log_prob == pytest.approx(one.log_prob, abs=1e-4)
        assert [other.text for other in two.alternatives] == [
            other.text for other in one.alternatives
        ]
        np.testing.assert_allclose(two.alignment, one.alignment, atol=1e-6)


def test_one_model_is_its_own_ensemble(models):
    assert ensemble(models[:1]) is models[0]


def test_probabilities_and_alignments_are_means(models):
    first, second = models[:2]
    source_ids = np.array([[2, 5, 6, 3], [2, 7, 3, 0]], np.int32)
    token_ids = np.array([2, 2], np.int32)
    both = ensemble([first, second])
    states = both.encode(source_ids)
    own = [model.encode(source_ids) for model in (first, second)]
    for _ in range(3):
        log_probs, states = both.step(token_ids, states)
        steps = [
            model.step(token_ids, part)
            for model, part in zip((first, second), own, strict=True)
        ]
        own = [part for _, part in steps]
        mean = np.mean([np.exp(one) for one, _ in steps], axis=0)
        np.testing.assert_allclose(np.exp(log_probs), mean, rtol=1e-4, atol=1e-7)
        np.testing.assert_allclose(
            states[ALIGNMENT],
            np.mean([part[ALIGNMENT] for part in own], axis=0),
            atol=1e-6,
        )
        token_ids = np.array([5, 6], np.int32)


def test_with_a_model_without_attention_there_is_no_alignment(models, sources):
    mixed = ensemble([models[0], models[2]])
    assert not mixed.attends
    translation = Translator(mixed).translate(sources[3], BEAM)
    assert translation.alignment is None


def test_the_shortest_limits_hold(models):
    shorter = replace(models[1], limits=Limits(7, 9))
    assert ensemble([models[0], shorter]).limits == Limits(7, 9)


def test_models_of_other_vocabularies_are_refused(models):
    swapped = replace(models[1], target_tokenizer=models[1].source_tokenizer)
    with pytest.raises(ValueError, match="target tokenizer of model 2 differs"):
        ensemble([models[0], swapped])
    with pytest.raises(ValueError, match="at least one"):
        ensemble([])
    equal = replace(
        models[1], source_tokenizer=Tokenizer(models[1].source_tokenizer.model)
    )
    assert ensemble([models[0], equal]).attends


def test_tokens_no_model_allows_stay_forbidden(models):
    """And what is improbable stays possible: probabilities alone would be 0."""
    given = [
        [[-1e-3, -np.inf, -200.0, -np.inf]],
        [[-np.inf, -np.inf, -300.0, 0.0]],
    ]
    parts = [
        replace(model, step=lambda *_, row=row: (np.array(row, np.float32), {}))
        for model, row in zip(models[1:], given, strict=True)
    ]
    mixed, _ = ensemble(parts).step(np.array([2], np.int32), {})
    expected = [[-1e-3 - np.log(2), -np.inf, -200 - np.log(2), -np.log(2)]]
    np.testing.assert_allclose(mixed, expected, rtol=1e-6)
