import dataclasses
import os
from pathlib import Path

import pytest
import sentencepiece

from edge_runtime.contract import SPECIAL_IDS, UNK_ID
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data import tokenizer_training
from keras_s2s.data.checked_corpus import check_corpus
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.data.tokenizer_training import TokenizerTrainingError, train_tokenizers


def test_both_tokenizers_have_the_special_ids_and_give_their_text_back(corpus, config):
    for model, side in zip(
        train_tokenizers(corpus, config), "source target".split(), strict=True
    ):
        tokenizer = Tokenizer(model)
        assert tokenizer.special_ids == SPECIAL_IDS
        assert tokenizer.vocab_size == 28
        for pair in corpus:
            text = getattr(pair, side)
            assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_shared_vocabulary_is_one_model_that_knows_both_sides(corpus, config):
    config = dataclasses.replace(config, shared_vocabulary=True)
    source, target = train_tokenizers(corpus, config)
    assert source == target
    tokenizer = Tokenizer(source)
    for pair in corpus:
        assert tokenizer.decode(tokenizer.encode(pair.source)) == pair.source
        assert tokenizer.decode(tokenizer.encode(pair.target)) == pair.target


def test_each_side_has_the_tokenizer_of_its_own_text(corpus, config):
    source, target = train_tokenizers(corpus, config)
    swapped = ParallelCorpus(corpus.target_path, corpus.source_path)
    assert train_tokenizers(swapped, config) == (target, source)
    assert source != target


def test_counted_text_is_read_once_for_both_sides(corpus, config, monkeypatch):
    checked = check_corpus(corpus)
    opened = []
    open_file = Path.open

    def counted(self, *arguments, **options):
        opened.append(self)
        return open_file(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", counted)
    models = train_tokenizers(checked, config)
    assert sorted(opened) == sorted(corpus.paths)
    assert models == train_tokenizers(corpus, config)


def test_an_unknown_token_turns_up_as_nothing_in_a_text(corpus, config):
    for model in train_tokenizers(corpus, config):
        tokenizer = Tokenizer(model)
        first, second = tokenizer.encode("sun")[:1], tokenizer.encode("tar")[:1]
        text = tokenizer.decode([*first, *second])
        assert tokenizer.decode([*first, UNK_ID, *second]) == text


def test_lines_with_zero_bytes_are_trained_on_without_them(corpus, config):
    expected = train_tokenizers(corpus, config)
    text = corpus.source_path.read_text()
    corpus.source_path.write_text(text.replace("sun tree", "sun\0tree"))
    assert "\0" in corpus.source_path.read_text()
    assert train_tokenizers(corpus, config) == expected


def test_rare_characters_are_unknown_where_the_recipe_covers_less(corpus, config):
    corpus.source_path.write_text("ж" + corpus.source_path.read_text())
    for coverage, unknown in ((1.0, False), (0.99, True)):
        source, _ = train_tokenizers(
            corpus, dataclasses.replace(config, character_coverage=coverage)
        )
        assert (UNK_ID in Tokenizer(source).encode("ж")) is unknown


def test_the_recipe_chooses_the_algorithm(corpus, config):
    bpe = dataclasses.replace(config, tokenizer_model="bpe")
    found = []
    for model in (train_tokenizers(corpus, each)[0] for each in (config, bpe)):
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        found.append([processor.get_score(token_id) for token_id in range(4, 28)])
    # Merges are numbered one after the other; a unigram model has log-probabilities.
    assert found[1] == sorted(found[1], reverse=True)
    assert all(score == int(score) for score in found[1])
    assert not all(score == int(score) for score in found[0])


def test_training_again_gives_the_same_model(corpus, config):
    assert train_tokenizers(corpus, config) == train_tokenizers(corpus, config)


@pytest.mark.parametrize("algorithm", ["unigram", "bpe"])
def test_the_number_of_processors_changes_nothing(
    corpus, config, algorithm, monkeypatch
):
    config = dataclasses.replace(config, tokenizer_model=algorithm)
    found = set()
    for count in (1, 2, 3, 16):
        for name in ("cpu_count", "process_cpu_count"):
            monkeypatch.setattr(os, name, lambda count=count: count, raising=False)
        processors = set(range(count))
        monkeypatch.setattr(
            *(os, "sched_getaffinity", lambda pid, these=processors: these),
            raising=False,
        )
        found.add(train_tokenizers(corpus, config))
    assert len(found) == 1


def test_a_vocabulary_larger_than_the_corpus_allows_says_what_to_set(corpus, config):
    config = dataclasses.replace(config, target_vocab_size=5000)
    with pytest.raises(
        TokenizerTrainingError, match=r"Set target_vocab_size=\d+ or less"
    ):
        train_tokenizers(corpus, config)


def test_a_vocabulary_smaller_than_the_characters_says_what_to_set(corpus, config):
    config = dataclasses.replace(config, source_vocab_size=9)
    with pytest.raises(
        TokenizerTrainingError, match=r"Set source_vocab_size above \d+"
    ):
        train_tokenizers(corpus, config)


def test_case_is_folded_where_the_recipe_says_so(corpus, config):
    config = dataclasses.replace(config, normalization="nmt_nfkc_cf")
    source, _ = train_tokenizers(corpus, config)
    assert Tokenizer(source).encode("SUN Moon") == Tokenizer(source).encode("sun moon")


def test_a_large_corpus_is_sampled_evenly_from_end_to_end(
    corpus, config, monkeypatch, tmp_path
):
    # Each third of the corpus has a letter of its own; the sample must know all three.
    lines = [letter * 3 for letter in "abc" for _ in range(40)]
    for path in corpus.paths:
        path.write_text("\n".join(lines))
    trained_on = []
    train = sentencepiece.SentencePieceTrainer.train

    def recorded(sentence_iterator, **options):
        trained_on.append(list(sentence_iterator))
        train(sentence_iterator=iter(trained_on[-1]), **options)

    monkeypatch.setattr(tokenizer_training, "_MOST_SENTENCES", 30)
    monkeypatch.setattr(sentencepiece.SentencePieceTrainer, "train", recorded)
    config = dataclasses.replace(config, source_vocab_size=8, target_vocab_size=8)
    expected = [letter * 3 for letter in "abc" for _ in range(10)]
    train_tokenizers(corpus, config)
    assert trained_on == [expected, expected]
    train_tokenizers(corpus, dataclasses.replace(config, shared_vocabulary=True))
    assert sorted(trained_on[-1]) == expected
