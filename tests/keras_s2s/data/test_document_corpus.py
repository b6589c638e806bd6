import hashlib

import pytest

from edge_runtime.text.tokenizer import Tokenizer
from keras_s2s.config import DataConfig
from keras_s2s.data.checked_corpus import check_corpus
from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.held_out import hold_out
from keras_s2s.data.tokenizer_training import train_tokenizers

UNIT = (
    '<tu><tuv xml:lang="en"><seg>sun {0}</seg></tuv>'
    '<tuv xml:lang="de"><seg>Sonne {0}</seg></tuv></tu>\n'
)


def memory(path, count):
    units = "".join(UNIT.format(number) for number in range(count))
    path.write_text(f"<tmx><body>{units}</body></tmx>\n<!-- the end -->")
    return ParallelCorpus(path, languages=("en", "de"))


def test_a_document_is_a_corpus_that_can_be_read_again(tmp_path):
    corpus = memory(tmp_path / "a.tmx", 3)
    expected = [SentencePair(f"sun {n}", f"Sonne {n}") for n in range(3)]
    assert list(corpus) == expected
    assert list(corpus) == expected


def test_it_is_hashed_whole_while_it_is_read(tmp_path):
    corpus = memory(tmp_path / "a.tmx", 2000)
    checked = check_corpus(corpus)
    digest = hashlib.sha256((tmp_path / "a.tmx").read_bytes()).digest()
    assert checked.digests() == corpus.digests() == (digest,)
    assert checked.count() == 2000
    assert list(checked) == list(corpus)


def test_validation_pairs_are_held_out_of_it(tmp_path):
    corpus = memory(tmp_path / "a.tmx", 300)
    left, held_out = hold_out(corpus)
    assert len(list(left)) + len(held_out) == 300
    assert set(left) | set(held_out) == set(corpus)
    assert 5 < len(held_out) < 100


def test_an_encoded_corpus_is_that_of_its_languages(tmp_path):
    lines = memory(tmp_path / "a.tmx", 60)
    config = DataConfig(source_vocab_size=22, target_vocab_size=22)
    tokenizer = Tokenizer(train_tokenizers(lines, config)[0])
    keys = {
        encode_corpus(
            ParallelCorpus(lines.source_path, languages=languages),
            *(tokenizer, tokenizer, config, tmp_path / "cache"),
        ).key
        for languages in (("en", "de"), ("de", "en"), ("en", "de"))
    }
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.tmx", "<tmx>", "a.tmx: The file must be well-formed XML"),
        ("a.tmx", "<tmx/>", "a.tmx has none from en to de"),
        ("a.txt", "x", "must end in one of"),
        ("none.tmx", None, "none.tmx cannot be read: No such file"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(CorpusError, match=message):
        list(ParallelCorpus(tmp_path / name, languages=("en", "de")))
