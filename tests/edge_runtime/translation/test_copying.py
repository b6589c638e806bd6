import time

import numpy as np
import pytest

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.spans import find_spans
from edge_runtime.text.tokenizer import TokenizedText
from edge_runtime.text.words import word_spans
from edge_runtime.translation.copying import copy_from_source

UNK = 1


def tokenized(text, tokens):
    """A text and its tokens as SentencePiece places them; `?` stands for unknown."""
    spans, ids, position = [], [], 0
    for token in tokens:
        begin = text.index(token, position)
        spans.append((position, begin + len(token)))
        position = begin + len(token)
        ids.append(UNK if token == " ⁇ " else 9)
    return TokenizedText(text, ids, list(tokens), spans)


def copied(source, source_tokens, target, target_tokens, links, **options):
    """Copy with all attention of each target token on one source token."""
    alignment = np.zeros((len(target_tokens), len(source_tokens)))
    for target_token, source_token in enumerate(links):
        alignment[target_token, source_token] = 1.0
    return copy_from_source(
        tokenized(source, source_tokens),
        tokenized(target, target_tokens),
        alignment,
        UNK,
        spans=find_spans(source, frozenset(SPAN_KINDS)),
        **options,
    )


def test_an_unknown_word_is_copied_without_the_marks_around_it():
    found = copied(
        "ich kenne „Zoë“!", ["ich", " kenne", " „", "Zoë", "“", "!"],
        "I know  ⁇ , sir", ["I", " know", " ", " ⁇ ", ",", " sir"],
        [0, 1, 3, 3, 3, 1],
    )  # fmt: skip
    assert found.text == "I know Zoë, sir"


@pytest.mark.parametrize(
    ("fixed_tokens", "expected"), [(1, "Zoë has 4 cats"), (4, "Zoë has 3 cats")]
)
def test_of_a_given_beginning_only_unknown_words_are_replaced(fixed_tokens, expected):
    found = copied(
        "Zoë 4", ["Zoë", " 4"],
        " ⁇  has 3 cats", [" ⁇ ", " has", " 3", " cats"],
        [0, 1, 1, 1], fixed_tokens=fixed_tokens,
    )  # fmt: skip
    assert found.text == expected


def test_a_word_goes_behind_a_given_beginning_that_it_is_glued_to():
    found = copied(
        "吃 苹果", ["吃", " 苹果"],
        "the ⁇  pears", ["the", " ⁇ ", " pears"],
        [0, 0, 1], fixed_tokens=1,
    )  # fmt: skip
    assert found.text == "the吃 pears"


def test_an_unknown_symbol_is_copied():
    found = copied(
        "今天 😀", ["今天", " 😀"], "today  ⁇ ", ["today", " ", " ⁇ "], [0, 1, 1]
    )
    assert found.text == "today 😀"


def test_a_word_with_an_unknown_part_is_copied_whole():
    found = copied(
        "Grzegorz lebt", ["Grz", "egorz", "lebt"],
        "Gr ⁇ gor lives", ["Gr", " ⁇ ", "gor", " lives"],
        [0, 1, 1, 2],
    )  # fmt: skip
    assert found.text == "Grzegorz lives"
    assert found.text[slice(*found.spans[3])] == " lives"


@pytest.mark.parametrize(
    "address",
    ["https://a.example/x?y=1#z", "www.example.org", "me@mail.example.org",
     "{name}", "{{name}}", "%s", "%(count)d", "${user}", "<br/>"],
)  # fmt: skip
def test_an_address_or_placeholder_is_copied(address):
    found = copied(
        f"see {address} now", ["see", address, "now"],
        "siehe htp exmple jetzt", ["siehe", "htp", "exmple", "jetzt"],
        [0, 1, 1, 2],
    )  # fmt: skip
    assert found.text == f"siehe {address} jetzt"


def test_a_wrong_number_is_corrected_and_a_spelt_one_left():
    found = copied(
        "1984 und 3", ["1984", "und", "3"],
        "1948, and three", ["1948,", "and", "three"],
        [0, 1, 2],
    )  # fmt: skip
    assert found.text == "1984, and three"


def test_what_is_there_already_is_not_copied_again():
    text = "see {name} 42"
    found = copied(
        text, ["see", "{name}", "42"], text, ["see", "{name}", "42"], [1, 0, 2]
    )
    assert found.text == text


def test_a_number_that_is_elsewhere_in_the_target_is_left_in_peace():
    found = copied(
        "3 und 5", ["3", "und", "5"], "5 and 3", ["5", "and", "3"], [0, 1, 0]
    )
    assert found.text == "5 and 3"


def test_the_first_of_two_claims_to_a_place_has_it():
    found = copied(
        "{name} Zoë", ["{name}", "Zoë"], "xx  ⁇  yy", ["xx", " ", " ⁇ ", " yy"],
        [0, 0, 1, 0],
    )  # fmt: skip
    assert found.text == "{name}"


