"""Documents of strangers cost time in proportion to their length."""

import time
import tracemalloc

import pytest

from edge_runtime.documents.journal import FoundText, Journal
from edge_runtime.documents.line_breaks import break_lines
from edge_runtime.documents.plural_forms import read_plural_forms
from edge_runtime.documents.translate_document import translate_document

CUE = "1\n00:00:01,000 --> 00:00:02,000\n"


def seconds(function):
    begin = time.process_time()
    function()
    return time.process_time() - begin


def write(read, content, name):
    document = read(content, name)
    translate_document(
        document,
        lambda texts: [FoundText(f"{text} X", True) for text in texts],
        Journal(None, ""),
    )
    return document.write()


@pytest.mark.parametrize(
    "filler",
    ["<a ", "<a/", "<a b=", "<p a=b ", "<a b='", '<a href="', '<a x=">" ', "<a\n",
     "<!--", "<![CDATA[", "<![if", "<!", "<?", "</a", "</", "&", "&#", "<"],
)  # fmt: skip
@pytest.mark.parametrize("end", ["", "'>"])
def test_markup_without_an_end_is_read_once(read, filler, end):
    # Tags like these took html.parser 5 s or more, and four times the time for twice
    # the length; the most that was measured here is 0.1 s.
    content = filler * (40_000 // len(filler)) + end
    begin = time.process_time()
    document = read(content, "html")
    assert time.process_time() - begin < 1.5
    assert document.write() == content.encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # Closing tags, each of which looked for its partner among all that are open.
        ("html", "<b>" * 10_000 + "x" + "</i>" * 10_000),
        # The space of a line, tried from each of its places.
        ("text", "x" + " " * 20_000 + "y"),
        ("srt", CUE + "x" + " " * 20_000 + "y\n"),
        # Zeros, which were flags of printf and digits of its width.
        ("text", "x %" + "0" * 12_000 + " y"),
        # The first line of a text of two, measured anew with each word.
        ("html", "word " * 5_000 + "\n" + "word " * 5_000 + "end"),
        # Every line looked back for a line feed, which old files do not have.
        ("text", "a\r" * 6_000),
        # All sentences of a paragraph were checked in the whole of it.
        ("markdown", "a  \n" * 600),
        ("markdown", "![a](b) " * 300),
        ("markdown", "<code>" * 18_000),
    ],
    ids=lambda value: value[:12],
)
def test_a_document_costs_no_more_than_its_length(read, name, content):
    assert seconds(lambda: write(read, content, name)) < 3


def test_units_within_units_are_read_once(read):
    depth = 400
    content = (
        '<xliff version="1.2"><file><body>'
        + "<group>" * depth
        + "<trans-unit><source>" * depth
        + "text"
        + "</source></trans-unit>" * depth
        + "<trans-unit><source>text</source></trans-unit>" * depth
        + "</group>" * depth
        + "</body></file></xliff>"
    )
    assert seconds(lambda: read(content, "xliff")) < 1.5


def test_attributes_of_a_dtd_are_not_added_to_every_element(read):
    content = (
        f'<!DOCTYPE xliff [<!ATTLIST g a CDATA "{"x" * 20_000}">]>'
        '<xliff version="1.2"><file><body><trans-unit><source>'
        f"{'<g/>a' * 2_000}</source></trans-unit></body></file></xliff>"
    )
    tracemalloc.start()
    try:
        read(content, "xliff")
        # 2,000 times 20,000 characters are 40 MB.
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_line_is_broken_without_measuring_it_with_every_word():
    measured = []

    def measure(text):
        measured.append(len(text))
        return len(text)

    lines = break_lines("word " * 1_000 + "end", 3, measure)
    assert len(lines) == 3
    assert sum(measured) < 6_000


def test_a_header_of_plural_forms_is_read_once():
    header = f"nplurals=2; plural={' ' * 2_000};x"
    assert seconds(lambda: read_plural_forms(header)) < 1.5
