"""Training pairs with slots: what becomes one, and that both sides agree."""

import random
import re

import pytest

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.slots import (
    CLOSING_PIECES,
    OPENING_PIECES,
    PLAIN_PIECES,
    SLOT_PIECES,
    mark_spans,
    number_slots,
)
from edge_runtime.text.spans import Role, find_spans
from keras_s2s.config import ConfigError, DataConfig
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.drawn_marks import draw_marks
from keras_s2s.data.slots.matched_spans import match_spans
from keras_s2s.data.slots.pair_marks import PairMark, Place, write_marks
from keras_s2s.data.slots.pair_writer import PairWriter
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.slots.word_aligner import WordAligner

KINDS = frozenset(SPAN_KINDS)


def matched(source, target, offset=0):
    marks = match_spans(find_spans(source, KINDS), find_spans(target, KINDS))
    found = write_marks(SentencePair(source, target), marks, offset)
    return found.source, found.target


def slots_of(text):
    return sorted(character for character in text if character in SLOT_PIECES)


def test_what_stands_on_both_sides_becomes_the_same_slot():
    source, target = matched("{x} has 43 and 3", "43 sind {x} und drei")
    assert source == f"{PLAIN_PIECES[0]} has 43{PLAIN_PIECES[1]} and 3"
    assert target == f"{PLAIN_PIECES[1]} sind {PLAIN_PIECES[0]} und drei"


def test_equal_spans_match_in_their_order_and_as_often_as_they_can():
    source, target = matched("7 7 7", "7 und 7")
    assert source == f"7{PLAIN_PIECES[0]} 7{PLAIN_PIECES[1]} 7"
    assert target == f"{PLAIN_PIECES[0]} und {PLAIN_PIECES[1]}"


def test_pairs_match_with_both_halves():
    source, target = matched("<b>a <i>b</i></b>", "<i>B</i> <b>A</b>")
    (outer, inner), (end_outer, end_inner) = OPENING_PIECES[:2], CLOSING_PIECES[:2]
    assert source == f"{outer} a {inner} b{end_inner}{end_outer}"
    assert target == f"{inner} B{end_inner} {outer} A{end_outer}"
    assert matched("<b>a</b>", "<b>A") == ("<b>a</b>", "<b>A")
    assert matched("<a h=1>a</a>", "<a h=2>A</a>")[0] == "<a h=1>a</a>"


def test_numbers_begin_at_the_offset_and_start_again():
    source, _ = matched("1 2 <b>x</b>", "1 2 <b>x</b>", offset=7)
    expected = PLAIN_PIECES[7], PLAIN_PIECES[0], OPENING_PIECES[3], CLOSING_PIECES[3]
    assert source == "1{} 2{} {} x{}".format(*expected)


def test_pairs_around_the_same_words_are_nested():
    whole, part = Place(0, 0), Place(0, 0)
    marks = [
        PairMark(whole, whole, Role.OPENING),
        PairMark(Place(3, 3), Place(3, 3), Role.CLOSING, 0),
        PairMark(part, part, Role.OPENING),
        PairMark(Place(1, 1), Place(1, 1), Role.CLOSING, 2),
        PairMark(Place(2, 2), Place(2, 2), Role.OPENING),
        PairMark(Place(3, 3), Place(3, 3), Role.CLOSING, 4),
    ]
    first, second, third = OPENING_PIECES[:3]
    end_first, end_second, end_third = CLOSING_PIECES[:3]
    found = write_marks(SentencePair("abc", "abc"), marks)
    expected = f"{first}{second}a{end_second}b{third}c{end_third}{end_first}"
    assert found == SentencePair(expected, expected)


def test_a_slot_put_in_between_has_a_space_where_words_have():
    marks = [PairMark(Place(2, 2), Place(0, 0), apart=True)]
    slot = PLAIN_PIECES[0]
    found = write_marks(SentencePair("a b", "我们"), marks)
    assert found == SentencePair(f"a {slot} b", f"{slot}我们")


@pytest.mark.parametrize(
    "text",
    [
        "<b>{x} <i>43</i></b> {z} 43rd", "a<br/>b <b><i>c</i></b><u></u>", "<b>我</b>",
        "👍ok 👍", "1 2 3 4 5 6 7 8 9 10", "`c` <a><a><a><a><a>x</a></a></a></a></a>",
    ],
)  # fmt: skip
def test_slots_are_written_in_training_as_in_translation(text):
    spans = find_spans(text, KINDS)
    read = number_slots(mark_spans(text, spans), spans, 0).text
    assert matched(text, text)[0] == read


WORDS = {"dog": "Hund", "cat": "Katze", "man": "Mann", "tree": "Baum", "big": "groß"}


def pairs(count):
    generator = random.Random(3)
    for _ in range(count):
        chosen = generator.choices(sorted(WORDS), k=6)
        other = [WORDS[word] for word in chosen]
        other[1], other[2] = other[2], other[1]
        yield SentencePair(f"{' '.join(chosen)}.", f"{' '.join(other)}.")


