import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime.text.sentences import (
    Segment,
    longest_text,
    sentence_ends,
    separator,
    split_text,
)


def split(text, max_tokens=1_000_000, every_sentence=True, every_line=False):
    options = {"every_sentence": every_sentence, "every_line": every_line}
    return list(split_text(text, max_tokens, len, **options))


def texts(segments):
    return [segment.text for segment in segments]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("你好。我很好！你呢？", ["你好。", "我很好！", "你呢？"]),
        ("他说：“你好。”我走了。", ["他说：“你好。”", "我走了。"]),
        ("什么？！不会吧……真的。", ["什么？！", "不会吧……真的。"]),
        ("Hello there. How are you? Fine!", ["Hello there.", "How are you?", "Fine!"]),
        ('He said "go." Then he left.', ['He said "go."', "Then he left."]),
        (
            "It costs 3.50 at www.a.com. Buy it.",
            ["It costs 3.50 at www.a.com.", "Buy it."],
        ),
        (
            "Mr. Smith met Dr. Jones. They spoke.",
            ["Mr. Smith met Dr. Jones.", "They spoke."],
        ),
        ("Am 3. Mai kam z. B. er. Gut so.", ["Am 3. Mai kam z. B. er.", "Gut so."]),
        ("Well… maybe. Yes.", ["Well… maybe.", "Yes."]),
        ("If you won't. I wish.", ["If you won't.", "I wish."]),
        ("Seite 3. Wer ist es?", ["Seite 3.", "Wer ist es?"]),
        ("Der 2. Weltkrieg. Aus.", ["Der 2. Weltkrieg.", "Aus."]),
        ("在哪里?我吃饱了。", ["在哪里?", "我吃饱了。"]),
        ("我的感冒好了.你呢？", ["我的感冒好了.", "你呢？"]),
        ("甲.苹果。", ["甲.苹果。"]),
        ("等一下...再说。", ["等一下...再说。"]),
        ("in some cases. every time", ["in some cases.", "every time"]),
        ("without printing it. every option", ["without printing it.", "every option"]),
        ("the rabbit. vom Kit. bis", ["the rabbit.", "vom Kit. bis"]),
        ("No. It is no. 5.", ["No.", "It is no. 5."]),
        ("See No. 5. Or #3.", ["See No. 5.", "Or #3."]),
        ("approx. five, etc. and so on", ["approx. five, etc. and so on"]),
        ("as \ufdd0. every time", ["as \ufdd0.", "every time"]),
        ("J. K. Rowling wrote. Really?", ["J. K. Rowling wrote.", "Really?"]),
        ("no end", ["no end"]),
        ("  spaced .  out ", ["spaced .  out"]),
    ],
)
def test_sentences_end_where_a_reader_would_say(text, expected):
    assert texts(split(text)) == expected


def test_short_text_stays_whole_unless_asked():
    assert texts(split("One. Two.", every_sentence=False)) == ["One. Two."]


@pytest.mark.parametrize(
    ("text", "every_sentence", "expected", "gaps"),
    [
        ("\n a\nb. c \r\n\n d\n", False, ["a", "b. c", "d"], ["", "\n", " \r\n\n "]),
        (
            "a\nIt is. No\u2028d",
            True,
            ["a", "It is.", "No", "d"],
            ["", "\n", " ", "\u2028"],
        ),
        ("a\x0bb\x0cc\x85d\x1ce", False, [*"abcde"], ["", *"\x0b\x0c\x85\x1c"]),
        ("a  b", False, ["a  b"], [""]),
        (" \n\n ", False, [], []),
    ],
)
def test_lines_are_split_where_asked_for(text, every_sentence, expected, gaps):
    found = split(text, every_sentence=every_sentence, every_line=True)
    assert texts(found) == expected
    assert [segment.gap for segment in found] == gaps
    assert all(text.startswith(each.text, each.begin) for each in found)


def test_a_line_that_is_too_long_is_split_and_others_are_not():
    found = split("one. 2\nNumber one. Number two.\n3. 4", 12, False, True)
    assert texts(found) == ["one. 2", "Number one.", "Number two.", "3. 4"]


def test_a_long_text_is_split_at_sentence_ends():
    found = split("Number one. Number two.", 12, every_sentence=False)
    assert texts(found) == ["Number one.", "Number two."]


def test_a_long_sentence_is_split_at_clauses_then_at_spaces():
    assert texts(split("aaa bbb, ccc ddd, eee", 12)) == ["aaa bbb,", "ccc ddd,", "eee"]
    assert texts(split("aa bb cc dd", 6)) == ["aa bb", "cc dd"]
    assert texts(split("我们今天，你们明天，他们", 6)) == [
        "我们今天，",
        "你们明天，",
        "他们",
    ]


def test_a_long_word_is_cut_and_nothing_comes_between():
    found = split("a" * 10, 3)
    assert "".join(texts(found)) == "a" * 10
    assert [segment.gap for segment in found] == [""] + [None] * (len(found) - 1)


def test_no_cut_parts_a_letter_from_its_accent():
    text = "e\u0301" * 7
    assert all(not part.startswith("\u0301") for part in texts(split(text, 5)))


