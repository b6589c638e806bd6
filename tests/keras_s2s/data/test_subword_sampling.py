import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime.contract import BOS_ID, EOS_ID, UNK_ID
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.subword_sampling import SubwordSampler
from keras_s2s.data.tokenizer_training import train_tokenizers

pytestmark = pytest.mark.train


@pytest.fixture
def tokenizer(corpus, config):
    return Tokenizer(train_tokenizers(corpus, config)[0])


@pytest.fixture
def rows(corpus, tokenizer):
    return [
        np.array([BOS_ID, *tokenizer.encode(pair.source), EOS_ID], np.int32)
        for pair in corpus
    ]


def test_other_pieces_of_the_same_text_between_bos_and_eos(tokenizer, rows):
    drawn = SubwordSampler(tokenizer, alpha=0.1, max_length=80)(rows, seed=1)
    assert all(row[0] == BOS_ID and row[-1] == EOS_ID for row in drawn)
    assert [tokenizer.decode(row[1:-1].tolist()) for row in drawn] == [
        tokenizer.decode(row[1:-1].tolist()) for row in rows
    ]
    assert any(len(new) != len(old) for new, old in zip(drawn, rows, strict=True))


def test_targets_have_no_bos(tokenizer, rows):
    targets = [row[1:] for row in rows]
    drawn = SubwordSampler(tokenizer, alpha=0.1, max_length=80)(targets, seed=1)
    assert all(row[-1] == EOS_ID and BOS_ID not in row for row in drawn)


def test_a_seed_decides_what_is_drawn(tokenizer, rows):
    sampler = SubwordSampler(tokenizer, alpha=0.1, max_length=80)
    first, again, other = (sampler(rows, seed) for seed in (1, 1, 2))
    assert [row.tolist() for row in first] == [row.tolist() for row in again]
    assert [row.tolist() for row in first] != [row.tolist() for row in other]


def test_sentences_with_unknown_words_stay_as_they_were(tokenizer, rows):
    unknown = np.array([BOS_ID, UNK_ID, *rows[5][1:]], np.int32)
    (kept,) = SubwordSampler(tokenizer, alpha=0.1, max_length=80)([unknown], seed=1)
    np.testing.assert_array_equal(kept, unknown)


def test_a_result_as_long_as_the_limit_is_taken_and_a_longer_one_is_not(
    tokenizer, rows
):
    unlimited = SubwordSampler(tokenizer, alpha=0.1, max_length=80)(rows, seed=1)
    limit = int(np.median([len(row) for row in unlimited]))
    assert limit in map(len, unlimited)
    found = SubwordSampler(tokenizer, alpha=0.1, max_length=limit)(rows, seed=1)
    for row, drawn, kept in zip(rows, unlimited, found, strict=True):
        np.testing.assert_array_equal(kept, drawn if len(drawn) <= limit else row)
    assert any(
        len(drawn) > limit >= len(row)
        for row, drawn in zip(rows, unlimited, strict=True)
    )
