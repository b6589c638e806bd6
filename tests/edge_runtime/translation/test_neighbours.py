"""A sentence has the same scores, to the last digit, whatever it is translated with."""

import platform
from pathlib import Path

import pytest

from edge_runtime import DecodingOptions, Translator

BUNDLE = Path(__file__).parents[1] / "bundles" / "version_1" / "attention.zip"
LONG = "今天天气很好，我们去学校学习中文，她每天去公园喝茶。"
SENTENCES = [LONG[:length] for length in range(1, 17)]

pytestmark = pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"),
    reason="onnxruntime adds up in another order on every kind of processor",
)


@pytest.mark.parametrize("beam_size", [1, 4])
def test_a_score_does_not_depend_on_neighbours(beam_size):
    translator = Translator(BUNDLE, DecodingOptions(beam_size=beam_size))
    alone = [translator.translate(sentence) for sentence in SENTENCES]
    assert {len(each.source_tokens) % 4 for each in alone} == {0, 1, 2, 3}
    together = translator.translate_batch([*SENTENCES, LONG])[:-1]
    beside = [translator.translate_batch([each, LONG])[0] for each in SENTENCES]
    for one, other, third in zip(alone, together, beside, strict=True):
        assert one == other == third
