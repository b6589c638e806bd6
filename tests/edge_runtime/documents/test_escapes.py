"""Any text that is written into a format is read again as that text."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edge_runtime.documents.formats import FORMATS
from edge_runtime.documents.segment import State

DOCUMENTS = {
    "android": '<resources><string name="a">word</string></resources>',
    "html": "<p>word</p>",
    "json": '{"a": "word"}',
    "markdown": "word\n",
    "po": 'msgid "word"\nmsgstr ""\n',
    "srt": "1\n00:00:01,000 --> 00:00:02,000\nword\n",
    "strings": '"a" = "word";\n',
    "text": "word\n",
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nword\n",
    "xliff": '<xliff version="1.2"><file><body><trans-unit id="1">'
    "<source>word</source></trans-unit></body></file></xliff>",
}
SPECIAL = "<&>;\"'\\n {x}[y](z)*_`~#|!@?=-+. \xa0]]>"
LINES = st.text(
    st.one_of(
        st.sampled_from("ab<>&\"'\\{}[]()*_`~#|!@?=-+.:;1 我é€\xa0😀"),
        st.characters(codec="utf-8", exclude_categories=("C", "Z")),
    ),
    min_size=1,
    max_size=20,
)


def read(name, content):
    return FORMATS[name].read(content, None, "de")


def again(name, text):
    """Write a text as the translation of a word, and read what was written."""
    document = read(name, DOCUMENTS[name].encode())
    (segment,) = document.segments
    if segment.find_problem(text) is not None:
        return None
    segment.translation, segment.state = text, State.TRANSLATED
    segment.is_done = True
    content = document.write()
    if name == "po":
        return __import__("polib").pofile(content.decode())[0].msgstr
    if name == "xliff":
        found = re.search(b"<target[^>]*>(.*)</target>", content, re.DOTALL)
        content = DOCUMENTS[name].encode().replace(b"word", found[1])
    segments = read(name, content).segments
    return (
        segments[0].source if len(segments) == 1 else [each.source for each in segments]
    )


@pytest.mark.parametrize("name", ["android", "html", "json", "po", "strings", "xliff"])
@settings(max_examples=50, deadline=None)
@example(text=SPECIAL)
@given(text=LINES)
def test_text_is_escaped_and_unescaped(name, text):
    # Words around it: space at the ends is not of the text, nor a text without words.
    text = f"a {text.strip()} b"
    assert again(name, text) == text


@settings(max_examples=50, deadline=None)
@example(text=SPECIAL)
@given(text=LINES)
def test_a_line_break_is_escaped_where_it_means_one(text):
    text = f"a {text.strip()}\nb"
    for name in ("android", "json", "po", "strings"):
        assert again(name, text) == text


@settings(max_examples=50, deadline=None)
@example(text=SPECIAL)
@given(text=LINES)
def test_markdown_means_the_text_or_is_refused(text):
    text = f"a {text.strip()} b"
    found = again("markdown", text)
    assert found is None or found == text


@pytest.mark.parametrize(
    "text",
    ["# a", "- a", "1. Mai 2020", "a * b * c", "_a_", "a_b_c", "[a](b)", "`a`", "<b>a",
     "&amp; a", "a \\* b", "> a", "+ a", "a\\", "~~a~~", "=== a", "| a | b |"],
)  # fmt: skip
def test_markdown_is_escaped_where_it_would_mean_something(text):
    assert again("markdown", text) == text


@settings(max_examples=50, deadline=None)
@given(text=st.text(st.sampled_from("ab<>&\"' 我é"), min_size=1, max_size=20))
def test_webvtt_is_escaped(text):
    text = f"a {text.strip()} b"
    assert again("vtt", text) == text
