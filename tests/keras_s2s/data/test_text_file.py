import bz2
import gzip
import lzma
import os
import threading
from pathlib import Path

import pytest
from backports import zstd

from edge_runtime.files.readable import InputError
from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair
from keras_s2s.data.text_file import TextCopy, open_content, plain_name, read_lines

TEXT = b"".join(b"line %d\tZeile %d\n" % (number, number) for number in range(3000))
COMPRESSORS = {
    "gz": gzip.compress,
    "xz": lzma.compress,
    "bz2": bz2.compress,
    "zst": zstd.compress,
}


@pytest.mark.parametrize("kind", COMPRESSORS)
def test_a_compressed_file_is_read_as_what_is_in_it(kind, tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(TEXT)
    # Its beginning tells what it is, whatever its name.
    for name in (f"a.tsv.{kind}", "a"):
        path = tmp_path / name
        path.write_bytes(COMPRESSORS[kind](TEXT))
        corpus = ParallelCorpus(path)
        assert list(corpus) == list(ParallelCorpus(plain))
        assert corpus.digests() == ParallelCorpus(plain).digests()


@pytest.mark.parametrize("kind", COMPRESSORS)
def test_a_compressed_file_that_was_cut_off_is_refused(kind, tmp_path):
    path = tmp_path / "a"
    content = COMPRESSORS[kind](TEXT)
    for length in (len(content) - 3, len(content) // 2, 8):
        path.write_bytes(content[:length])
        with pytest.raises(CorpusError, match="a is compressed and incomplete"):
            list(read_lines(path))


@pytest.mark.parametrize("kind", COMPRESSORS)
def test_a_damaged_compressed_file_is_refused(kind, tmp_path):
    path = tmp_path / "a"
    content = bytearray(COMPRESSORS[kind](TEXT))
    content[12:60] = bytes(48)
    path.write_bytes(content)
    with pytest.raises(
        CorpusError, match=r"a (is compressed and damaged: |cannot be read: )"
    ) as refused:
        list(read_lines(path))
    assert "\n" not in str(refused.value)
    assert "None" not in str(refused.value)


def test_an_archive_of_files_is_refused_with_what_unpacks_it(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"PK\x03\x04" + TEXT)
    with pytest.raises(CorpusError, match="archive of files: unpack it with `unzip`"):
        list(read_lines(path))


def test_an_empty_file_a_compressed_empty_file_and_a_directory_are_refused(tmp_path):
    for content in (b"", gzip.compress(b"")):
        (tmp_path / "a").write_bytes(content)
        with pytest.raises(CorpusError, match="a is empty"):
            list(ParallelCorpus(tmp_path / "a"))
    with pytest.raises(CorpusError, match="cannot be read: Is a directory"):
        list(ParallelCorpus(tmp_path))


def test_an_error_of_encoding_names_the_line_of_the_unpacked_text(tmp_path):
    (tmp_path / "a").write_bytes(gzip.compress(b"one\tein\ntwo\tzw\xf6lf\n"))
    with pytest.raises(CorpusError, match=r"a, line 2 is not \(byte 7: "):
        list(ParallelCorpus(tmp_path / "a"))


def fill(pipe, content):
    thread = threading.Thread(target=pipe.write_bytes, args=(content,))
    thread.start()
    return thread


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_pipe_is_copied_once_and_read_many_times(pack, tmp_path, monkeypatch):
    pipe, folder = tmp_path / "pipe", tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    os.mkfifo(pipe)
    writer = fill(pipe, pack(TEXT))
    corpus = ParallelCorpus(pipe).readable_again()
    writer.join()
    first, second = iter(corpus), iter(corpus)
    assert next(first) == SentencePair("line 0", "Zeile 0")
    # Two readings have places of their own.
    assert list(second) == list(corpus.readable_again())
    assert len(list(first)) == 2999
    # Nothing is left whatever ends the process: the copy has no name.
    assert list(folder.iterdir()) == []


def test_files_are_not_copied_and_a_missing_one_is_told_later(tmp_path):
    (tmp_path / "a").write_text("1\n")
    for path in (tmp_path / "a", tmp_path / "missing", tmp_path):
        corpus = ParallelCorpus(path, path)
        assert corpus.readable_again() is corpus


def test_a_copy_without_room_is_refused_with_what_to_do(tmp_path, monkeypatch):
    def full(pipe, file):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    path = tmp_path / "corpus"
    path.touch()
    with pytest.raises(CorpusError, match=r"corpus cannot be copied.*TMPDIR"):
        TextCopy(path)


def test_a_device_that_never_ends_is_no_corpus():
    with pytest.raises(InputError, match=r"must be a file or a pipe\..*zero"):
        TextCopy(Path("/dev/zero"))
    with (
        pytest.raises(InputError, match=r"must be a file or a pipe\..*zero"),
        open_content(Path("/dev/zero")),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "plain"),
    [("a.tmx.gz", "a.tmx"), ("a.CSV.XZ", "a.CSV"), ("a.po", "a.po"), ("a.zst", "a")],
)
def test_the_name_of_a_compressed_file_says_what_is_in_it(name, plain):
    assert plain_name(Path("folder") / name) == plain


def test_a_compressed_document_is_read(tmp_path):
    tmx = (
        '<tmx><body><tu><tuv xml:lang="en"><seg>sun</seg></tuv>'
        '<tuv xml:lang="de"><seg>Sonne</seg></tuv></tu></body></tmx>'
    )
    (tmp_path / "a.tmx.gz").write_bytes(gzip.compress(tmx.encode()))
    corpus = ParallelCorpus(tmp_path / "a.tmx.gz", languages=("en", "de"))
    assert list(corpus) == [SentencePair("sun", "Sonne")]
    (tmp_path / "a.tmx.gz").write_bytes(gzip.compress(tmx.encode())[:-9])
    with pytest.raises(CorpusError, match="incomplete"):
        list(corpus)
