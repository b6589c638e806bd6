from dataclasses import replace

import pytest

from edge_runtime import DecodingOptions
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.translation.sentences import read_sentences
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


def stream_with(translator, write, text="我爱吃苹果。", **options):
    """Stream with a target tokenizer that writes any number of tokens by a rule."""

    class Tokenizer:
        pieces = tuple(map(str, range(1000)))

        def detokenize(self, token_ids):
            count = len(token_ids)
            return TokenizedText(
                write(count), list(token_ids), ["x"] * count, [(0, 0)] * count
            )

    options = DecodingOptions(**options).resolve(translator.model.decoding)
    sentences = read_sentences(translator.model, text, "", options)
    model = replace(translator.model, target_tokenizer=Tokenizer())
    return [token.text for token in stream_sentences(model, sentences, options)]


def two_tokens_a_character(count):
    return "é" * (count // 2) + "\ufffd" * (count % 2)


def test_bytes_of_one_character_are_shown_together(translator):
    shown = stream_with(translator, two_tokens_a_character, max_length=6, min_length=5)
    assert shown[:4] == ["", "é", "", "é"]


def test_half_a_character_at_the_end_is_shown(translator):
    shown = stream_with(translator, two_tokens_a_character, max_length=5, min_length=4)
    assert shown == ["", "é", "", "é", "\ufffd"]


def test_nothing_is_shown_while_the_text_so_far_would_change(translator):
    texts = ["a", "ab", "xyz", "abcd", "abcde"]
    shown = stream_with(
        translator, lambda count: texts[count - 1], max_length=5, min_length=4
    )
    assert shown == ["a", "b", "", "cd", "e"]


@pytest.mark.parametrize("line", [1, 2])
def test_line_breaks_of_empty_translations_are_streamed(translator, line):
    sentences = ["", "", "", "", "", ""]
    sentences[2 * (line - 1)] = sentences[2 * (line - 1) + 1] = "One."
    written = iter(sentences)
    shown = stream_with(
        translator,
        lambda count: next(written),
        "我爱。\n他爱。\n\n我爱。",
        max_length=2,
        min_length=1,
        split_lines=True,
    )
    assert "".join(shown) == ["One.\n\n\n", "\nOne.\n\n"][line - 1]


def test_an_empty_sentence_does_not_glue_its_neighbours_together(translator):
    sentences = iter(["One.", "One.", "", "", "Three.", "Three."])
    shown = stream_with(
        translator,
        lambda count: next(sentences),
        "我爱。他爱。我爱。",
        max_length=2,
        min_length=1,
        split_sentences=True,
    )
    assert "".join(shown) == "One. Three."
