import dataclasses

import pytest

from edge_runtime.contract import BOS_ID
from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.data.back_translation_tag import TAG, is_tagged, split_tag, tagged
from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.held_out import hold_out
from keras_s2s.data.slots.pair_writer import PairWriter
from keras_s2s.data.tokenizer_training import train_tokenizers


@pytest.fixture
def mixture(corpus, tmp_path):
    """The corpus, and every pair once more with a tagged source."""
    pairs = list(corpus)
    sources = [pair.source for pair in pairs] + [tagged(pair.source) for pair in pairs]
    (tmp_path / "mixed.source").write_text("\n".join(sources))
    (tmp_path / "mixed.target").write_text("\n".join(pair.target for pair in pairs * 2))
    return ParallelCorpus(tmp_path / "mixed.source", tmp_path / "mixed.target")


def test_a_tag_is_told_apart_from_its_source():
    assert split_tag(tagged("sun moon")) == (f"{TAG} ", "sun moon")
    assert split_tag("sun moon") == ("", "sun moon")
    assert is_tagged(tagged("sun")) and not is_tagged("sun")


@pytest.mark.parametrize("shared", [False, True])
def test_the_tag_is_one_piece_of_the_source_vocabulary(
    mixture, config, shared, tmp_path
):
    if shared:
        config = dataclasses.replace(
            config, shared_vocabulary=True, target_vocab_size=32
        )
    source, target = map(Tokenizer, train_tokenizers(mixture, config))
    assert source.pieces.count(TAG) == 1
    assert (TAG in target.pieces) == shared
    encoded = encode_corpus(mixture, source, target, config, tmp_path / "cache")
    (tag_id,) = source.ids_of([TAG])
    for row in range(60):
        plain, marked = (encoded.source[row + add].tolist() for add in (0, 60))
        assert tag_id not in plain
        # A lone space is what every text begins with.
        assert marked == [BOS_ID, *source.ids_of(["▁"]), tag_id, *plain[1:]]


def test_text_without_tags_has_the_vocabulary_that_it_had(corpus, mixture, config):
    for tokenizer in map(Tokenizer, train_tokenizers(corpus, config)):
        assert TAG not in tokenizer.pieces
    (source, _), (marked, _) = (
        train_tokenizers(text, config) for text in (corpus, mixture)
    )
    assert Tokenizer(source).pieces != Tokenizer(marked).pieces


def test_tags_need_a_vocabulary_that_has_them(corpus, mixture, config, tmp_path):
    tokenizers = [Tokenizer(model) for model in train_tokenizers(corpus, config)]
    with pytest.raises(CorpusError, match="that has their tag"):
        encode_corpus(mixture, *tokenizers, config, tmp_path / "cache")
    assert not list((tmp_path / "cache").iterdir())


def test_slots_are_written_behind_the_tag(config):
    writer = PairWriter(dataclasses.replace(config, slot_share=1.0))
    plain = SentencePair("sun 42 moon", "42 nus")
    marked = writer.write(SentencePair(tagged(plain.source), plain.target))
    assert marked.source.startswith(f"{TAG} sun ")
    assert marked == SentencePair(
        tagged(writer.write(plain).source), writer.write(plain).target
    )


def test_no_tagged_source_is_held_out(tmp_path):
    lines = [f"sentence {row}\ttarget {row}\n" for row in range(1000)]
    lines += [f"{tagged(f'written {row}')}\ttarget {row}\n" for row in range(3000)]
    (tmp_path / "pairs.tsv").write_text("".join(lines))
    corpus = ParallelCorpus(tmp_path / "pairs.tsv")
    left, held_out = hold_out(corpus)
    assert not any(is_tagged(pair.source) for pair in held_out)
    assert 60 < len(held_out) < 140, "a tenth of what people wrote"
    assert len(list(left)) == left.pair_count == 4000 - len(held_out)
    assert set(left) | set(held_out) == set(corpus)


def test_nothing_but_tagged_sources_leaves_nothing_to_hold_out(tmp_path):
    (tmp_path / "pairs.tsv").write_text(f"{tagged('sun')}\tnus\n" * 50)
    with pytest.raises(CorpusError, match="give validation pairs"):
        hold_out(ParallelCorpus(tmp_path / "pairs.tsv"))
