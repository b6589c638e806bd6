"""Bundles of format 1 that were written when it was new: each later runtime reads them.

They are never made anew; `bundles/version_1/README.md` tells what they are.
"""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from edge_runtime import DecodingOptions, Translator

BUNDLES = Path(__file__).parent / "bundles" / "version_1"
PAIRS = {
    "我爱吃苹果。": "I love to eat apples.",
    "他每天喝水。": "He drinks water every day.",
    # Learnt by the model with a fixed context alone.
    "我们去学校学习中文。": "We go to school to learn Chinese.",
    "今天天气很好。": "The weather is nice today.",
    "你叫什么名字？": "What is your name?",
    "我爱喝茶。": "I love to drink tea.",
    "她爱吃鱼。": "She loves to eat fish.",
    "他们去公园。": "They go to the park.",
    "我不喝咖啡。": "I do not drink coffee.",
    "你好吗？": "How are you?",
    "我们爱学习。": "We love to learn.",
    "今天很冷。": "It is cold today.",
    "谢谢你。": "Thank you.",
    "她每天去学校。": "She goes to school every day.",
}


@pytest.fixture(scope="module")
def attention():
    return Translator(BUNDLES / "attention.zip")


@pytest.fixture(scope="module")
def fixed_context():
    return Translator(BUNDLES / "fixed_context_int8")


@pytest.fixture(scope="module")
def learnt():
    """What the model with attention learnt."""
    return {
        source: target for source, target in PAIRS.items() if "Chinese" not in target
    }


def test_the_bundles_are_of_version_1():
    with zipfile.ZipFile(BUNDLES / "attention.zip") as archive:
        manifest = json.loads(archive.read("bundle.json"))
    assert manifest["format_version"] == 1
    path = BUNDLES / "fixed_context_int8" / "bundle.json"
    assert json.loads(path.read_text(encoding="utf-8"))["format_version"] == 1


def test_attention_translates_to_the_same_text(attention, learnt):
    found = {source: attention.translate(source).text for source in learnt}
    assert found == learnt


def test_a_fixed_context_in_int8_translates_to_the_same_text(fixed_context):
    for source, target in PAIRS.items():
        # Its tokenizer folds case, of full-width letters too.
        assert fixed_context.translate(source).text == target.lower()


def test_a_batch_and_a_beam_translate_to_the_same_text(attention, learnt):
    found = attention.translate_batch(list(learnt))
    assert [translation.text for translation in found] == list(learnt.values())
    beam = DecodingOptions(beam_size=4)
    assert attention.translate("我爱吃苹果。", beam).text == "I love to eat apples."


def test_log_probs_and_alignments_are_what_they_were(attention):
    translation = attention.translate("谢谢你。")
    assert translation.tokens == ("▁", "T", "h", "a", "n", "k", "▁you", ".", "</s>")
    np.testing.assert_allclose(
        translation.token_log_probs,
        [
            -68e-5,
            -0.0175,
            -291e-5,
            -137e-5,
            -1477e-5,
            -932e-5,
            -0.0106,
            -167e-5,
            -12e-4,
        ],
        atol=1e-4,
    )
    assert translation.score == pytest.approx(-0.06002, abs=1e-4)
    first = [0.13409, 0.20879, 0.19759, 0.1333, 0.08728, 0.1091, 0.12986]
    np.testing.assert_allclose(translation.alignment[0], first, atol=1e-4)
