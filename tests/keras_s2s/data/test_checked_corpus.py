import hashlib

import pytest

from keras_s2s.data.checked_corpus import HashedReading, check_corpus
from keras_s2s.data.corpus import CorpusError, ParallelCorpus
from keras_s2s.data.held_out import hold_out


@pytest.fixture(params=["aligned", "table"])
def files(request, corpus, tmp_path):
    """A corpus in two files with a byte order mark and `\\r\\n`, or in one table."""
    if request.param == "aligned":
        text = corpus.source_path.read_text().replace("\n", "\r\n")
        corpus.source_path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        return corpus
    table = tmp_path / "table.tsv"
    table.write_text("".join(f"{pair.source}\t{pair.target}\n" for pair in corpus))
    return ParallelCorpus(table)


def digests_of(corpus):
    return tuple(hashlib.sha256(file.read_bytes()).digest() for file in corpus.paths)


def test_a_reading_gives_the_pairs_and_the_hash_of_every_byte(files):
    reading = HashedReading(files)
    assert list(reading) == list(files)
    assert reading.pair_count == 60
    assert reading.digests() == digests_of(files)


@pytest.mark.parametrize("make", [check_corpus, lambda corpus: hold_out(corpus)[0]])
def test_a_checked_corpus_knows_what_others_have_to_read_for(files, make):
    checked = make(files)
    assert checked.count() == len(list(checked))
    assert files.count() == 60
    assert checked.digests() == files.digests() == digests_of(files)
    expected = checked.count(), checked.digests()
    for path in files.paths:
        path.unlink()
    assert (checked.count(), checked.digests()) == expected


def test_checking_finds_what_is_damaged_at_the_end(corpus):
    with corpus.target_path.open("ab") as file:
        file.write(b"\nx\n\xff\n")
    with pytest.raises(CorpusError, match=r"60 lines in .*62 lines|line 62 is not"):
        check_corpus(corpus)
