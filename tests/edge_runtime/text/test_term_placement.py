"""Terms of a glossary are found in a translation, or put where they belong."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.text.term import Term
from edge_runtime.text.term_placement import place_terms
from edge_runtime.text.tokenizer import TokenizedText


def words_of(text):
    matches = list(re.finditer(r"[\u4e00-\u9fff]|[^\W\u4e00-\u9fff]+|[^\w\s]", text))
    pieces = [match.group() for match in matches]
    return TokenizedText(
        text, [9] * len(pieces), pieces, [match.span() for match in matches]
    )


def place(terms, target, links, certain=(), choose=None, length=6, fixed=0):
    """Place terms in a target whose words are linked to source tokens; -1 for none."""
    words = words_of(target)
    attention = np.full((len(words.tokens), length), 0.02)
    for row, column in enumerate(links):
        if column >= 0:
            attention[row, column] = 1.0
    known = [links[row] if row in certain else -1 for row in range(len(links))]
    choose = choose or (lambda found: 0)
    return place_terms(terms, words, attention, known, choose, fixed).text


@pytest.mark.parametrize(
    ("terms", "target", "links", "expected"),
    [
        # What is there already stays.
        ([Term(1, 2, ("Apfel",))], "der Apfel", [0, 1], "der Apfel"),
        ([Term(0, 1, ("a", "Apfel"))], "der Apfel", [0, 1], "der Apfel"),
        # What translates the term is replaced, and nothing else.
        ([Term(1, 2, ("Obst",))], "der Apfel.", [0, 1, 2], "der Obst."),
        ([Term(1, 3, ("rotes Obst",))], "ein roter Apfel", [0, 1, 2],
         "ein rotes Obst"),
        ([Term(1, 2, ("apple",))], "the apples", [0, 1], "the apple"),
        ([Term(1, 2, ("苹果",))], "我爱水。", [0, 2, 1, 3], "我爱苹果。"),
        ([Term(1, 2, ("Apfel",))], "我爱水x。", [0, 2, 1, 3, 4], "我爱Apfel x。"),
        # Nothing translates it.
        ([Term(2, 3, ("Obst",))], "ich mag heute", [0, 1, 3], "ich mag Obst heute"),
        ([Term(2, 3, ("Obst",))], "ich mag", [0, 1], "ich mag Obst"),
        ([Term(2, 3, ("Obst",))], "", [], "Obst"),
        ([Term(2, 3, ("苹果",))], "我爱。", [0, 1, 4], "我爱苹果。"),
        # Twice in the source, twice in the target.
        ([Term(0, 1, ("a",)), Term(2, 3, ("a",))], "a b c", [0, 1, 2], "a b a"),
        ([Term(0, 1, ("b",)), Term(1, 2, ("c",))], "c a", [0, 2], "b c a"),
        ([Term(0, 1, ("A",)), Term(1, 2, ("B",))], "我爱", [1, 0], "B A"),
        # A bracket stays beside its word.
        ([Term(1, 2, ("Obst",))], "ein (Apfel)", [0, -1, 1, -1], "ein (Obst)"),
        # One form is part of another one.
        ([Term(0, 1, ("New",)), Term(1, 2, ("New York",))], "New York x", [1, 1, 0],
         "New York New"),
    ],
)  # fmt: skip
def test_terms_stand_where_they_belong(terms, target, links, expected):
    assert place(terms, target, links) == expected


def test_what_a_slot_stands_for_is_not_replaced():
    assert place([Term(1, 2, ("Obst",))], "ein X da", [0, 1, 2], certain=[1]) == (
        "ein Obst X da"
    )


@pytest.mark.parametrize(
    ("target", "links", "fixed", "expected"),
    [
        ("der Apfel da", [0, 1, 2], 5, "der Apfel Obst da"),
        ("der Apfel da", [0, 1, 2], 3, "der Obst da"),
        ("der Apfel", [0, 1], 9, "der Apfel Obst"),
        ("der Apfel.", [0, 1, 3], 10, "der Apfel. Obst"),
        ("da ist er", [2, 2, 3], 6, "da ist Obst er"),
    ],
)
def test_a_given_beginning_stays(target, links, fixed, expected):
    assert place([Term(1, 2, ("Obst",))], target, links, fixed=fixed) == expected


def test_a_form_in_an_address_is_no_translation():
    found = place([Term(0, 1, ("x",))], "y x", [0, 1], certain=[1])
    assert found == "x x"


def test_a_term_replaces_what_attends_to_it_most():
    words = words_of("a b c.")
    attention = np.full((4, 6), 0.13)
    attention[1, 2], attention[0, 0] = 0.35, 0.9
    found = place_terms([Term(2, 3, ("T",))], words, attention, [-1] * 4, len)
    assert found.text == "a T c."
    # Where nothing does, the form stands before the mark that ends the sentence.
    attention[1, 0] = attention[2, 0] = attention[3, 1] = 0.9
    found = place_terms([Term(5, 6, ("T",))], words, attention, [-1] * 4, len)
    assert found.text == "a b c T."


def test_forms_are_chosen_one_term_after_the_other():
    asked = []

    def choose(candidates):
        asked.append(list(candidates))
        return 1

    terms = [Term(0, 1, ("A", "B")), Term(1, 2, ("C", "D"))]
    assert place(terms, "x y z", [0, 1, 2], choose=choose) == "B D z"
    assert asked == [["A y z", "B y z"], ["B C z", "B D z"]]


@given(
    terms=st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(1, 2), st.sampled_from(["Obst", "a", "我爱"])
        ),
        max_size=5,
    ),
    target=st.lists(
        st.sampled_from(["a", "ein", "Obst", "爱", ".", "我爱", ",", "'"]), max_size=8
    ),
    seed=st.integers(0, 100),
)
def test_every_term_is_there_whatever_the_attention(terms, target, seed):
    words = words_of(" ".join(target))
    attention = np.random.default_rng(seed).random((len(words.tokens), 7))
    placed = place_terms(
        [Term(begin, begin + length, (form,)) for begin, length, form in terms],
        words,
        attention,
        [-1] * len(words.tokens),
        lambda found: 0,
    )
    for form in {form for *_, form in terms}:
        wanted = sum(form == other for *_, other in terms)
        pattern = form if form == "我爱" else rf"(?<![a-zA-Z]){form}(?![a-zA-Z])"
        assert len(re.findall(pattern, placed.text)) >= wanted
