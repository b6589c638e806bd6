"""Markup is taken out of a sentence and put around what translates its words."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.markup import enclosed_slots
from edge_runtime.text.markup_placement import place_markup
from edge_runtime.text.slotted_text import mark_spans, number_slots
from edge_runtime.text.source_parts import in_tokens
from edge_runtime.text.spans import find_spans
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.text.word_shares import whole_words

KINDS = frozenset(SPAN_KINDS)
TAG = re.compile(r"<[^>]*>")


def slotted_text(text):
    spans = find_spans(text, KINDS)
    return number_slots(mark_spans(text, spans), spans, 0)


def words_of(text):
    """A text whose tokens are its words and marks, Chinese characters one by one."""
    matches = list(re.finditer(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]", text))
    pieces = [match.group() for match in matches]
    return TokenizedText(
        text, [9] * len(pieces), pieces, [match.span() for match in matches]
    )


def place(source, target, links, certain=()):
    """Place the markup of a source in a target whose words are linked as given.

    Args:
        source: The source with its markup.
        target: The target without.
        links: Per word of the target, the word of the source that it attends to.
        certain: Words of the target of which that is known.
    """
    slotted, target = slotted_text(source), words_of(target)
    tokens = words_of(slotted.text)
    attention = np.full((len(target.tokens), len(tokens.tokens)), 0.01)
    for row, column in enumerate(links):
        attention[row, column] = 1.0
    known = [links[row] if row in certain else -1 for row in range(len(links))]
    elements = in_tokens(slotted.elements, tokens.spans)
    return place_markup(elements, target, attention, known).text


@pytest.mark.parametrize(
    ("source", "target", "links", "expected"),
    [
        ("I <b>love</b> apples.", "ich liebe Äpfel.", [0, 1, 2, 3],
         "ich <b>liebe</b> Äpfel."),
        # The words change places.
        ("we <i>have seen</i> him", "wir haben ihn gesehen", [0, 1, 3, 2],
         "wir <i>haben ihn gesehen</i>"),
        ("red <b>wine</b>", "vin rouge", [1, 0], "<b>vin</b> rouge"),
        ("<p>all of it</p>", "das alles", [2, 0], "<p>das alles</p>"),
        ("a <b>b <i>c</i></b> d", "D C B A", [3, 2, 1, 0], "D <b><i>C</i> B</b> A"),
        ("<b>a</b> <i>b</i>", "B A", [1, 0], "<i>B</i> <b>A</b>"),
        # A word that nothing translates: the one that attends to it most.
        ("a <b>b</b> c", "A C", [0, 2], "<b>A</b> C"),
        ("a<br/>b", "A B", [0, 1], "A<br/>B"),
        ("a <br/> b", "A B", [0, 1], "A <br/> B"),
        ("a <br/>b", "A B", [0, 1], "A <br/>B"),
        ("a<br/> b", "A B", [0, 1], "A<br/> B"),
        ("我<br/>爱", "I love", [0, 1], "I <br/>love"),
        ("a <a name=x></a>b", "A B", [0, 1], "A <a name=x></a>B"),
        ("<br/>a<hr/>", "A", [0], "<br/>A<hr/>"),
        ("I <b>love</b> it", "我爱它", [0, 1, 2], "我<b>爱</b>它"),
        ("<b> a </b> b", "A B", [0, 1], "<b> A </b> B"),
        ("see `the text <label>`_", "sieh den Text", [0, 1, 2],
         "sieh `den Text <label>`_"),
        ("", "", [], ""),
        # A part of a token.
        ("I <b>lo</b>ve it", "ich liebe es", [0, 1, 2], "ich <b>liebe</b> es"),
        ("a <br/>", "A", [0], "A <br/>"),
    ],
)  # fmt: skip
def test_tags_enclose_what_translates_their_words(source, target, links, expected):
    assert place(source, target, links) == expected


@pytest.mark.parametrize(
    "word",
    ["हिन्दी", "cafe\u0301", "3.5", "14:30", "U.S", "AT&T", "don't", "爱", "!", "）"],
)
def test_nothing_is_put_into_a_word(word):
    text = f"a {word} b"
    target = TokenizedText(text, [], [], [])
    assert [text[slice(*span)] for span in whole_words(target)] == ["a", word, "b"]


def test_half_a_pair_encloses_the_begin_or_the_end():
    text = "<b>a b. c d</b> e"
    spans = find_spans(text, KINDS)
    parts = number_slots("\ufdd8a b.", spans, 0), number_slots(" c d\ufddc e", spans, 1)
    placed = []
    for slotted, target, links in zip(
        parts, ("B A.", "E D C"), ([1, 0, 2], [2, 1, 0]), strict=True
    ):
        tokens = words_of(slotted.text)
        words = words_of(target)
        attention = np.eye(len(tokens.tokens))[links]
        elements = in_tokens(slotted.elements, tokens.spans)
        placed.append(place_markup(elements, words, attention, [-1] * 3).text)
    # The sentence begins within the pair: what precedes its words is enclosed too.
    assert placed == ["<b>B A.", "E D C</b>"]


def test_all_before_the_end_of_a_pair_stands_in_it():
    spans = find_spans("<b>One. x <i>y</i> {a}</b> z {b}</b>", KINDS)
    slotted = number_slots(" x \ufdd8y\ufddc \ufdd0\ufddc z \ufdd0", spans, 1)
    inner, outer = slotted.elements
    assert (inner.parent, outer.parent) == (1, None)
    assert (outer.begin, outer.opening) == (0, None)
    assert slotted.owners == (1, None)


def test_pairs_know_the_slots_that_they_enclose():
    slotted = slotted_text("<b>{a}</b> <i><u>{b} {c}</u> x</i><p></p> {d}")
    enclosed = enclosed_slots(slotted.owners, slotted.elements)
    assert enclosed == [(0, 1, False, False), (1, 3, False, False)]
    spans = find_spans("<b>{a} {b}. {c}</b> {d}", KINDS)
    first = number_slots("\ufdd0 \ufdd8\ufdd0.", [spans[3], *spans[:2]], 0)
    second = number_slots("\ufdd0\ufddc \ufdd0", spans, 3)
    assert enclosed_slots(first.owners, first.elements) == [(1, 2, False, True)]
    assert enclosed_slots(second.owners, second.elements) == [(0, 1, True, False)]
    whole = slotted_text("<b>x {a}</b>")
    assert enclosed_slots(whole.owners, whole.elements) == []


def test_a_pair_encloses_no_slot_from_outside():
    found = place("<b>a</b> {x} <i>b</i>", "X", [1], certain=[0])
    assert found.replace("<b></b>", "").replace("<i></i>", "").strip() == "X"
    assert "<b></b>" in found and "<i></i>" in found


def test_a_known_word_outweighs_all_others():
    source, target = "a b c <b>{x}</b>", "A X B C"
    assert place(source, target, [0, 3, 1, 2], certain=[1]) == "A <b>X</b> B C"
    # What attends to the slot falsely is not enclosed with another slot.
    links = [0, 3, 3, 3]
    assert place(source, target, links) == "A <b>X B C</b>"
    links = [4, 3, 3, 3]
    found = place("a b c <b>{x}</b> {y}", target, links, certain=[0, 1])
    assert found.startswith("A <b>X")


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("H<sub>2</sub>O", "H2O"),
        ("H<g1>2</g1>O", "H2O"),
        ("a<g1/>b", "a b"),
        ("<li>One</li><li>two</li>", "One two"),
        ("One<br>two", "One two"),
        ("一<br>二", "一二"),
        ("One <br> two", "One two"),
        ("(<p>a</p>)", "( a )"),
    ],
)
def test_words_stay_apart_where_markup_was(text, read):
    spans = [span for span in find_spans(text, KINDS) if span.is_markup]
    slotted = number_slots(mark_spans(text, spans), spans, 0)
    assert slotted.text == read
    assert slotted.original(TokenizedText(read, [], [], [])).text == text


def tree_of(text):
    """Elements of a text, each with the one it stands in; fails where not nested."""
    around, found = [], []
    for tag in TAG.findall(text):
        name = tag.strip("</>")
        if tag.startswith("</"):
            assert around.pop() == name
            continue
        found.append((name, around[-1] if around else ""))
        if not tag.endswith("/>"):
            around.append(name)
    assert not around
    return sorted(found)


@st.composite
def marked_lines(draw):
    """Words with pairs of tags, each of another name, and single ones between them."""
    numbers = iter(range(100))

    def part(depth):
        kind = draw(st.sampled_from(["word", "word", "single", "pair"]))
        if kind == "word" or (kind == "pair" and depth > 3):
            return draw(st.sampled_from(["dog", "cat", "我", "it's", "."]))
        name = f"y{next(numbers)}"
        if kind == "single":
            return f"<{name}/>"
        inner = [part(depth + 1) for _ in range(draw(st.integers(0, 3)))]
        return f"<{name}>{draw(st.sampled_from(['', ' '])).join(inner)}</{name}>"

    count = draw(st.integers(1, 7))
    return draw(st.sampled_from(["", " "])).join(part(0) for _ in range(count))


@given(
    line=marked_lines(),
    target=st.lists(
        st.sampled_from(["ein", "Hund", "don't", "爱", ",", "x-y"]), max_size=8
    ).map(" ".join),
    seed=st.integers(0, 1000),
)
def test_the_structure_is_that_of_the_source_whatever_the_attention(line, target, seed):
    slotted, words = slotted_text(line), words_of(target)
    tokens = words_of(slotted.text)
    attention = np.random.default_rng(seed).random(
        (len(words.tokens), len(tokens.tokens))
    )
    elements = in_tokens(slotted.elements, tokens.spans)
    placed = place_markup(elements, words, attention, [-1] * len(words.tokens))
    assert tree_of(placed.text) == tree_of(line)
    assert TAG.sub("", placed.text).replace(" ", "") == target.replace(" ", "")
    # No tag stands within a token, also where tokens begin with the space before them.
    assert [placed.text[begin:end] for begin, end in placed.spans] == words.tokens
    spans = zip([0, *(end for _, end in words.spans)], words.spans, strict=False)
    spaced = replace(words, spans=[(begin, end) for begin, (_, end) in spans])
    again = place_markup(elements, spaced, attention, [-1] * len(words.tokens))
    assert again == placed


@given(
    line=marked_lines(),
    cuts=st.lists(st.integers(1, 30), min_size=1, max_size=2),
    words=st.lists(
        st.lists(st.sampled_from(["ein", "Hund", "爱", ","]), max_size=4).map(" ".join),
        min_size=3,
        max_size=3,
    ),
    seed=st.integers(0, 1000),
)
def test_it_is_so_too_where_a_line_is_translated_in_parts(line, cuts, words, seed):
    random = np.random.default_rng(seed)
    spans = find_spans(line, KINDS)
    marked = mark_spans(line, spans)
    bounds = [0, *sorted(cuts), len(marked)]
    placed = []
    for begin, end, target in zip(bounds, bounds[1:], words, strict=False):
        first = len(re.findall("[\ufdd0-\ufdef]", marked[:begin]))
        slotted = number_slots(marked[begin:end], spans, first)
        tokens, found = words_of(slotted.text), words_of(target)
        assume(tokens.tokens)
        attention = random.random((len(found.tokens), len(tokens.tokens)))
        elements = in_tokens(slotted.elements, tokens.spans)
        known = [-1] * len(found.tokens)
        placed.append(place_markup(elements, found, attention, known).text)
    assert tree_of("".join(placed)) == tree_of(line)


def test_many_tags_take_time_proportional_to_their_number():
    line = "<b>" * 20_000 + "a" + "</b>" * 20_000 + "<br/>" * 20_000
    slotted = slotted_text(line)
    assert slotted.text == "a"
    tokens = words_of(slotted.text)
    elements = in_tokens(slotted.elements, tokens.spans)
    placed = place_markup(elements, words_of("A"), np.ones((1, 1)), [-1])
    assert placed.text == line.replace("a", "A")
