import dataclasses

import numpy as np
import pytest

from edge_runtime.contract import BOS_ID, EOS_ID
from edge_runtime.tokenizer import Tokenizer
from keras_s2s.data.corpus import CorpusError, ParallelCorpus
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.tokenizer_training import train_tokenizers


@pytest.fixture
def tokenizers(corpus, config):
    source, target = train_tokenizers(corpus, config)
    return Tokenizer(source), Tokenizer(target)


def test_ids_are_the_tokenizers_with_bos_and_eos(corpus, config, tokenizers, tmp_path):
    source_tokenizer, target_tokenizer = tokenizers
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    assert len(encoded) == 60
    for index, pair in enumerate(corpus):
        source = [BOS_ID, *source_tokenizer.encode(pair.source), EOS_ID]
        assert encoded.source[index].tolist() == source
        target = [*target_tokenizer.encode(pair.target), EOS_ID]
        assert encoded.target[index].tolist() == target
    assert encoded.source.lengths[0] == len(encoded.source[0])


def test_empty_and_overlong_pairs_are_left_out_and_counted(
    config, tokenizers, tmp_path
):
    (tmp_path / "a").write_text("sun\n\n   \nmoon\n" + "star " * 50 + "\nrain")
    (tmp_path / "b").write_text("nus\nx\ny\n\nz\nniar")
    corpus = ParallelCorpus(tmp_path / "a", tmp_path / "b")
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    report = encoded.report
    assert (report.kept, report.empty, report.overlong) == (2, 3, 1)
    assert str(report) == "2 pairs (3 empty, 1 overlong left out)"
    assert encoded.source[1].tolist() == [BOS_ID, *tokenizers[0].encode("rain"), EOS_ID]


def test_the_longest_pair_allowed_is_kept(corpus, config, tokenizers, tmp_path):
    longest = max(len(tokenizers[0].encode(pair.source)) for pair in corpus) + 2
    exact = dataclasses.replace(config, max_source_length=longest)
    assert encode_corpus(corpus, *tokenizers, exact, tmp_path).report.overlong == 0
    less = dataclasses.replace(config, max_source_length=longest - 1)
    assert encode_corpus(corpus, *tokenizers, less, tmp_path).report.overlong > 0


def test_nothing_left_to_train_on_is_refused(config, tokenizers, tmp_path):
    (tmp_path / "a").write_text("\n\n")
    (tmp_path / "b").write_text("x\ny\n")
    corpus = ParallelCorpus(tmp_path / "a", tmp_path / "b")
    with pytest.raises(CorpusError, match="Of 2 pairs, 2 are empty"):
        encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    assert not any((tmp_path / "cache").iterdir()), "nothing half-made is left"


def test_the_cache_is_used_again_until_the_text_changes(
    corpus, config, tokenizers, tmp_path
):
    cache = tmp_path / "cache"
    calls = []
    first = encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    second = encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    assert calls == [60], "the second call reads what the first one made"
    assert first.key == second.key
    lines = corpus.target_path.read_text().splitlines()
    corpus.target_path.write_text("\n".join(["sun", *lines[1:]]))
    third = encode_corpus(corpus, *tokenizers, config, cache, calls.append)
    assert third.key != first.key
    assert third.target[0].tolist() == [*tokenizers[1].encode("sun"), EOS_ID]


def test_the_cache_key_changes_with_tokenizer_and_limits(
    corpus, config, tokenizers, tmp_path
):
    source, target = tokenizers
    keys = {
        encode_corpus(corpus, source, target, config, tmp_path).key,
        encode_corpus(corpus, target, target, config, tmp_path).key,
        encode_corpus(
            corpus,
            source,
            target,
            dataclasses.replace(config, max_target_length=70),
            tmp_path,
        ).key,
    }
    assert len(keys) == 3


def test_ids_are_mapped_from_disk(corpus, config, tokenizers, tmp_path):
    encoded = encode_corpus(corpus, *tokenizers, config, tmp_path / "cache")
    assert isinstance(encoded.source._ids, np.memmap)
    assert len(encoded.source._ids) == encoded.source.lengths.sum()
