import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.documents.marked_text import Kind, Piece, mark

WORDS = {"<code>": Kind.WORD, "<img>": Kind.SINGLE, "\n": Kind.BREAK}


def pieces_of(document):
    pieces = []
    for found in re.finditer(r"</?\w+>|\n|[^<\n]+", document):
        text = found.group()
        kind = WORDS.get(text, Kind.TEXT)
        if text.startswith("<") and kind is Kind.TEXT:
            kind = Kind.CLOSE if text[1] == "/" else Kind.OPEN
        value = text if kind is Kind.TEXT else ""
        pieces.append(Piece(kind, *found.span(), value, text.strip("</>")))
    return pieces


def marked_of(document):
    return mark(document, pieces_of(document))


@pytest.mark.parametrize(
    ("document", "source"),
    [
        ("Press <b>OK</b>.", "Press <g1>OK</g1>."),
        ("<b>Press</b> <i>OK</i>", "<g1>Press</g1> <g2>OK</g2>"),
        ("a <b>b <i>c</i></b> d", "a <g1>b <g2>c</g2></g1> d"),
        ("<b>All of it</b>", "All of it"),
        ("  <p><b> All </b></p>\n", "All"),
        ("<a></a>Title", "Title"),
        ("<img>a<img>", "a"),
        ("<code> lists <code>", "<x1/> lists <x2/>"),
        ("a <img> b", "a <g1/> b"),
        ("a <b>b", "a <g1/>b"),
        ("a</b> b", "a<g1/> b"),
        ("<b>a <i>b</b> c</i> d", "<g1>a <g2/>b</g1> c<g3/> d"),
        ("one\ntwo", "one two"),
        ("我\n爱", "我爱"),
        ("a\n<b>b</b> c", "a <g1>b</g1> c"),
        ("about <code> and g1", "about <x1/> and g1"),
    ],
)
def test_markup_becomes_tags_with_numbers(document, source):
    assert marked_of(document).source == source


@pytest.mark.parametrize("document", ["", "  ", "<b>12</b>", "<code>", "<img>\n<img>"])
def test_what_has_no_words_is_no_sentence(document):
    assert marked_of(document) is None


def test_text_about_tags_keeps_its_own():
    document = "Type &g1; or <b>OK</b>"
    pieces = [
        Piece(Kind.TEXT, 0, 13, "Type <g1> or "),
        *(
            Piece(kind, begin, end, text, "b")
            for kind, begin, end, text in (
                (Kind.OPEN, 13, 16, ""),
                (Kind.TEXT, 16, 18, "OK"),
                (Kind.CLOSE, 18, 22, ""),
            )
        ),
    ]
    marked = mark(document, pieces)
    assert marked.source == "Type <g1> or <g2>OK</g2>"
    written = marked.restore(
        "<g2>OK</g2> oder <g1>",
        lambda text: text.replace("<g1>", "&g1;"),
        lambda begin, end: document[begin:end],
    )
    assert written == "<b>OK</b> oder &g1;"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["a b", "c", "<b>", "</b>", "<i>", "</i>", "<img>",
                                 "<code>", " "]), max_size=12))  # fmt: skip
def test_the_source_itself_is_written_as_it_stood(parts):
    document = "".join(parts)
    marked = marked_of(document)
    if marked is not None:
        written = marked.restore(
            marked.source, lambda text: text, lambda begin, end: document[begin:end]
        )
        assert document[: marked.begin] + written + document[marked.end :] == document
        assert all(tag in marked.source for tag in marked.markup)


def test_breaks_are_put_back_with_what_stood_around_them():
    document = "one two three\n> four five"
    pieces = [
        Piece(Kind.TEXT, 0, 13, "one two three"),
        Piece(Kind.BREAK, 13, 16),
        Piece(Kind.TEXT, 16, 25, "four five"),
    ]
    marked = mark(document, pieces)
    assert marked.source == "one two three four five"
    render = document.__getitem__
    written = marked.restore(
        "eins zwei", str, lambda begin, end: render(slice(begin, end))
    )
    assert written == "eins\n> zwei"
    assert marked.restore("eins", str, lambda begin, end: "") == "eins"
