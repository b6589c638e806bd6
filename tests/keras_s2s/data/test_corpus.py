import pytest

from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair


def write(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_pairs_are_the_lines_of_both_files(tmp_path):
    corpus = ParallelCorpus(
        write(tmp_path / "a", "\ufeff我爱你\r\n好\n"), write(tmp_path / "b", "I\nGood")
    )
    expected = [SentencePair("我爱你", "I"), SentencePair("好", "Good")]
    assert list(corpus) == expected
    assert list(corpus) == expected, "a corpus can be read again"


def test_spaces_at_the_ends_of_a_line_belong_to_it(tmp_path):
    corpus = ParallelCorpus(
        write(tmp_path / "a", " a \r\n\tb\t\n"), write(tmp_path / "b", "  \nd \n")
    )
    assert list(corpus) == [SentencePair(" a ", "  "), SentencePair("\tb\t", "d ")]


def test_only_a_line_feed_ends_a_line(tmp_path):
    odd = "a\u2028b\x0bc\x85d\x0ce\rf"
    corpus = ParallelCorpus(write(tmp_path / "a", odd), write(tmp_path / "b", "x"))
    assert list(corpus) == [SentencePair(odd, "x")]


def test_a_tsv_gives_its_first_two_columns(tmp_path):
    corpus = ParallelCorpus(write(tmp_path / "a.tsv", "你好\tHello\tCC-BY\n好\tGood\n"))
    assert list(corpus) == [SentencePair("你好", "Hello"), SentencePair("好", "Good")]


def test_files_of_different_length_are_refused_with_both_counts(tmp_path):
    corpus = ParallelCorpus(
        write(tmp_path / "a", "1\n2\n3\n4\n"), write(tmp_path / "b", "1\n2\n")
    )
    with pytest.raises(CorpusError, match=r"4 lines in .*a, 2 lines in .*b"):
        list(corpus)
    corpus = ParallelCorpus(tmp_path / "b", tmp_path / "a")
    with pytest.raises(CorpusError, match=r"2 lines in .*b, 4 lines in .*a"):
        list(corpus)


def test_empty_files_are_refused(tmp_path):
    corpus = ParallelCorpus(write(tmp_path / "a", ""), write(tmp_path / "b", ""))
    with pytest.raises(CorpusError, match="is empty"):
        list(corpus)


def test_bytes_that_are_not_utf8_are_refused_with_file_and_line(tmp_path):
    corpus = ParallelCorpus(
        write(tmp_path / "a", b"fine\nfa\xe7ade\n"), write(tmp_path / "b", "1\n2\n")
    )
    with pytest.raises(CorpusError, match=r"a, line 2 is not \(byte 3"):
        list(corpus)


def test_a_line_without_a_tab_is_refused(tmp_path):
    corpus = ParallelCorpus(write(tmp_path / "a.tsv", "你好\tHello\nnothing\n"))
    with pytest.raises(CorpusError, match=r"a.tsv, line 2 has no tab"):
        list(corpus)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere cannot be read"):
        list(ParallelCorpus(tmp_path / "nowhere", tmp_path / "nowhere"))
