import itertools

import pytest

from keras_s2s.evaluation.scores.bleu import corpus_bleu
from keras_s2s.evaluation.scores.length_buckets import (
    choose_length_edges,
    score_by_length,
)


def counts(lengths, edges):
    bounds = [*edges, max(lengths) + 1]
    return [
        sum(low <= length < high for length in lengths)
        for low, high in itertools.pairwise(bounds)
    ]


def test_buckets_are_equally_wide_where_sentences_are_plenty():
    lengths = [length for length in range(1, 41) for _ in range(20)]
    assert choose_length_edges(lengths) == (1, 6, 11, 16, 21, 26, 31, 36)


def test_every_bucket_holds_enough_sentences():
    lengths = [5] * 100 + [12] * 10 + [20] * 25 + [33] * 40 + [90] * 2
    edges = choose_length_edges(lengths)
    assert min(counts(lengths, edges)) >= 30
    assert sum(counts(lengths, edges)) == len(lengths)
    assert len(edges) > 1


def test_a_small_test_set_has_one_bucket():
    assert choose_length_edges([3, 9, 30]) == (3,)


def test_the_first_bucket_takes_sources_without_tokens():
    assert choose_length_edges([0, 0, 4])[0] == 0


def test_no_lengths_are_refused():
    with pytest.raises(ValueError, match="at least one length"):
        choose_length_edges([])


def test_each_bucket_is_scored_alone():
    lengths = [2, 3, 7, 8]
    hypotheses = ["a b c d e", "a b c d", "wrong words are here", "x y z v w"]
    references = ["a b c d e", "a b c d", "no match whatever found", "x y z u w"]
    short, long = score_by_length(
        lengths, hypotheses, references, edges=(1, 5), resamplings=0
    )
    assert short.bleu.value == pytest.approx(100)
    assert long.bleu == corpus_bleu(hypotheses[2:], references[2:])
    assert (short.label, long.label) == ("1–4", "5–8")
    assert (short.count, long.count) == (2, 2)


def test_a_length_at_an_edge_belongs_to_the_longer_bucket():
    texts = ["a", "b", "c"]
    short, long = score_by_length([4, 5, 6], texts, texts, edges=(1, 5))
    assert (short.count, long.count) == (1, 2)


def test_sentences_shorter_than_the_first_edge_are_left_out():
    buckets = score_by_length(
        [1, 6], ["a b c d", "e f g h"], ["a b c d", "e f g h"], edges=(5,)
    )
    assert [bucket.count for bucket in buckets] == [1]


def test_buckets_without_sentences_are_left_out():
    buckets = score_by_length([1, 9], ["a", "b"], ["a", "b"], edges=(1, 4, 8))
    assert [bucket.label for bucket in buckets] == ["1–3", "8–9"]


def test_intervals_are_there_when_asked_for():
    hypotheses = ["a b c d e f", "a b x d e g"]
    references = ["a b c d e f", "a b c d e h"]
    (bucket,) = score_by_length([1, 1], hypotheses, references, resamplings=50)
    assert bucket.bleu.interval.low < bucket.bleu.interval.high
    assert bucket.label == "1"


def test_edges_that_do_not_ascend_are_refused():
    with pytest.raises(ValueError, match="must ascend"):
        score_by_length([1], ["a"], ["a"], edges=(5, 1))
