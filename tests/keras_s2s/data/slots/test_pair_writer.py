"""Training pairs with slots: what becomes one, and that both sides agree."""

import random
import re

import pytest

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.slots import SLOT_PIECES
from edge_runtime.text.slotted_text import mark_spans, number_slots
from edge_runtime.text.spans import find_spans
from keras_s2s.config import ConfigError, DataConfig
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.drawn_marks import draw_marks
from keras_s2s.data.slots.pair_marks import PairMark, Place, write_marks
from keras_s2s.data.slots.pair_writer import PairWriter
from keras_s2s.data.slots.text_facts import TextFacts
from keras_s2s.data.slots.word_aligner import WordAligner

KINDS = frozenset(SPAN_KINDS)


def matched(source, target):
    """Return a pair whose spans of both sides are slots, the first of them number 0."""
    found = PairWriter(DataConfig(slot_share=1.0)).write(SentencePair(source, target))
    first = next(map(SLOT_PIECES.index, filter(SLOT_PIECES.count, found.source)), 0)
    moved = str.maketrans(
        {
            piece: SLOT_PIECES[(place - first) % len(SLOT_PIECES)]
            for place, piece in enumerate(SLOT_PIECES)
        }
    )
    return found.source.translate(moved), found.target.translate(moved)


def slots_of(text):
    return sorted(character for character in text if character in SLOT_PIECES)


def test_what_stands_on_both_sides_becomes_the_same_slot():
    source, target = matched("{x} has 43 and 3", "43 sind {x} und drei")
    assert source == f"{SLOT_PIECES[0]} has 43{SLOT_PIECES[1]} and 3"
    assert target == f"{SLOT_PIECES[1]} sind {SLOT_PIECES[0]} und drei"


def test_equal_spans_match_in_their_order_and_as_often_as_they_can():
    source, target = matched("7 7 7", "7 und 7")
    assert source == f"7{SLOT_PIECES[0]} 7{SLOT_PIECES[1]} 7"
    assert target == f"{SLOT_PIECES[0]} und {SLOT_PIECES[1]}"


def test_markup_of_both_sides_is_taken_out():
    source, target = matched("<b>a <i>7</i></b>", "<i>7</i> <b>A</b>")
    assert (source, target) == (f"a 7{SLOT_PIECES[0]}", f"{SLOT_PIECES[0]} A")
    assert matched("<b>a</b>", "<b>A") == ("<b>a</b>", "<b>A")
    assert matched("<a h=1>a</a>", "<a h=2>A</a>")[0] == "<a h=1>a</a>"
    # Models without slots do not read it either.
    pair = SentencePair("<b>a</b> 43<br/>b", "<b>A</b> 43<br/>B")
    assert PairWriter(DataConfig()).write(pair) == SentencePair("a 43 b", "A 43 B")


def test_numbers_begin_at_the_offset_and_start_again():
    marks = [PairMark(Place(place, place), Place(place, place)) for place in range(3)]
    found = write_marks(SentencePair("abc", "abc"), marks, offset=6)
    assert found.source == "{}a{}b{}c".format(*SLOT_PIECES[6:], SLOT_PIECES[0])


def test_a_slot_put_in_between_has_a_space_where_words_have():
    marks = [PairMark(Place(2, 2), Place(0, 0), apart=True)]
    slot = SLOT_PIECES[0]
    found = write_marks(SentencePair("a b", "我们"), marks)
    assert found == SentencePair(f"a {slot} b", f"{slot}我们")


@pytest.mark.parametrize(
    "text",
    [
        "<b>{x} <i>43</i></b> {z} 43rd", "a<br/>b <b><i>c</i></b><u></u>", "<b>我</b>",
        "👍ok 👍", "1 2 3 4 5 6 7 8 9 10", "`c` <a><a><a><a><a>x</a></a></a></a></a>",
        "see `the text <label>`_ of {0}", "&nbsp;<b>A</b>&amp;",
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


def test_drawn_slots_stand_for_words_that_translate_each_other():
    aligner = learnt_aligner()
    changed = 0
    right = []
    for number, pair in enumerate(pairs(200)):
        marks = draw_marks(pair, [], aligner, random.Random(number))
        found = write_marks(pair, marks)
        assert slots_of(found.source) == slots_of(found.target)
        changed += found != pair
        for mark in marks:
            word = pair.source[mark.source.begin : mark.source.end]
            other = pair.target[mark.target.begin : mark.target.end]
            if word:
                assert len(word.split()) <= 4
                assert len(other.split()) <= 4
                translated = {WORDS[part] for part in word.split()}
                right.append(translated == set(other.split()))
    assert sum(right) > 0.95 * len(right) > 60
    assert changed > 150


def test_drawn_slots_keep_off_spans():
    aligner = learnt_aligner()
    pair = SentencePair("dog {x} cat", "Hund {x} Katze")
    taken = [PairMark(Place(4, 7), Place(5, 8))]
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


def test_words_are_left_alone_by_default():
    pair = SentencePair("Has 43 and {x}", "43")
    assert PairWriter(DataConfig()).write(pair) == pair


def test_characters_reserved_for_slots_are_none():
    pair = SentencePair("Has 43 and \ufdd0", "43")
    for share in (0.0, 1.0):
        written = PairWriter(DataConfig(slot_share=share)).write(pair)
        assert written.source.endswith("and \ufffd")


def test_every_slot_is_used_about_as_often():
    writer = PairWriter(DataConfig(slot_share=1.0))
    found = "".join(
        writer.write(SentencePair(f"a {number}", f"b {number}")).source
        for number in range(2000)
    )
    counts = [found.count(piece) for piece in SLOT_PIECES]
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
