import math
import random
from dataclasses import replace
from itertools import count, islice

import numpy as np
import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.bundle.confidence_model import ConfidenceModel
from edge_runtime.contract import (
    ALIGNMENT,
    ATTENTION_FEATURES,
    CONFIDENCE_FEATURES,
)
from edge_runtime.errors import BundleError
from edge_runtime.search.greedy_search import Hypothesis
from edge_runtime.translation.confidence import (
    confidence,
    hypothesis_features,
    joint_confidence,
    logistic,
)

SOURCE_IDS = [2, 7, 1, 9, 3]  # one unknown token of three
PIECES = ["<pad>", "⁇", "<s>", "</s>", "", "▁love", "▁"]


def hypothesis(log_probs=(-0.5, -1.5, -1.0), finished=True, **fields):
    return Hypothesis(
        token_ids=(5, 1, 6)[: len(log_probs) - finished],
        log_prob=sum(log_probs),
        score=0.0,
        finished=finished,
        token_log_probs=log_probs,
        **fields,
    )


def test_features_are_those_of_their_formulas():
    alignment = np.array(
        [[0, 1, 0, 0, 0, 0.5], [0, 0.5, 0, 0, 0.5, 0.5], [0, 0, 0, 0, 1, 0.5]],
        dtype=np.float32,
    )  # the last column is padding
    found = hypothesis_features(SOURCE_IDS, hypothesis(alignment=alignment), PIECES)
    assert list(found) == list(CONFIDENCE_FEATURES)
    assert found == pytest.approx(
        {
            "mean_log_prob": -1.0,
            "mean_prob": (math.exp(-0.5) + math.exp(-1.5) + math.exp(-1.0)) / 3,
            "character_log_prob": (4 * -0.5 - 1.5 - 1.0) / 6,
            "character_prob": (4 * math.exp(-0.5) + math.exp(-1.5) + math.exp(-1.0))
            / 6,
            "log_surprise": math.log(1.001),
            "lowest_log_prob": -1.5,
            "log_prob": -3.0,
            "end_log_prob": -1.0,
            "unknown_source": 1 / 4,
            "unknown_target": 1 / 3,
            "length_ratio": math.log(3 / 4),
            "length": math.log(3),
            "characters_per_token": (5 + 1) / 3,
            "coverage": (1.0 + 0.0 + 0.0) / 3,  # without bos and eos
            "attention_entropy": math.log(2) / 3,
        }
    )


def test_a_space_alone_counts_as_a_character():
    space = replace(hypothesis((-2.0, -1.0)), token_ids=(6,))
    found = hypothesis_features(SOURCE_IDS, space, PIECES)
    assert found["character_log_prob"] == pytest.approx(-1.5)


def test_without_attention_there_are_no_features_of_it():
    found = hypothesis_features(SOURCE_IDS, hypothesis(), PIECES)
    assert set(CONFIDENCE_FEATURES) - set(found) == set(ATTENTION_FEATURES)


def confidence_of(model, found):
    return confidence(model, SOURCE_IDS, found, PIECES)


def model_of(**weights):
    count = len(weights)
    return ConfidenceModel(
        tuple(weights), (0.0,) * count, (2.0,) * count, tuple(weights.values()), 0.5
    )


def test_a_confidence_is_the_logistic_function_of_weighted_features():
    model = model_of(mean_log_prob=3.0, unknown_source=-4.0)
    log_odds = 0.5 + 3.0 * -1.0 / 2.0 - 4.0 * 0.25 / 2.0
    expected = 1.0 / (1.0 + math.exp(-log_odds))
    assert confidence_of(model, hypothesis()) == pytest.approx(expected)


@pytest.mark.parametrize("weight", [-1.0, 1.0])
def test_a_feature_far_from_what_was_seen_has_no_more_weight_than_a_far_one(weight):
    far = confidence_of(model_of(log_prob=weight), hypothesis((-8.0,)))
    farther = confidence_of(model_of(log_prob=weight), hypothesis((-1e300,)))
    assert far == farther == pytest.approx(logistic(0.5 - 4.0 * weight))


