from dataclasses import replace

import numpy as np
import pytest

from edge_runtime import DecodingOptions
from edge_runtime.search.greedy_search import Hypothesis
from edge_runtime.translation.sentence_translation import write_target
from edge_runtime.translation.sentences import read_sentences

LIMIT = 30  # `max_source_length` of the tiny bundles, bos and eos included


def text_of(translator, token_count):
    """A text of Chinese characters, without any mark, of so many tokens."""
    tokenizer = translator.model.source_tokenizer
    text = ""
    while len(tokenizer.encode(text)) < token_count:
        text += "我爱"[len(text) % 2]
    assert len(tokenizer.encode(text)) == token_count
    return text


def read(translator, text, **options):
    options = DecodingOptions(**options).resolve(translator.model.decoding)
    return list(read_sentences(translator.model, text, "", options))


@pytest.mark.parametrize("split_sentences", [False, True])
def test_a_text_is_cut_where_bos_and_eos_would_exceed_the_limit(
    translator, split_sentences
):
    options = {"split_sentences": split_sentences}
    (whole,) = read(translator, text_of(translator, LIMIT - 2), **options)
    assert len(whole.source.token_ids) == LIMIT
    cut = read(translator, text_of(translator, LIMIT - 1), **options)
    assert len(cut) == 2
    assert all(len(part.source.token_ids) <= LIMIT for part in cut)


@pytest.mark.parametrize("line", ["\u200b", "---", "|---|:--|", "```", "* * *", "…"])
@pytest.mark.parametrize("kind", ["slot_translator", "translator"])
def test_a_line_without_words_stays_as_it_is(request, kind, line):
    translator = request.getfixturevalue(kind)
    assert translator.translate(line).text == line
    text = f"我爱。\n{line}\n他爱。"
    options = DecodingOptions(split_lines=True, beam_size=1)
    found = translator.translate(text, options)
    first, second = (
        translator.translate(part, options).text for part in ("我爱。", "他爱。")
    )
    assert found.text == f"{first}\n{line}\n{second}"
    streamed = "".join(token.text for token in translator.stream(text, options))
    assert streamed == found.text


def test_a_target_prefix_goes_to_the_first_sentence(translator):
    options = DecodingOptions(split_sentences=True).resolve(translator.model.decoding)
    first, second = read_sentences(translator.model, "我爱。他爱。", "the", options)
    assert first.prefix == tuple(translator.model.target_tokenizer.encode("the"))
    assert second.prefix == ()


@pytest.mark.parametrize("kind", ["slot_translator", "translator"])
def test_every_sentence_knows_where_it_stands(request, kind):
    text = "<b>我爱</b>你。他 43 苹果。水<i>吃</i>。他。"
    sentences = read(request.getfixturevalue(kind), text, split_sentences=True)
    begins = [sentence.segment.begin for sentence in sentences]
    assert begins == [text.index(part) for part in ("<b>", "他 43", "水", "他。")]


@pytest.mark.parametrize("beam_size", [1, 3])
def test_score_log_prob_and_ends_of_the_search_are_handed_on(translator, beam_size):
    options = DecodingOptions(beam_size=beam_size, length_penalty=1.0, max_length=15)
    found = translator.translate("我爱", options)
    assert found.log_prob == pytest.approx(sum(found.token_log_probs))
    assert found.score == pytest.approx(found.log_prob * 6 / (5 + len(found.tokens)))
    assert found.source_spans[0] == (0, 0)
    assert found.source_spans[-1] == (len(found.source), len(found.source))


def test_eos_stands_behind_the_text(translator):
    sentence = read(translator, "我爱")[0]
    ids = tuple(translator.model.target_tokenizer.encode("We eat"))
    hypothesis = Hypothesis(ids, -1.0, -1.0, True, (-1.0,) * (len(ids) + 1))
    target = write_target(translator.model, sentence, hypothesis, DecodingOptions())
    assert (target.tokens[-1], target.token_ids[-1]) == ("</s>", 3)
    assert target.spans[-1] == (len(target.text), len(target.text))
    cut = replace(hypothesis, finished=False)
    assert (
        "</s>"
        not in write_target(translator.model, sentence, cut, DecodingOptions()).tokens
    )


def text_with_markup(translator, source, alignment):
    """The translation `to W w` with the markup of its source."""
    (sentence,) = read(translator, source)
    tokenizer = translator.model.target_tokenizer
    ids = tuple(map(tokenizer.pieces.index, ("▁to", "▁W", "▁w")))
    found = Hypothesis(ids, -3.0, -3.0, False, (-1.0,) * 3, alignment)
    return write_target(translator.model, sentence, found, DecodingOptions()).text


def test_tags_enclose_what_attends_to_the_words_they_enclose(translator):
    # The words in reverse: bos and eos of the source get no attention.
    alignment = np.eye(5, dtype=np.float32)[[3, 2, 1]]
    texts = [
        text_with_markup(translator, source, alignment)
        for source in ("<b>我</b>爱水", "我<b>爱</b>水", "我爱<b>水</b>")
    ]
    assert texts == ["to W <b>w</b>", "to <b>W</b> w", "<b>to</b> W w"]


def test_without_attention_words_are_taken_in_their_order(translator):
    texts = [
        text_with_markup(translator, source, None)
        for source in ("<b>我</b>爱水", "我<b>爱</b>水", "我爱<b>水</b>")
    ]
    assert texts == ["<b>to</b> W w", "to <b>W</b> w", "to W <b>w</b>"]
