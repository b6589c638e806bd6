import pytest


def translated(read, translate, each_text, content, translations):
    document = read(content, "markdown")
    summary = translate(document, each_text(translations.__getitem__))
    return document.write().decode(), [why for _, why in summary.problems]


def test_markup_that_would_be_lost_is_noticed(read, translate, each_text):
    # Chinese has no space before the stars, which then close nothing.
    content = "I **love (to) eat** apples\n"
    source = "I <g1>love (to) eat</g1> apples"
    found = "我<g1>爱（吃）</g1>苹果"
    assert translated(read, translate, each_text, content, {source: found}) == (
        content,
        ["markup"],
    )


def test_the_order_of_markup_may_change(read, translate, each_text):
    content = "See *this* and `that`.\n"
    source = "See <g1>this</g1> and <x2/>."
    found = "<x2/> und <g1>das</g1>: sieh!"
    assert translated(read, translate, each_text, content, {source: found}) == (
        "`that` und *das*: sieh!\n",
        [],
    )


def test_a_link_by_its_own_text_keeps_its_target(read, translate, each_text):
    content = "See [notes] and [more][].\n\n[notes]: a\n[more]: b\n"
    source = "See <g1>notes</g1> and <g2>more</g2>."
    found = "Sieh <g2>mehr</g2> und <g1>Notizen</g1>."
    assert translated(read, translate, each_text, content, {source: found}) == (
        "Sieh [mehr][more] und [Notizen][notes].\n\n[notes]: a\n[more]: b\n",
        [],
    )


@pytest.mark.parametrize(
    ("content", "found", "written"),
    [
        ("### 1. word\n", "2. wort", "### 2. wort\n"),
        ("| word |\n|--|\n", "- wort | a", "| - wort \\| a |\n|--|\n"),
        ("word\n", "1. wort", "1\\. wort\n"),
        ("word\n---\n", "# wort", "\\# wort\n---\n"),
        ("1\\. word\n", "1. wort", "1\\. wort\n"),
    ],
)
def test_what_begins_a_block_is_escaped_where_one_may_begin(
    read, translate, each_text, content, found, written
):
    document = read(content, "markdown")
    summary = translate(document, each_text(lambda text: found))
    assert (document.write().decode(), summary.problems) == (written, [])


@pytest.mark.parametrize(
    "content",
    [
        "```\nword\n```\n",
        "    word\n",
        "---\ntitle: word\n---\n",
        "+++\ntitle = 'word'\n+++\n",
        "[word]: https://example.org 'word'\n",
        "<script>\nword\n</script>\n",
        "<!-- word -->\n",
        "`word`\n",
        "<https://example.org/word>\n",
        "![](word.png)\n",
        "* * *\n",
    ],
)
def test_what_is_no_text_has_no_segments(read, content):
    assert list(read(content, "markdown").segments) == []


@pytest.mark.parametrize(
    ("content", "sources"),
    [
        ("# a #\n", ["a"]),
        ("a\n===\n", ["a"]),
        ("> - a\n>   b\n", ["a b"]),
        ("> a\nb\n", ["a b"]),
        ("1.\ta\n", ["a"]),
        ("a  \nb\\\nc\n", ["a", "b", "c"]),
        ("a\\*b &amp; c\n", ["a*b & c"]),
        ("*a **b***\n", ["a <g1>b</g1>"]),
        ('[a *b*](c "d")\n', ["a <g1>b</g1>"]),
        ("[![a](b)](c)\n", ["a"]),
        ("a ![b *c*](d) e\n", ["a <g1/> e", "b <g1>c</g1>"]),
        ("<div>a</div>\n", ["a"]),
        ("a <kbd>b</kbd> <i>c</i><br>\n", ["a <x1/> <g2>c</g2>"]),
        ("~~a~~ b\n", ["<g1>a</g1> b"]),
        ("| a |\n|--|\n| b \\| c |\n", ["a", "b | c"]),
        ("a | b\n--|--\na | a\n", ["a", "b", "a", "a"]),
        ("- [ ] a\n- [x] b\n", ["a", "b"]),
        ("> [!NOTE]\n> a\n", ["a"]),
        ("a[^1] b\n\n[^1]: c d\n", ["a<x1/> b", "c d"]),
        ("a * b _ c ` d [ e\n", ["a * b _ c ` d [ e"]),
    ],
)
def test_segments_are_what_people_read(read, content, sources):
    document = read(content, "markdown")
    assert [segment.source for segment in document.segments] == sources
    assert document.write().decode() == content


def test_long_paragraphs_are_checked_line_by_line(read, translate, each_text):
    content = "one *line* of it  \n![a picture](b) " * 20 + "=end\n"
    document = read(content, "markdown")
    translate(document)
    shouted = "ONE *LINE* OF IT  \n![A PICTURE](b) " * 20 + "=END\n"
    assert document.write().decode() == shouted
    document = read("one line\\\n" * 20 + "a *b* c\n", "markdown")
    summary = translate(document, each_text(lambda text: text.replace("<g1>", "<g1> ")))
    assert [problem for _, problem in summary.problems] == ["markup"]
