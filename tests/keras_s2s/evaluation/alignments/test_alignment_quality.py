import pytest

from keras_s2s.evaluation.alignments.alignment_error_rate import alignment_error_rate
from keras_s2s.evaluation.alignments.alignment_quality import measure_alignment
from keras_s2s.evaluation.alignments.forced_alignment import WordPair, align_words


def pair(source, target, joint=" "):
    source_words, target_words = source.split(), target.split()
    return WordPair(
        joint.join(source_words),
        joint.join(target_words),
        tuple(source_words),
        tuple(target_words),
    )


@pytest.mark.parametrize("linked_side", ["source", "target", "both"])
def test_attention_is_measured_on_the_gold_links(linked_side, translator):
    pairs = [
        pair("one two three", "one two three"),
        pair("one two three", "three two one"),
    ]
    gold = [((0, 0), (1, 1), (2, 2)), ((0, 2), (1, 1), (2, 0))]
    links = align_words(translator.model, pairs, linked_side=linked_side)
    expected = alignment_error_rate(links, gold)
    quality = measure_alignment(translator.model, pairs, gold, linked_side=linked_side)
    assert 0 < quality.attention == expected < 1


def test_the_diagonal_links_the_same_side_as_attention(translator):
    pairs = [pair("one two three four", "one two")]
    gold = [((0, 0), (1, 0), (2, 1), (3, 1))]
    by_source = measure_alignment(translator.model, pairs, gold, linked_side="source")
    by_target = measure_alignment(translator.model, pairs, gold, linked_side="target")
    assert by_source.diagonal == 0  # four links, all gold
    assert by_target.diagonal == pytest.approx(1 - 2 * 2 / (2 + 4))
    uneven = [pair("one two three", "one two")]
    both = measure_alignment(
        translator.model, uneven, [((0, 0), (1, 0), (1, 1), (2, 1))], linked_side="both"
    )
    # By source 0-0 1-0 2-1 and by target 0-0 1-1: all four.
    assert both.diagonal == 0


def test_words_are_found_without_spaces_between_them(translator):
    words = pair("one two", "one two .", joint="")
    assert words.source == "onetwo"
    quality = measure_alignment(translator.model, [words], [((0, 0), (1, 1))])
    assert 0 <= quality.attention <= 1
