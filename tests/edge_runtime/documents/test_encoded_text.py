import codecs

import pytest

from edge_runtime.documents.encoded_text import Replacement, read_text, splice
from edge_runtime.documents.segment import DocumentError


@pytest.mark.parametrize(
    ("content", "options", "encoding"),
    [
        ("é".encode(), {}, "utf-8"),
        (codecs.BOM_UTF8 + "é".encode(), {"chosen": "latin-1"}, "utf-8"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), {}, "utf-16-be"),
        (codecs.BOM_UTF32_LE + "é".encode("utf-32-le"), {}, "utf-32-le"),
        ("é".encode("latin-1"), {"declared": "iso-8859-1"}, "iso-8859-1"),
        ("é".encode("latin-1"), {"declared": "utf-8", "chosen": "latin-1"}, "latin-1"),
    ],
)
def test_text_is_written_as_the_bytes_that_it_was(content, options, encoding):
    text = read_text(content, **options)
    assert (text.text, text.encoding) == ("é", encoding)
    assert text.encode(text.text) == content


def test_bytes_that_would_come_out_as_others_are_refused():
    # A longer escape than is needed: it is read, and never written.
    content = b"+AGE-"
    assert content.decode("utf-7").encode("utf-7") != content
    with pytest.raises(DocumentError, match="Convert it to UTF-8 first"):
        read_text(content, chosen="utf-7")


@pytest.mark.parametrize(
    ("text", "newline"),
    [("a\r\nb\n", "\r\n"), ("a\nb\r\n", "\n"), ("a\rb", "\r"), ("", "\n")],
)
def test_line_ends_are_those_of_the_first_line(text, newline):
    assert read_text(text.encode()).newline == newline


def test_lines_are_counted():
    text = read_text(b"a\r\nb\rc\nd")
    assert [text.line_of(text.text.index(char)) for char in "abcd"] == [1, 2, 3, 4]


def test_places_are_written_anew():
    assert splice("abcd", [Replacement(3, 4, "D"), Replacement(1, 1, "-")]) == "a-bcD"