def test_no_cut_parts_characters_that_are_joined_to_one():
    for before in ("", "a", "aa"):
        text = before + "\U0001f469\u200d\U0001f4bb" * 4
        for part in texts(split(text, 4)):
            assert not part.startswith("\u200d") and not part.endswith("\u200d")


def test_the_end_of_a_word_is_no_abbreviation():
    found = split("He flew to Africa. Then he rested.")
    assert texts(found) == ["He flew to Africa.", "Then he rested."]


def test_a_sentence_that_just_fits_stays_whole_though_its_parts_need_more_tokens():
    # As with subwords, parts have more tokens than the whole.
    for every in (False, True):
        found = split_text(
            "aa, bb", 7, lambda text: len(text) + 1, every_sentence=every
        )
        assert texts(found) == ["aa, bb"]


def test_a_text_that_just_fits_stays_whole():
    text = "One. Two."
    assert texts(split(text, len(text), every_sentence=False)) == [text]


def test_the_first_part_of_a_sentence_keeps_the_white_space_before_it():
    found = split("One.\tAaa bbb, ccc", 9)
    assert [(segment.text, segment.gap) for segment in found] == [
        ("One.", ""),
        ("Aaa bbb,", "\t"),
        ("ccc", " "),
    ]


def test_white_space_alone_has_no_segments():
    assert split(" \t\u3000\n") == []


def test_gaps_are_the_white_space_of_the_text():
    found = split("One.  Two.\tThree. Four.")
    assert [segment.gap for segment in found] == ["", "  ", "\t", " "]


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        st.one_of(
            st.sampled_from("ab. ,。，！? \t'\"”我你\u0301\u200d"), st.characters()
        ),
        max_size=80,
    ),
    st.integers(1, 20),
    st.booleans(),
)
def test_nothing_but_white_space_is_left_out_and_places_are_right(text, limit, every):
    found = split(text, limit, every)
    assert "".join("".join(texts(found)).split()) == "".join(text.split())
    end = 0
    for number, segment in enumerate(found):
        assert text[segment.begin :].startswith(segment.text)
        assert not text[end : segment.begin].strip()
        if number and segment.gap is not None:
            assert segment.gap == text[end : segment.begin]
        assert len(segment.text) <= limit or len(segment.text) == 1
        end = segment.begin + len(segment.text)


@pytest.mark.parametrize(
    "filler",
    ["a", "\u0301", "a ", "我。", ". ", "! ", "，", "\u200d", ".", "—", ",", "!…", " ",
     "\u3000", "。", "”", '."', ',"', "x. ", "z. B. ", "\u2028", "。 ", "://", "a, "],
)  # fmt: skip
@pytest.mark.parametrize("every_sentence", [False, True])
def test_time_is_proportional_to_the_length_of_the_text(filler, every_sentence):
    # 100,000 marks cost a quadratic form 5,000,000,000 steps, which are minutes.
    text = "x" + filler * (100_000 // len(filler)) + "x"
    begin = time.process_time()
    found = split(text, 90, every_sentence)
    assert time.process_time() - begin < 5
    assert "".join("".join(texts(found)).split()) == "".join(text.split())
    assert max(len(segment.text) for segment in found) <= 90


def test_a_run_of_marks_is_not_tried_mark_by_mark_behind_another_sentence():
    assert texts(split("One... Two.,.. x...y")) == ["One...", "Two.,.. x...y"]
    assert texts(split("一。...” Two")) == ["一。...”", "Two"]


def test_what_is_far_too_long_is_never_counted_as_a_whole():
    counted = []

    def count(text):
        counted.append(len(text))
        return len(text)

    for text in ("a" * 10_000, "a." + " " * 10_000 + "b", "a, " * 4_000, "我" * 9_999):
        list(split_text(text, 20, count, every_sentence=False))
    assert max(counted) <= longest_text(20) < 10_000


def test_segments_are_found_while_they_are_read():
    counted = []

    def count(text):
        counted.append(text)
        return len(text)

    segments = split_text("我。" * 100_000, 20, count, every_sentence=False)
    assert next(segments).text == "我。"
    assert len(counted) < 10


def test_white_space_of_any_length_between_two_words_is_no_part_of_them():
    found = split("a" + " " * 100_000 + "b", 3, every_sentence=False)
    assert found == [Segment("a", 0), Segment("b", 100_001, " " * 100_000)]


@pytest.mark.parametrize(
    ("before", "gap", "after", "expected"),
    [
        ("Hello.", "", "Fine.", " "),
        ("Hello.", " ", "Fine.", " "),
        ("你好。", " ", "我很好。", ""),
        ("你好。", "", "Fine.", " "),
        ("Hello.", "", "你好。", " "),
        ("Hello.", "\t", "Fine.", "\t"),
        ("Hello.", "  ", "Fine.", "  "),
        ("aaa", None, "aaa", ""),
        ("", " ", "Fine.", ""),
        ("Fine.", "\t", "", ""),
        ("Fine.", " \n", "", " \n"),
        ("", "\n\n", "Fine.", "\n\n"),
    ],
)
def test_translations_are_joined_with_their_own_spacing(before, gap, after, expected):
    assert separator(before, after, gap) == expected


def test_sentence_ends_leave_the_last_sentence_out():
    assert list(sentence_ends("One. Two.")) == [4]


def test_a_segment_knows_its_place():
    assert split("One. Two.")[1] == Segment("Two.", 5, " ")