def learnt_aligner():
    return WordAligner(
        (re.findall(r"\w+|\.", pair.source), re.findall(r"\w+|\.", pair.target))
        for pair in pairs(200)
    )


def without_slots(text):
    return "".join(character for character in text if character not in SLOT_PIECES)


def test_drawn_slots_stand_for_words_that_translate_each_other():
    aligner = learnt_aligner()
    changed = enclosed = 0
    right = []
    for number, pair in enumerate(pairs(200)):
        marks = draw_marks(pair, [], aligner, random.Random(number))
        found = write_marks(pair, marks)
        assert slots_of(found.source) == slots_of(found.target)
        changed += found != pair
        for mark in marks:
            word = pair.source[mark.source.begin : mark.source.end]
            other = pair.target[mark.target.begin : mark.target.end]
            if mark.role is Role.PLAIN and word:
                # The encoder reads it, the decoder does not write it; it is not long.
                assert re.search(
                    f"{word}[{SLOT_PIECES[0]}-{SLOT_PIECES[-1]}]", found.source
                )
                assert len(word.split()) <= 4
                assert len(other.split()) <= 4
                translated = {WORDS[part] for part in word.split()}
                right.append(translated == set(other.split()))
        for opening, closing in zip(OPENING_PIECES, CLOSING_PIECES, strict=True):
            if opening in found.source:
                enclosed += 1
                inside, there = (
                    without_slots(text.split(opening)[1].split(closing)[0])
                    for text in (found.source, found.target)
                )
                if len(inside.split()) == 1:
                    assert there == WORDS.get(inside, there)
    assert sum(right) > 0.95 * len(right) > 60
    assert changed > 150
    assert enclosed > 20


def test_drawn_slots_keep_off_spans():
    aligner = learnt_aligner()
    pair = SentencePair("dog {x} cat", "Hund {x} Katze")
    taken = match_spans(find_spans(pair.source, KINDS), find_spans(pair.target, KINDS))
    for number in range(40):
        marks = draw_marks(pair, taken, aligner, random.Random(number))
        found = write_marks(pair, marks)
        assert "{x}" not in found.source
        assert len(slots_of(found.source)) == len(slots_of(found.target))


def test_drawn_slots_do_not_overlap_those_taken():
    aligner = learnt_aligner()
    pair = SentencePair("dog cat", "Hund Katze")
    taken = [PairMark(Place(0, 3), Place(0, 4))]
    for number in range(40):
        for mark in draw_marks(pair, taken, aligner, random.Random(number))[1:]:
            assert mark.source.begin >= 3
            assert mark.target.begin >= 4


def test_shares_of_the_pairs_are_written():
    config = DataConfig(slot_share=0.5, small_letter_share=0.25)
    writer = PairWriter(config)
    numbered = [SentencePair(f"A {number} B", f"{number}") for number in range(1000)]
    found = [writer.write(pair) for pair in numbered]
    with_slots = sum(bool(slots_of(pair.source)) for pair in found)
    lower = sum(pair.source.endswith(" b") for pair in found)
    assert 430 < with_slots < 570
    assert 190 < lower < 310
    assert found == [PairWriter(config).write(pair) for pair in numbered]


def test_pairs_are_left_alone_by_default():
    pair = SentencePair("Has 43 and \ufdd0", "43")
    assert PairWriter(DataConfig()).write(pair) == pair
    assert "\ufdd0" not in PairWriter(DataConfig(slot_share=1.0)).write(pair).source[-1]


def test_every_slot_is_used_about_as_often():
    writer = PairWriter(DataConfig(slot_share=1.0))
    found = "".join(
        writer.write(SentencePair(f"a {number}", f"b {number}")).source
        for number in range(2000)
    )
    counts = [found.count(piece) for piece in PLAIN_PIECES]
    assert min(counts) > 0.7 * sum(counts) / len(counts)


def test_drawn_slots_need_slots():
    with pytest.raises(ConfigError, match="drawn_slot_share"):
        DataConfig(drawn_slot_share=0.5).check()


def test_facts_count_what_stands_on_both_sides():
    facts = TextFacts()
    writer = PairWriter(DataConfig(), facts)
    writer.write(SentencePair("43 {x}. Yes, 5!", "43 {y}"))
    writer.write(SentencePair("One sentence. ", "Ein Satz."))
    assert (facts.pairs, facts.several_sentences) == (2, 1)
    assert facts.spans == {"number": 2, "placeholder": 1}
    assert facts.on_both_sides == {"number": 1}
    assert TextFacts.from_json(facts.to_json()) == facts
    assert "number 1 of 2, placeholder 0 of 1" in str(facts)


def test_facts_decide_what_is_carried_and_split():
    facts = TextFacts(100, 30, {"number": 40, "tag": 40, "url": 5}, {"number": 10})
    assert facts.decoding.split_sentences is False
    assert "number" in facts.decoding.carry
    assert "url" in facts.decoding.carry
    assert "tag" not in facts.decoding.carry
    assert TextFacts(100, 25).decoding.split_sentences is True
