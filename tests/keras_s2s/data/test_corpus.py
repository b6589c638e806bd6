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
    with pytest.raises(CorpusError, match=r"a, line 2 is not \(byte 3.*iconv"):
        list(corpus)


def test_a_line_without_a_tab_is_refused(tmp_path):
    corpus = ParallelCorpus(write(tmp_path / "a.tsv", "你好\tHello\nnothing\n"))
    with pytest.raises(CorpusError, match=r"a.tsv, line 2 has no tab"):
        list(corpus)


def test_a_blank_line_of_a_tsv_is_a_pair_without_text(tmp_path):
    text = "\n你好\tHello\n\n \r\n\t\n好\tGood\n\n"
    corpus = ParallelCorpus(write(tmp_path / "a.tsv", text))
    nothing = SentencePair("", "")
    assert list(corpus) == [
        nothing,
        SentencePair("你好", "Hello"),
        *[nothing] * 3,
        SentencePair("好", "Good"),
        nothing,
    ]


def test_the_ids_of_tatoeba_s_pairs_are_not_their_text(tmp_path):
    text = "\n1276\tLet's go.\t2\t走吧。\r\n77\t12\t4\t12\n78\tTen\t4\t10\tCC\n"
    corpus = ParallelCorpus(write(tmp_path / "a.tsv", text))
    assert list(corpus) == [
        SentencePair(*pair)
        for pair in (("", ""), ("Let's go.", "走吧。"), ("12", "12"), ("Ten", "10"))
    ]
    corpus = ParallelCorpus(write(tmp_path / "b.tsv", text + "Go.\t走吧。\n"))
    with pytest.raises(CorpusError, match=r"id, source, id and target.*line 5 does"):
        list(corpus)


@pytest.mark.parametrize(
    "line", ["3\tthree", "3\tthree\tCC", "3\t4\t5\t6", "a\tb\tc\td", "3\ta\t4\t5"]
)
def test_numbers_are_text_where_they_are_no_ids(line, tmp_path):
    corpus = ParallelCorpus(write(tmp_path / "a.tsv", line))
    assert list(corpus) == [SentencePair(*line.split("\t")[:2])]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_with_what_converts_it(encoding, tmp_path):
    path = write(tmp_path / "a", "one\ttwo\n".encode(encoding))
    with pytest.raises(CorpusError, match="a is UTF-16: convert it with `iconv -f"):
        list(ParallelCorpus(path))


def test_a_zero_byte_does_not_make_a_text_utf_16(tmp_path):
    corpus = ParallelCorpus(write(tmp_path / "a", "one\0\ttwo\n"))
    assert list(corpus) == [SentencePair("one\0", "two")]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CorpusError, match=r"nowhere cannot be read"):
        list(ParallelCorpus(tmp_path / "nowhere", tmp_path / "nowhere"))
