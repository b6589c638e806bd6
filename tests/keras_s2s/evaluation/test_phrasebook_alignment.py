import pytest

from keras_s2s.data.phrasebook import AlignedPair
from keras_s2s.evaluation.alignment_error_rate import alignment_error_rate
from keras_s2s.evaluation.forced_alignment import WordPair, align_words
from keras_s2s.evaluation.phrasebook_alignment import measure_alignment


@pytest.mark.parametrize("linked_side", ["source", "target"])
def test_attention_is_measured_on_the_gold_links(linked_side, translator):
    words = ("one", "two", "three")
    pairs = [
        AlignedPair(words, words, ((0, 0), (1, 1), (2, 2))),
        AlignedPair(words, words[::-1], ((0, 2), (1, 1), (2, 0))),
    ]
    links = align_words(
        translator.model,
        [WordPair(p.source, p.target, p.source_tokens, p.target_tokens) for p in pairs],
        linked_side=linked_side,
    )
    expected = alignment_error_rate(links, [pair.alignment for pair in pairs])
    quality = measure_alignment(translator.model, pairs, linked_side=linked_side)
    assert 0 < quality.attention == expected < 1


def test_the_diagonal_links_the_same_side_as_attention(translator):
    pair = AlignedPair(
        ("one", "two", "three", "four"),
        ("one", "two"),
        ((0, 0), (1, 0), (2, 1), (3, 1)),
    )
    by_source = measure_alignment(translator.model, [pair], linked_side="source")
    by_target = measure_alignment(translator.model, [pair], linked_side="target")
    assert by_source.diagonal == 0  # four links, all gold
    assert by_target.diagonal == pytest.approx(1 - 2 * 2 / (2 + 4))


def test_the_phrasebooks_chinese_words_are_found_without_spaces(translator):
    pair = AlignedPair(("one", "two"), ("One", "two", "."), ((0, 0), (1, 1)))
    assert pair.source == "onetwo"
    assert 0 <= measure_alignment(translator.model, [pair]).attention <= 1
