from dataclasses import replace

import pytest

from edge_runtime import DecodingOptions
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.translation.sentence_translation import read_sentences
from edge_runtime.translation.streaming import stream_sentences

TEXTS = ["我爱吃苹果。", "今天天气很好，我们去公园吧！", "", "他每天喝水。" * 9]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "options",
    [
        DecodingOptions(),
        DecodingOptions(copy_unknown=True),
        DecodingOptions(sampling=True, seed=4, split_sentences=True),
    ],
    ids=["greedy", "copying", "sampling"],
)
def test_what_is_streamed_adds_up_to_the_translation(translator, text, options):
    streamed = list(translator.stream(text, options))
    expected = translator.translate(text, options)
    assert "".join(token.text for token in streamed) == expected.text
    assert tuple(token.token for token in streamed) == expected.tokens
    total = sum(token.log_prob for token in streamed)
    assert total == pytest.approx(expected.log_prob)


def test_the_text_grows_token_by_token(translator):
    shown = [token.text for token in translator.stream("我爱吃苹果。")]
    assert sum(bool(text) for text in shown) > 3


def test_nothing_is_computed_before_it_is_asked_for(translator):
    stream = translator.stream("我爱吃苹果。" * 500)
    assert next(stream).token


def test_a_beam_cannot_be_streamed(translator):
    with pytest.raises(ValueError, match="`stream` follows one hypothesis"):
        translator.stream("我", DecodingOptions(beam_size=2))


def test_bytes_of_one_character_are_shown_together(translator):
    class Bytewise:
        """A tokenizer whose characters need two tokens each."""

        pieces = tuple(map(str, range(1000)))

        def detokenize(self, token_ids):
            count = len(token_ids)
            text = "é" * (count // 2) + "\ufffd" * (count % 2)
            return TokenizedText(text, list(token_ids), ["x"] * count, [(0, 0)] * count)

    options = DecodingOptions(max_length=6, min_length=5).resolve(
        translator.model.decoding
    )
    sentences = read_sentences(translator.model, "我爱吃苹果。", "", options)
    model = replace(translator.model, target_tokenizer=Bytewise())
    shown = [token.text for token in stream_sentences(model, sentences, options)]
    assert shown[:4] == ["", "é", "", "é"]
