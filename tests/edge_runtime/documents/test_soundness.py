import pytest

from edge_runtime.documents.soundness import (
    find_problem,
    find_unfit,
    has_words,
    is_well_nested,
)


@pytest.mark.parametrize(
    ("source", "translation", "problem"),
    [
        ("Press <b>OK</b>.", "Drück <b>OK</b>.", None),
        ("Press <b>OK</b>.", "<b>OK</b> drücken.", None),
        ("Press <b>OK</b>.", "Drück OK.", "tags"),
        ("Press <b>OK</b>.", "Drück <b>OK.", "tags"),
        ("Press <b>OK</b>.", "Drück <b><b>OK</b>.", "tags"),
        ("Press <b>OK</b>.", "Drück </b>OK<b>.", "order of tags"),
        ("<g1>a <g2>b</g2></g1>", "<g2>a <g1>b</g2></g1>", "order of tags"),
        ("<g1>a <g2>b</g2></g1>", "<g2>a <g1>b</g1></g2>", None),
        ("one<br>two", "eins<br>zwei", None),
        ('<a href="x">a</a>', '<a href="y">a</a>', "tags"),
        ("a <x1/> b", "a <x2/> b", "tags"),
        ("5 < 6", "5 < 6", None),
        ("5 < 6", "sechs", None),
        ("Hi {name}", "Hallo {name}", None),
        ("Hi {name}", "Hallo {Name}", "placeholders"),
        ("Hi {{name}}", "Hallo {name}", "placeholders"),
        ("Hi ${name}", "Hallo {name}", "placeholders"),
        ("Hi {name}", "Hallo {name} {name}", "placeholders"),
        ("Hi", "Hallo {name}", "placeholders"),
        ("%s of %d", "%s von %d", None),
        ("%s of %d", "%d von %s", "order of placeholders"),
        ("%1$s of %2$d", "%2$d von %1$s", None),
        ("%(a)s of %(b)s", "%(b)s von %(a)s", None),
        ("%d%% done", "%d%% fertig", None),
        ("100%% of %d", "%d von 100%%", None),
        ("%d%% done", "%d fertig", "placeholders"),
        ("%@ and %lld", "%@ und %lld", None),
        ("it is 100 % sure", "es ist zu 100 % sicher", None),
        ("see https://a.org/b_c.", "siehe https://a.org/b_c!", None),
        ("see https://a.org/b_c", "见https://a.org/b_c。", None),
        ("see https://a.org/b", "siehe https://a.org/c", "addresses"),
        ("to anna@a.org", "an anna@a.org.", None),
        ("to anna@a.org", "an anna@b.org", "addresses"),
        ("text", " \n", "empty"),
        ("", "", None),
    ],
)
def test_tags_and_placeholders_arrive(source, translation, problem):
    assert find_problem(source, translation) == problem


def test_a_source_that_is_not_nested_itself_asks_for_no_order():
    assert find_problem("a </b> c <b>", "</b> a <b>") is None
    assert not is_well_nested("a </b> c <b>")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("我", True),
        ("a", True),
        ("12.50 €", False),
        ("{count}", False),
        ("%s: %d", False),
        ("<b>12</b>", False),
        ("<g1><x2/></g1>", False),
        ("https://example.org/a_b", False),
        ("anna@example.org", False),
        ("see https://example.org", True),
        ("", False),
    ],
)
def test_what_has_no_words_is_not_translated(text, words):
    assert has_words(text) is words


def test_message_format_is_left():
    assert find_unfit("{n, plural, one {# item} other {# items}}")
    assert find_unfit("{gender, select, other {They}}")
    assert find_unfit("Hello {name}, {n, number}") is None


@pytest.mark.parametrize(
    "part", ["<", "<a", "{", "%(", "a", "a@", "{ ", "%1", "a://", "a.", "@"]
)
def test_time_grows_with_the_length(part):
    text = part * 50_000
    assert find_problem(text, text) is None
    has_words(text)
    find_unfit(text)
