import dataclasses

import numpy as np
import pytest

from edge_runtime.contract import BOS_ID
from keras_s2s.evaluation.alignments.forced_alignment import (
    WordPair,
    align_words,
    forced_alignment,
    given_word_spans,
    link_both,
    link_source_words,
    shared_characters,
    word_attention,
)


def pair(source, target, source_words=None, target_words=None):
    return WordPair(
        source,
        target,
        tuple(source_words or source.split()),
        tuple(target_words or target.split()),
    )


def test_a_copying_model_links_every_word_to_itself(translator):
    links = align_words(translator.model, [pair("one two three", "one two three")])
    assert links == [((0, 0), (1, 1), (2, 2))]


def test_attention_is_measured_on_the_given_target(translator, tokenizer):
    # The model itself would write the source; the target is another text.
    source, target = "one two three", "ten nine eight"
    assert align_words(translator.model, [pair(source, target)])
    (weights,) = forced_alignment(
        translator.model, [tokenizer.tokenize(source)], [tokenizer.tokenize(target)]
    )
    count = len(tokenizer.encode(target))
    assert weights.shape == (count, len(tokenizer.encode(source)) + 2)
    # The copying model attends to the n-th token in its n-th step; bos is column 0.
    expected = np.minimum(np.arange(1, count + 1), weights.shape[1] - 1)
    np.testing.assert_array_equal(weights.argmax(axis=1), expected)


def test_each_step_is_fed_the_given_token_before(translator, tokenizer):
    fed = []

    def step(token_ids, states):
        fed.append(token_ids.tolist())
        return translator.model.step(token_ids, states)

    model = dataclasses.replace(translator.model, step=step)
    short, long = tokenizer.tokenize("one"), tokenizer.tokenize("two three")
    forced_alignment(model, [long, long], [short, long])
    before = [BOS_ID, *long.token_ids][:-1]
    assert [row[1] for row in fed] == before
    assert [row[0] for row in fed] == ([BOS_ID, *short.token_ids] + [0] * 9)[: len(fed)]


def test_links_do_not_depend_on_the_batch(translator, sentences):
    pairs = [pair(text, text) for text in sentences[::9]]
    together = align_words(translator.model, pairs)
    assert together == align_words(translator.model, pairs, batch_size=1)
    assert [len(links) for links in together] == [len(p.target_words) for p in pairs]


def test_links_count_the_given_words(translator):
    text = "one two three"
    links = align_words(translator.model, [pair(text, text, ["one two", "three"])])
    assert links == [((0, 0), (0, 1), (1, 2))]


def test_a_model_without_attention_is_refused(make_translator):
    with pytest.raises(ValueError, match="must have attention"):
        align_words(make_translator(attends=False).model, [])


def test_words_are_found_without_spaces_between_them():
    assert given_word_spans("我爱苹果。", ["我", "爱", "苹果", "。"]) == [
        (0, 1),
        (1, 2),
        (2, 4),
        (4, 5),
    ]


def test_the_same_word_twice_is_found_twice():
    assert given_word_spans("a b a", ["a", "b", "a"]) == [(0, 1), (2, 3), (4, 5)]


@pytest.mark.parametrize("words", [["a", "c"], ["b"], ["b", "a"]])
def test_words_that_are_not_the_texts_are_refused(words):
    with pytest.raises(ValueError, match="must be the words of `text`"):
        given_word_spans("a b", words)


def test_attention_of_words_is_that_of_their_tokens():
    alignment = np.array(
        [
            [0.0, 0.9, 0.1, 0.0],
            [0.2, 0.6, 0.1, 0.1],  # word 1 has two tokens: their mean counts
            [0.1, 0.4, 0.5, 0.0],
            [0.0, 0.0, 0.1, 0.9],  # eos, no word
        ]
    )
    # bos is no word; word 0 has tokens 1 and 2, and shares token 2 with word 1.
    in_source = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)
    in_target = np.array([[1, 0], [0, 1], [0, 1], [0, 0]], dtype=bool)
    np.testing.assert_allclose(
        word_attention(alignment, in_source, in_target),
        [[1.0, 0.1, 0.0], [0.8, 0.3, 0.05]],
        rtol=1e-6,
    )


def test_tokens_and_words_share_characters_or_not():
    tokens = [(0, 0), (0, 2), (2, 4), (4, 5)]
    words = [(0, 1), (1, 3), (3, 5)]
    np.testing.assert_array_equal(
        shared_characters(tokens, words),
        [[0, 0, 0], [1, 1, 0], [0, 1, 1], [0, 0, 1]],
    )


def test_each_source_word_is_linked_to_the_word_that_attends_to_it_most():
    attention = np.array([[0.9, 0.1, 0.0, 0.0], [0.55, 0.25, 0.1, 0.0]])
    assert link_source_words(attention) == ((0, 0), (1, 1), (2, 1))


def test_both_sides_link_what_they_attend_to_strongly():
    attention = np.array(
        [
            [0.992, 0.004, 0.004, 0.0],  # two words of one idea: both are linked
            [0.995, 0.0, 0.0, 0.0],
            [0.1, 0.7, 0.08, 0.0],  # not sure, but chosen by source word 1
            [0.4, 0.2, 0.05, 0.0],  # "the": neither sure nor chosen
        ]
    )
    # Source word 2 gets less than a tenth from anyone: a particle without a partner.
    assert link_both(attention) == ((0, 0), (0, 1), (1, 2))


def test_a_target_word_that_is_not_sure_waits_to_be_chosen():
    attention = np.array([[0.99, 0.0], [0.98, 0.0], [0.5, 0.3]])
    assert link_both(attention) == ((0, 0), (1, 2))


def test_one_of_many_that_are_sure_is_not_linked():
    attention = np.array([[0.998], [0.997], [0.996], [0.995], [0.994], [0.993]])
    assert link_both(attention) == ((0, 0),)
    assert link_both(attention[:3]) == ((0, 0), (0, 1), (0, 2))


@pytest.mark.parametrize("link", [link_both, link_source_words])
@pytest.mark.parametrize("shape", [(0, 2), (2, 0)])
def test_a_side_without_words_has_no_links(link, shape):
    assert link(np.zeros(shape)) == ()


def test_words_in_one_token_are_all_linked(translator):
    tokens = translator.model.source_tokenizer.tokenize("one two").tokens
    assert tokens == ["▁one", "▁two"]
    pairs = [pair("one two", "one two", ["on", "e", "two"])]
    for side in ("source", "both"):
        (links,) = align_words(translator.model, pairs, linked_side=side)
        assert links == ((0, 0), (1, 0), (2, 1))


def test_either_side_can_be_linked(translator):
    text = "one two three four"
    for side in ("source", "target", "both"):
        links = align_words(translator.model, [pair(text, text)], linked_side=side)
        assert links == [((0, 0), (1, 1), (2, 2), (3, 3))]
    longer = [pair("one two three four", "one two")]
    (by_source,) = align_words(translator.model, longer, linked_side="source")
    (by_target,) = align_words(translator.model, longer, linked_side="target")
    # Nobody attends to "three" and "four".
    assert by_source == by_target == ((0, 0), (1, 1))
