import numpy as np

from edge_runtime.text.word_alignment import link_words, word_of_tokens
from edge_runtime.text.words import is_cjk, word_spans


def words(text):
    return [text[begin:end] for begin, end in word_spans(text)]


def test_words_are_runs_without_spaces_or_single_cjk_characters():
    assert words("我爱 New York。") == ["我", "爱", "New", "York", "。"]
    assert words("I'm 3.5  m tall.") == ["I'm", "3.5", "m", "tall."]
    assert words("カタカナと日本") == list("カタカナと日本")
    assert words("안녕 세상") == ["안녕", "세상"]
    assert words(" \u3000") == []


def test_cjk_characters_are_told_apart():
    assert all(is_cjk(character) for character in "我。，カー！𠀀")
    assert not any(is_cjk(character) for character in "a.안é😀")


def test_a_token_belongs_to_the_word_it_shares_most_with():
    spans = [(0, 0), (0, 2), (2, 6), (6, 7), (7, 7)]
    assert word_of_tokens(spans, [(0, 5), (6, 7)]).tolist() == [-1, 0, 0, 1, -1]


def test_links_by_hand():
    # Source "ab c": tokens <s>, a, b, c, </s>; target "x yz": tokens x, y, z, </s>.
    source_spans = [(0, 0), (0, 1), (1, 2), (2, 4), (4, 4)]
    target_spans = [(0, 1), (1, 3), (3, 4), (4, 4)]
    alignment = np.array(
        [
            [0.0, 0.3, 0.3, 0.4, 0.0],  # x: a and b together beat c
            [0.0, 0.0, 0.1, 0.9, 0.0],
            [0.0, 0.4, 0.2, 0.4, 0.0],  # y and z together: c
            [0.0, 0.0, 0.0, 0.0, 1.0],
        ]
    )
    links = link_words(
        alignment,
        word_of_tokens(source_spans, word_spans("ab c")),
        word_of_tokens(target_spans, word_spans("x yz")),
    )
    assert links == ((0, 0), (1, 1))


def test_a_word_that_looks_at_eos_stays_unlinked():
    links = link_words(np.array([[0.1, 0.9]]), np.array([0, -1]), np.array([0]))
    assert links == ()