def test_neighbours_that_copy_the_same_word_copy_it_once():
    found = copied("Zoë kommt", ["Zoë", "kommt"], " ⁇  ⁇  comes",
                   [" ⁇ ", " ⁇ ", "comes"], [0, 0, 1])  # fmt: skip
    assert found.text.count("Zoë") == 1


def test_spans_follow_the_text():
    found = copied("{name} is", ["{name}", "is"], "xx ist", ["xx", " ist"], [0, 1])
    assert [found.text[slice(*span)] for span in found.spans] == ["{name}", " ist"]
    assert word_spans(found.text)[0] == (0, 6)


def test_words_that_touch_an_address_stay_words():
    found = copied(
        "佐{name}藤", ["佐", "{name}", "藤"],
        " ⁇  {name}  ⁇ ", [" ⁇ ", " {name}", " ", " ⁇ "],
        [0, 1, 2, 2],
    )  # fmt: skip
    assert found.text == "佐 {name} 藤"


def test_an_address_with_characters_that_are_words_elsewhere_is_one_word():
    address = "https://例え.example/x"
    found = copied(
        f"see {address}", ["see", "https://", "例", "え", ".example/x"],
        "siehe htp exmple", ["siehe", "htp", "exmple"],
        [0, 2, 4],
    )  # fmt: skip
    assert found.text == f"siehe {address}"


def test_a_word_between_two_copies_stays():
    found = copied("Zoë kommt", ["Zoë", "kommt"], " ⁇  and  ⁇ ",
                   [" ⁇ ", " and", " ", " ⁇ "], [0, 1, 0, 0])  # fmt: skip
    assert found.text == "Zoë and Zoë"


def test_neighbours_with_a_space_between_copy_the_same_word_once():
    found = copied("Zoë kommt", ["Zoë", "kommt"], " ⁇   ⁇  comes",
                   [" ⁇ ", " ", " ⁇ ", " comes"], [0, 0, 0, 1])  # fmt: skip
    assert found.text == "Zoë comes"


def test_words_that_change_places_are_copied_where_they_belong():
    found = copied("Zoë Þór", ["Zoë", "Þór"], " ⁇   ⁇ ", [" ⁇ ", " ", " ⁇ "], [1, 0, 0])
    assert found.text == "Þór Zoë"


def test_a_mark_is_copied_for_an_unknown_token():
    found = copied("ja —", ["ja", "—"], "yes  ⁇ ", ["yes", " ", " ⁇ "], [0, 1, 1])
    assert found.text == "yes —"


def test_a_number_is_corrected_as_a_whole():
    found = copied("1,984.50", ["1,984.50"], "1.9 km", ["1.9", " km"], [0, 0])
    assert found.text == "1,984.50 km"


def test_spans_around_and_within_edits_follow_the_text():
    found = copied(
        "ab {name} 42 cd", ["ab", "{name}", "42", "cd"],
        "AB na me 421 CD", ["AB ", "na", " me", " ", "421", " CD"],
        [0, 1, 1, 2, 2, 3],
    )  # fmt: skip
    assert found.text == "AB {name} 42 CD"
    shown = [found.text[slice(*span)] for span in found.spans]
    assert shown == ["AB ", "{name}", "{name}", " ", "42", " CD"]


def test_a_number_that_only_contains_the_right_one_is_corrected():
    found = copied("42 km", ["42", " km"], "421 km", ["421", " km"], [0, 1])
    assert found.text == "42 km"


@pytest.mark.parametrize(
    "filler",
    ["a", ".", "a@", "@a.", "http://", "www.", "_", "__a", "{{", "{{a", "%(", "<", "<a",
     "1.", "12 ", "{a} ", "a@b.c ", " ⁇  ", "我", "http://a., "],
)  # fmt: skip
def test_time_is_proportional_to_the_length_of_the_sentence(filler):
    # One row or column of attention: the matrix itself is no matter of the text.
    count = 50_000 // len(filler)
    tokens = [filler] * count
    text = tokenized(filler * count, tokens)
    alignment = np.zeros((count, 1), dtype="f4")
    begin = time.process_time()
    source = tokenized(text.text, [text.text])
    found = copy_from_source(source, text, alignment, UNK)
    copy_from_source(text, tokenized("x", ["x"]), np.zeros((1, count)), UNK)
    assert time.process_time() - begin < 5
    assert len(found.spans) == count


def test_a_mail_address_in_a_long_word_is_found():
    found = copied(
        "see " + "a" * 200 + "@mail.example now",
        ["see", "a" * 200, "@mail", ".example", " now"],
        "siehe mail jetzt", ["siehe", " mail", " jetzt"],
        [0, 2, 4],
    )  # fmt: skip
    assert found.text == "siehe " + "a" * 64 + "@mail.example jetzt"
