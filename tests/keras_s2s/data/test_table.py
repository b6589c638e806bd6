import gzip

import pytest

from keras_s2s.data.corpus import CorpusError, ParallelCorpus, SentencePair
from keras_s2s.data.table import Columns

SUN = [SentencePair("sun", "Sonne"), SentencePair("moon, new", 'der "Mond"')]


def write(path, content):
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content)
    return path


def read(path, columns=None):
    corpus = ParallelCorpus(path, columns=columns and Columns.parse(columns))
    return list(corpus)


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("a.tsv", 'x\tsun\tSonne\ny\tmoon, new\tder "Mond"\n', "2,3"),
        ("a.tsv", 'Sonne\tsun\nder "Mond"\tmoon, new\n', "2,1"),
        (
            "a.tsv",
            '﻿German\tid\t EN \nSonne\t1\tsun\nder "Mond"\t2\tmoon, new',
            "en,german",
        ),
        ("a", 'de\ten\nSonne\tsun\nder "Mond"\tmoon, new\n', "en,de"),
        ("a.csv", 'sun,Sonne\n"moon, new","der ""Mond"""\n', None),
        ("a.csv", 'en;de\r\nsun;Sonne\r\nmoon, new;"der ""Mond"""\r\n', "en,de"),
        ("a.csv", 'sun\tSonne\n"moon, new"\t"der ""Mond"""\n', None),
        ("a.csv", 'id,sun,Sonne\n2,"moon,\r\nnew","der ""Mond"""\n', "2,3"),
    ],
)
def test_columns_are_found_by_number_and_by_name(name, content, columns, tmp_path):
    assert read(write(tmp_path / name, content), columns) == SUN
    packed = write(tmp_path / f"{name}.gz", gzip.compress(content.encode()))
    assert read(packed, columns) == SUN


def test_a_line_without_text_is_a_pair_without_text(tmp_path):
    path = write(tmp_path / "a.csv", "en,de\nsun,Sonne\n\n,\nmoon,Mond\n")
    assert [pair.source for pair in read(path, "en,de")] == ["sun", "", "", "moon"]


@pytest.mark.parametrize(
    ("name", "content", "columns", "message"),
    [
        (
            "a.tsv",
            "en\tde\n",
            "en,fr",
            r"must have the columns en and fr. That of .*"
            r"a.tsv has: 'en', 'de'",
        ),
        ("a.tsv", "sun\tSonne\n", "1,3", r"columns 1 and 3. That of .* has 2: sun | S"),
        ("a.tsv", "a\tb\tc\nd\te\n", "1,3", "a.tsv, line 2 has 2 columns"),
        ("a.csv", "sun\n", None, "columns 1 and 2. That of .*a.csv has 1: sun"),
        (
            "a.csv",
            'sun,"Sonne\nmoon,Mond\n',
            None,
            "quotes in pairs. .*a.csv, line 2: ",
        ),
        ("a.csv", 'sun,"Son"ne\n', None, "quotes in pairs. .*a.csv, line 1: "),
        ("a.csv", "en,de\n", "en,de", "a.csv is empty"),
        ("a.csv", "", "en,de", "a.csv is empty"),
    ],
)
def test_what_is_no_such_table_is_refused(name, content, columns, message, tmp_path):
    path = write(tmp_path / name, content)
    with pytest.raises(CorpusError, match=message):
        read(path, columns)


@pytest.mark.parametrize("text", ["1", "1,1", "0,2", "en,", "a,b,c", "", ","])
def test_columns_that_are_no_two_are_refused(text):
    with pytest.raises(CorpusError, match=f"Received: {text}"):
        Columns.parse(text)


def test_the_columns_are_part_of_what_a_corpus_is(tmp_path):
    path = write(tmp_path / "a.tsv", "a\tb\tc\n")
    forms = {
        ParallelCorpus(path, columns=columns).form
        for columns in (None, Columns("1", "3"), Columns("1", "2"))
    }
    forms.add(ParallelCorpus(path.with_suffix(".csv")).form)
    assert len(forms) == 4
