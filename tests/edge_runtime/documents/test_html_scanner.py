import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.documents.html_references import unescape
from edge_runtime.documents.html_scanner import scan

PARTS = """
< > / = " ' & ! ? - [ ] a <a </ <p> </p> <!-- --> <![CDATA[ ]]> <![if x]> <? <! <b/>
<script> </script> <style> </style> <a\tb='c'> &amp;
""".split()


def parts(text):
    return [(span.kind, text[span.begin : span.end]) for span in scan(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a <b and c", [("text", "a <b and c")]),
        ("a <!-- b", [("text", "a <!-- b")]),
        ("1 < 2 > <3", [("text", "1 < 2 > <3")]),
        ("<!-- a <p>b", [("other", "<!-- a <p>"), ("text", "b")]),
        ("<a b='x>c</a>", [("other", "<a b='x>"), ("text", "c"), ("end", "</a>")]),
        ("<![x[a>b", [("other", "<![x[a>"), ("text", "b")]),
        ("<![CDATA[a>b]] >c", [("other", "<![CDATA[a>b]] >"), ("text", "c")]),
        ("<!-- a -- > b -->c", [("other", "<!-- a -- > b -->"), ("text", "c")]),
        ("<!-- a --!>b", [("other", "<!-- a --!>"), ("text", "b")]),
        ("<!-->a-->", [("other", "<!-->"), ("text", "a-->")]),
        ("<!--->a-->", [("other", "<!--->"), ("text", "a-->")]),
        (
            "<script>a</script b>c",
            [
                ("start", "<script>"),
                ("text", "a"),
                ("end", "</script b>"),
                ("text", "c"),
            ],
        ),
        (
            "<style>a</ style>b</style>c",
            [
                ("start", "<style>"),
                ("text", "a</ style>b"),
                ("end", "</style>"),
                ("text", "c"),
            ],
        ),
        ("<a b='>' c>d", [("start", "<a b='>' c>"), ("text", "d")]),
        ("</>a</ b>", [("other", "</>"), ("text", "a"), ("end", "</ b>")]),
        ("<style>a<b>", [("start", "<style>"), ("text", "a<b>")]),
        (
            "<script/>a<b>",
            [("start", "<script/>"), ("text", "a"), ("start", "<b>")],
        ),
        (
            "<SCRIPT>'<b>'</Script>a",
            [
                ("start", "<SCRIPT>"),
                ("text", "'<b>'"),
                ("end", "</Script>"),
                ("text", "a"),
            ],
        ),
    ],
)
def test_broken_markup_ends_where_the_next_text_begins(text, found):
    assert parts(text) == found


@given(st.lists(st.sampled_from(PARTS), max_size=20).map("".join))
def test_the_parts_of_a_text_are_the_text(text):
    assert "".join(part for _, part in parts(text)) == text


@pytest.mark.parametrize(
    ("content", "written"),
    [
        ("Hello <!-- a > b", "HELLO <!-- a > B"),
        ("<p>Hello</p><![x[a>b", "<p>HELLO</p><![x[a>B"),
        ("<p title=it's>a</p>", '<p title="IT\'S">A</p>'),
        ("<p>a &#; &#; b</p><b>c</b>", "<p>A &amp;#; &amp;#; B</p><b>C</b>"),
        ("<p>a</p><script src=x/>let it</script>b", None),
        ("<p>a</p><script src=x/>let it", "<p>A</p><script src=x/>let it"),
    ],
)
def test_markup_that_is_not_understood_stays(read, translate, content, written):
    document = read(content, "html")
    translate(document)
    if written is None:
        written = content.replace(">a<", ">A<").replace(">b", ">B")
    assert document.write().decode() == written


@pytest.mark.parametrize(
    "text", ["&amp; &#65; &#x41 &#00000000065;", "&#1114112; &#0;", "&# &#; &#x;"]
)
def test_references_are_those_of_html(text):
    assert unescape(text) == html.unescape(text)


def test_a_number_of_thousands_of_digits_is_no_character(read, translate):
    assert unescape(f"a&#{'9' * 5000};b&#{'0' * 5000}65;") == "a\ufffdbA"
    document = read(f"x &#{'9' * 5000}; y <g{'9' * 5000}>", "html")
    translate(document)
    assert document.write().startswith("X \ufffd Y".encode())


def test_text_about_a_tag_with_many_digits_gives_them_to_no_other(read):
    (segment,) = read(f"x &lt;g{'9' * 5000}&gt; <b>y</b> z", "html").segments
    assert segment.source == f"x <g{'9' * 5000}> <g1>y</g1> z"