def test_what_was_cut_is_no_translation():
    model = model_of(length=1e6)
    assert confidence_of(model, hypothesis()) == 1.0
    assert confidence_of(model, hypothesis(finished=False)) == 0.0
    assert confidence_of(model, hypothesis((), finished=False)) == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_a_confidence_is_a_number_whatever_a_graph_returns(bad):
    alignment = np.full((3, 5), bad, dtype=np.float32)
    model = model_of(coverage=1.0, attention_entropy=1.0)
    with np.errstate(all="ignore"):
        found = confidence_of(model, hypothesis(alignment=alignment))
    assert 0.0 <= found <= 1.0
    model = model_of(mean_prob=1.0, log_surprise=1.0)
    assert 0.0 <= confidence_of(model, hypothesis((900.0, 5.0, 1.0))) <= 1.0


def test_the_logistic_function_neither_overflows_nor_leaves_its_range():
    assert logistic(0.0) == 0.5
    assert logistic(-1e9) == 0.0
    assert logistic(1e9) == 1.0
    assert logistic(2.0) == pytest.approx(1.0 - logistic(-2.0))


def test_a_text_is_accepted_where_every_sentence_is():
    assert joint_confidence([0.5, 0.5, 0.8]) == pytest.approx(0.2)
    assert joint_confidence([]) == 1.0
    assert joint_confidence([0.5, None]) is None


@pytest.fixture(scope="module")
def confident(confident_bundle):
    return Translator(confident_bundle)


def drawn_lines():
    """Lines without an end."""
    draw = random.Random(1)
    characters = "你叫什么名字我爱吃苹果今天气很好"
    return ("".join(draw.choices(characters, k=draw.randint(1, 9))) for _ in count())


@pytest.fixture(scope="module")
def texts(confident):
    """Sentences that end, nothing, two sentences at once, and one that is cut.

    With the weights that are drawn, not many translations end by themselves, and which
    ones do depends on the pieces that a version of SentencePiece finds.
    """
    lines = drawn_lines()
    ended = (line for line in lines if confident.translate(line).finished)
    marked = (line for line in ended if confident.translate(f"{line}？").finished)
    first, second = f"{next(marked)}？", next(ended)
    cut = next(line for line in lines if not confident.translate(line).finished)
    return [first, second, "", " \n", first + second, cut]


def test_every_translation_has_a_confidence(confident, translator, texts):
    found = confident.translate_batch(texts)
    assert all(0.0 < each.confidence < 1.0 for each in (found[0], found[1], found[4]))
    assert len({each.confidence for each in found}) == 5
    assert [each.confidence for each in found[2:4]] == [1.0, 1.0]
    assert (found[5].finished, found[5].confidence) == (False, 0.0)
    assert found[4].confidence == pytest.approx(
        found[0].confidence * found[1].confidence
    )
    assert all(each.confidence is None for each in translator.translate_batch(texts))


def test_a_confidence_does_not_depend_on_the_batch_or_what_is_kept(confident, texts):
    alone = [confident.translate(text).confidence for text in texts]
    together = confident.translate_batch(texts, with_evidence=False)
    assert [each.confidence for each in together] == pytest.approx(alone)
    assert confident.translate(texts[0]).to_json()["confidence"] == alone[0]


def test_every_alternative_has_a_confidence_of_its_own(confident):
    options = DecodingOptions(beam_size=4, num_hypotheses=4)
    for text in islice(drawn_lines(), 200):
        found = confident.translate(text, options)
        hypotheses = (found, *found.alternatives)
        ended = [each.confidence for each in hypotheses if each.finished]
        if len(ended) > 1:
            break
    assert len(hypotheses) == 4
    assert len(set(ended)) == len(ended) > 1


def test_a_confidence_by_attention_needs_a_model_with_it(
    fixed_context_files, confidence_model, tmp_path
):
    assert ALIGNMENT not in fixed_context_files.manifest.decoder_step.outputs
    path = fixed_context_files.write(tmp_path, confidence=confidence_model)
    with pytest.raises(BundleError, match=r"go by attention.*Received: coverage\."):
        Translator(path)
    path = fixed_context_files.write(tmp_path, confidence=model_of(length=1.0))
    assert Translator(path).translate("好").confidence is not None
