import numpy as np
import pytest

from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.config import ConfigError, DataConfig, Recipe
from keras_s2s.data.checked_corpus import check_corpus
from keras_s2s.data.corpus import CorpusError, ParallelCorpus
from keras_s2s.data.corpus_weights import EpochPairs, require_weights
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.held_out import hold_out
from keras_s2s.data.joined_corpus import JoinedCorpus
from keras_s2s.data.tokenizer_training import train_tokenizers


@pytest.fixture
def joined(corpus, tmp_path):
    table = tmp_path / "a.tsv"
    table.write_text("".join(f"bird {word}\tx {word}\n" for word in "abcdefghijklmn"))
    return JoinedCorpus((corpus, ParallelCorpus(table)))


def test_its_pairs_are_those_of_one_corpus_after_the_other(joined):
    expected = [pair for corpus in joined.corpora for pair in corpus]
    assert list(joined) == expected
    assert [pair.corpus for pair in joined] == [0] * 60 + [1] * 14
    checked = check_corpus(joined)
    assert checked.digests() == joined.digests()
    assert len(checked.digests()) == len(joined.paths) == 3
    assert (checked.count(), checked.corpus_count) == (74, 2)


def test_an_empty_one_of_several_is_refused_by_name(joined, tmp_path):
    (tmp_path / "a.tsv").write_text("")
    with pytest.raises(CorpusError, match=r"a\.tsv is empty"):
        list(joined)


def test_what_is_encoded_tells_how_many_pairs_each_has_left(joined, tmp_path):
    config = DataConfig(source_vocab_size=32, target_vocab_size=32)
    left, held_out = hold_out(joined)
    tokenizers = list(map(Tokenizer, train_tokenizers(left, config)))
    encoded = encode_corpus(left, *tokenizers, config, tmp_path / "cache")
    removed = np.bincount([pair.corpus for pair in held_out], minlength=2)
    assert encoded.report.by_corpus == [60 - removed[0], 14 - removed[1]]
    # The same files in another order are another text.
    other = JoinedCorpus(joined.corpora[::-1])
    again = encode_corpus(other, *tokenizers, config, tmp_path / "cache")
    assert again.key != encoded.key


def test_the_same_files_joined_in_another_way_are_another_text(corpus):
    tables = JoinedCorpus(tuple(map(ParallelCorpus, corpus.paths)))
    assert tables.paths == corpus.paths
    assert tables.form != corpus.form


def drawn(weights, epochs=40):
    lengths = np.array([3, 9, 4, 8, 5, 7, 6, 2, 20, 30], dtype=np.int32)
    pairs = EpochPairs(lengths, (8, 2), weights)
    rngs = [np.random.default_rng([1, epoch]) for epoch in range(epochs)]
    found = [pairs.draw(rng) for rng in rngs]
    for each in found:
        assert len(each) == len(pairs.longest(lengths))
        assert (np.sort(lengths[each]) <= pairs.longest(lengths)).all()
    return np.stack([np.bincount(each, minlength=10) for each in found])


def test_without_weights_an_epoch_has_each_pair_once():
    assert (drawn(()) == 1).all()


def test_a_whole_weight_says_how_often_each_pair_is_there():
    counts = drawn((1, 3))
    assert (counts == [1] * 8 + [3] * 2).all()


def test_a_part_of_a_weight_is_drawn_anew_for_every_epoch():
    counts = drawn((2.5, 0.5))
    assert (counts.sum(axis=1) == 20 + 1).all()
    assert set(counts[:, :8].ravel()) == {2, 3}
    # One of each two neighbours by length: 2 and 3, 4 and 5, 6 and 7, 8 and 9 tokens.
    assert (counts[:, [7, 0]].sum(axis=1) == 5).all()
    assert (counts[:, [3, 1]].sum(axis=1) == 5).all()
    means = counts.mean(axis=0)
    assert (abs(means[:8] - 2.5) < 0.3).all()
    assert (abs(means[8:] - 0.5) < 0.3).all()


def test_a_small_weight_leaves_a_pair():
    assert (drawn((1, 0.1)).sum(axis=1) == 9).all()


def test_the_weights_are_in_the_recipe_and_are_one_for_each_corpus():
    recipe = Recipe().with_settings({"corpus_weights": "[3, 0.5]"})
    assert recipe.data.corpus_weights == (3.0, 0.5)
    assert Recipe.from_json(recipe.to_json()) == recipe
    require_weights((), 3)
    require_weights((1.0, 2.0), 2)
    with pytest.raises(CorpusError, match="2 weights, 3 corpora"):
        require_weights((1.0, 2.0), 3)
    with pytest.raises(ConfigError, match="must be a number"):
        Recipe().with_settings({"corpus_weights": '["a"]'})
