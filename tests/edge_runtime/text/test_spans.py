"""Spans of a text: what is found, what is not, and at which cost."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.glossary import Glossary
from edge_runtime.text.slot_filling import Filling, fill_slots, settled_text
from edge_runtime.text.slots import without_reserved
from edge_runtime.text.slotted_text import mark_spans, number_slots
from edge_runtime.text.span_kinds import ADDRESSES, FIGURES, TERM
from edge_runtime.text.spans import find_spans
from edge_runtime.text.tokenizer import TokenizedText

KINDS = frozenset(SPAN_KINDS)


def found(text, glossary=None):
    return [(span.kind, span.text) for span in find_spans(text, KINDS, glossary)]


@pytest.mark.parametrize("kind", [*ADDRESSES, *FIGURES], ids=lambda kind: kind.name)
def test_the_example_of_each_kind_is_found_in_a_sentence(kind):
    assert found(f"See {kind.example} now.") == [(kind.name, kind.example)]
    assert found(f"看{kind.example}吧。") == [(kind.name, kind.example)]


def test_every_kind_is_in_the_table():
    names = [kind.name for kind in (*ADDRESSES, *FIGURES)]
    assert sorted([*names, TERM]) == sorted(SPAN_KINDS)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("<a href='x y' id=3>k</a>", ["<a href='x y' id=3>", "</a>"]),
        (f"<a{' b=c' * 64}> <a{' b=c' * 65}>", [f"<a{' b=c' * 64}>"]),
        ("a < b and c > d, x<3", ["3"]),
        ("<!-- note --> &#8364; &amp; R&D", ["<!-- note -->", "&#8364;", "&amp;"]),
        ("<!-- a > <b> -- c --> d", ["<!-- a > <b> -- c -->"]),
        ("<!-- a <!-- b --> <!doctype x> <!-- c >", ["<!-- b -->", "<!doctype x>"]),
        (":func:`range` ``a`b`` `x`_", [":func:`range`", "``a`b``", "`x`_"]),
        ("`text here <https://x.y>`__", ["`", " <https://x.y>`__"]),
        (":ref:`this <a-label>`", [":ref:`", " <a-label>`"]),
        ("{} {a.b} {{x}} ${x} %{x}", ["{}", "{a.b}", "{{x}}", "${x}", "%{x}"]),
        ("%s %1$d %(n)s %-5.2f %%", ["%s", "%1$d", "%(n)s", "%-5.2f", "%%"]),
        ("50% of it, 100%.", ["50%", "100%"]),
        ("(https://a.b/c?d=e).", ["https://a.b/c?d=e"]),
        ("见https://a.b/c。好", ["https://a.b/c"]),
        ("www.a.org, mailto:x@y.z", ["www.a.org", "mailto:x@y.z"]),
        ("~/x ./run.sh ../a/b C:\\x\\y", ["~/x", "./run.sh", "../a/b", "C:\\x\\y"]),
        ("see src/main.py, a.txt.", ["src/main.py", "a.txt"]),
        ("and/or, he/she, e.g. this. Hello.how", []),
        ("v1.2 3.11.2 1.0.0-rc1", ["v1.2", "3.11.2", "1.0.0-rc1"]),
        ("1.000.000 and 1,234.56", ["1.000.000", "1,234.56"]),
        ("14:30, 3/4, 10-20, 2024-03-05.", ["14:30", "3/4", "10-20", "2024-03-05"]),
        ("-5 +3 a-5 x -5%", ["-5", "+3", "a-5", "-5%"]),
        ("气温是-5度，从-5到-3。余额为-$5。", ["-5", "-5", "3", "-$5"]),
        ("10日-15日，10公里-15公里", ["10", "15", "10", "15"]),
        ("20°C 7 °C 20°, 20°Cx 3°F.", ["20°C", "7 °C", "20°", "20°", "3°F"]),
        ("1️⃣ 12 0️⃣", ["1️⃣", "12", "0️⃣"]),
        ("+49 30 123456 10:30", ["+49 30 123456", "10:30"]),
        ("+49 (0)30 123456, +1 555 123-4567", ["+49 (0)30 123456", "+1 555 123-4567"]),
        ("(555) 123-4567, (030) 12345", ["(555) 123-4567", "(030) 12345"]),
        ("030 123456. 0800 123 456", ["030 123456", "0800 123 456"]),
        ("-1 000 000,50 €, 12 000 m", ["-1 000 000,50 €", "12 000"]),
        ("1234 5678 9012 3456", ["1234 5678 9012 3456"]),
        ("+33 (0)6 12 34 56 78", ["+33 (0)6 12 34 56 78"]),
        ("+33 6 12 34, 06 12 34 56 78", ["+33 6 12 34", "06 12 34 56 78"]),
        ("+49 (0) 30 / 123 456", ["+49 (0) 30 / 123 456"]),
        ("0176 / 12345678, 030 12345-0", ["0176 / 12345678", "030 12345-0"]),
        ("€12 345 and 12 345,67", ["€12 345", "12 345,67"]),
        ("12 345 € a 5 300 b", ["12 345 €", "5", "300"]),
        ("In 2020 100 000 and 5 10 000", ["2020", "100 000", "5", "10 000"]),
        ("+5 10000, 1+1 1234567", ["+5", "10000", "1", "1", "1234567"]),
        ("05 2020 or 08 300", ["05", "2020", "08", "300"]),
        ("05.02.2020 100, 01/02/2020 3", ["05.02.2020", "100", "01/02/2020", "3"]),
        ("5 100 +5 30 (2024) 365", ["5", "100", "+5", "30", "2024", "365"]),
        ("1 2 3", ["1", "2", "3"]),
        (
            "https://a.org/M_(x) (https://b.org/y). https://c.org/straße",
            ["https://a.org/M_(x)", "https://b.org/y", "https://c.org/straße"],
        ),
        (
            "jürgen@a.org 'me@b.org' tom.o'neil@c.org",
            ["jürgen@a.org", "me@b.org", "tom.o'neil@c.org"],
        ),
        ("$12.50, 12,50 €, 14:30 $3", ["$12.50", "12,50 €", "14:30", "$3"]),
        ("MP3 COVID-19 a_b foo_bar()", ["MP3", "COVID-19", "a_b", "foo_bar()"]),
        ("the 1st of the 1980s, 5km", ["1", "1980", "5"]),
        ("3万 47亿 2024年3月5日 3月 12月份", []),
        ("1999年 43公斤 10点", ["1999", "43", "10"]),
        ("13月 3月32日 14:30万 1234567万", ["13", "3", "32", "14:30", "1234567"]),
        ("👍🏽🇩🇪👨‍👩‍👧❤️→©", ["👍🏽", "🇩🇪", "👨‍👩‍👧", "❤️", "→", "©"]),
        ("No spans here, Tom's dog said.", []),
    ],
)  # fmt: skip
def test_spans_of_a_text(text, spans):
    assert [span for _, span in found(text)] == spans


def roles(text):
    return [
        (span.text, span.role.value, span.partner) for span in find_spans(text, KINDS)
    ]


def test_pairs_belong_together():
    assert roles("<b>x <i>y</i></b><br>") == [
        ("<b>", "opening", 3),
        ("<i>", "opening", 2),
        ("</i>", "closing", 1),
        ("</b>", "closing", 0),
        ("<br>", "plain", None),
    ]


def test_what_is_not_closed_or_crosses_has_no_partner():
    assert roles("<b><i></b></i></u><p>") == [
        ("<b>", "opening", 2),
        ("<i>", "plain", None),
        ("</b>", "closing", 0),
        ("</i>", "plain", None),
        ("</u>", "plain", None),
        ("<p>", "plain", None),
    ]


def test_a_quoted_attribute_may_hold_a_bracket():
    assert found('<a href="x>y">') == [("tag", '<a href="x>y">')]


def test_some_tags_stand_for_text():
    line = "<x1/> <x id='1'/> <ph/> <xy/> <x1> <br/>"
    assert [kind for kind, _ in found(line)] == [
        *["placeholder"] * 3, *["tag"] * 3,
    ]  # fmt: skip


def test_the_text_of_a_link_is_translated():
    assert [role for _, role, _ in roles("`text <x>`_ and `code`")] == [
        "opening", "closing", "plain",
    ]  # fmt: skip


def test_terms_go_before_figures_and_not_into_addresses():
    glossary = Glossary({"43": ["XLIII"], "name": ["nom"], "apple": ["Apfel"]})
    assert found("{name} name 43 44 apples Apple", glossary) == [
        ("placeholder", "{name}"),
        ("term", "name"),
        ("term", "43"),
        ("number", "44"),
        ("term", "Apple"),
    ]


@given(
    st.text(
        st.sampled_from("<>/ab{}%s$1.,- `:@=&;3万月é苹👍\u200d'\"!_\\"), max_size=60
    )
)
def test_marks_and_slots_lose_nothing(text):
    spans = find_spans(text, KINDS)
    assert all(text[span.begin : span.end] == span.text for span in spans)
    ends = [0, *(place for span in spans for place in (span.begin, span.end))]
    assert ends == sorted(ends)
    slotted = slotted_text(text)
    assert slotted.num_spans == len(spans)
    assert len(slotted.slots) == sum(not span.is_markup for span in spans)
    assert slotted.original(TokenizedText(slotted.text, [], [], [])).text == text


def slotted_text(text):
    spans = find_spans(text, KINDS)
    return number_slots(mark_spans(text, spans), spans, 0)


def test_bytes_that_spell_a_slot_are_none():
    tokens = ["<0xEF>", "<0xB7>", "<0x90>", "a", "\ufdd0"]
    places = [(0, 0), (0, 0), (0, 1), (1, 2), (2, 3)]
    target = TokenizedText("\ufdd0a\ufdd0", [5, 6, 7, 8, 9], tokens, places)
    (slot,) = slots_of("43")
    assert fill_slots(target, [Filling("43", slot)]).text == "\ufdd0a 43"


def test_a_term_behind_a_symbol_is_a_word_of_the_vocabulary():
    spans = find_spans("👍apple", KINDS, Glossary({"apple": ["Apfel"]}))
    slotted = number_slots(mark_spans("👍apple", spans), spans, 0)
    assert slotted.text == "\ufdd0 apple"


def test_digits_of_a_term_may_be_written():
    glossary = Glossary({"43": ["XLIII"]})
    for text, expected in (("a 44", True), ("a 44 and 43", False), ("a 3万 44", False)):
        spans = find_spans(text, KINDS, glossary)
        slotted = number_slots(mark_spans(text, spans), spans, 0)
        assert slotted.has_all_numbers is expected


def slots_of(text):
    return slotted_text(text).slots


@pytest.mark.parametrize(
    ("source", "read"),
    [
        ("eat <b>apples</b>.", "eat apples."),
        ("a <br/> b", "a b"),
        ("👍ok", "\ufdd0 ok"),
        ("<b>苹果</b>", "苹果"),
        ("<b><i>a</i></b>", "a"),
        ("43rd {x}s", "43\ufdd0rd \ufdd1s"),
        ("<b>43</b>&nbsp;x", "43\ufdd0\ufdd1 x"),
    ],
)
def test_words_beside_spans_are_those_of_the_vocabulary(source, read):
    slotted = slotted_text(source)
    assert slotted.text == read
    # What was put in is not part of the original, nor is markup part of a token.
    places = [(0, 1), (len(read) - 1, len(read))]
    tokens = TokenizedText(read, [5, 6], ["x", "y"], places)
    original = slotted.original(tokens)
    assert original.text == source
    for begin, end in original.spans:
        assert source[begin:end] in source.replace("<", "\n").replace(">", "\n")


@pytest.mark.parametrize(
    ("source", "target", "written"),
    [
        ("👍好", "\ufdd0 good", "👍good"),
        ("👍 好", "\ufdd0 good", "👍 good"),
        ("{x}好", "\ufdd0 good", "{x} good"),
    ],
)
def test_symbols_touch_what_they_touch_in_the_source(source, target, written):
    assert filled(source, target) == written


def filled(source, target):
    tokens = list(target)
    places = [(place, place + 1) for place in range(len(target))]
    text = TokenizedText(target, [9] * len(target), tokens, places)
    slots = slots_of(source) if source else [None]
    fillings = [slot and Filling(slot.span.text, slot) for slot in slots]
    return fill_slots(text, fillings).text


@pytest.mark.parametrize(
    ("source", "target", "written"),
    [
        ("-12", "-\ufdd0", "- -12"),
        ("12", "-\ufdd0", "- 12"),
        ("12", "(–\ufdd0)", "(– 12)"),
        ("-2", "Typ-\ufdd0", "Typ- -2"),
        ("-5", "气温-\ufdd0", "气温- -5"),
        ("5", "气温-\ufdd0", "气温- 5"),
        ("me@example.org", "mail-\ufdd0", "mail- me@example.org"),
        ("me@example.org", "met.\ufdd0", "met. me@example.org"),
        ("me@example.org", "met -\ufdd0", "met - me@example.org"),
        ("me@example.org", "\ufdd0.So", "me@example.org .So"),
        ("me@example.org", "met.\ufdd0.So", "met. me@example.org .So"),
        ("https://x.org/a", "\ufdd0-page", "https://x.org/a -page"),
        ("v1.2", "\ufdd0-beta", "v1.2 -beta"),
        ("%s", "%\ufdd0", "% %s"),
    ],
)
def test_punctuation_that_would_change_a_span_is_set_apart(source, target, written):
    assert filled(source, target) == written


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("43", "$\ufdd0"), ("43", "\ufdd0%"), ("43", "\ufdd0-jährige"),
        ("-5", "(\ufdd0),"), ("43", "Nr.\ufdd0."), ("43", '"\ufdd0"'),
        ("user_id", "Haupt-\ufdd0-Feld."), ("me@example.org", "(\ufdd0)."),
        ("https://x.org/a", "see:\ufdd0."), ("/usr/bin", "\ufdd0?"),
        ("{x}", "(\ufdd0)"), ("v1.2", "\ufdd0, so"), ("https://x.org/a", "\ufdd0 .So"),
        ("1", "Formel-\ufdd0-Auto"), ("3.11", "Python-\ufdd0"), ("19", "Covid–\ufdd0"),
        ("3.11.2", "Python-\ufdd0."), ("v2", "Typ-\ufdd0"), ("5", "\ufdd0和我"),
    ],
)  # fmt: skip
def test_other_punctuation_touches_spans(source, target):
    assert filled(source, target) == target.replace("\ufdd0", source)


@pytest.mark.parametrize(
    ("source", "target", "written"),
    [
        ("10 000–20 000 €", "\ufdd0 – \ufdd1", "10 000–20 000 €"),
        ("5 – 10", "\ufdd0–\ufdd1", "5 – 10"),
        ("3 : 2", "\ufdd0: \ufdd1", "3 : 2"),
        ("{x}/{y}", "(\ufdd0 / \ufdd1)", "({x}/{y})"),
        ("{x}{y}", "\ufdd0 \ufdd1", "{x}{y}"),
        # Another mark, another order, words between them: the translation's spaces.
        ("3 : 2", "\ufdd0, \ufdd1", "3, 2"),
        ("3 : 2", "\ufdd1: \ufdd0", "2: 3"),
        ("3 : 2 : 4", "\ufdd0:\ufdd2", "3: 4"),
        ("{x} or {y}", "\ufdd0, \ufdd1", "{x}, {y}"),
        ("5 to 10", "\ufdd0–\ufdd1", "5–10"),
        ("5 and 10", "\ufdd0,\ufdd1", "5, 10"),
    ],
)
def test_punctuation_between_two_spans_is_spaced_as_in_the_source(
    source, target, written
):
    tokens = list(target)
    places = [(place, place + 1) for place in range(len(target))]
    text = TokenizedText(target, [9] * len(target), tokens, places)
    slots = {slot.piece: slot for slot in slots_of(source)}
    fillings = [Filling(slots[piece].span.text, slots[piece]) for piece in target
                if piece in slots]  # fmt: skip
    assert fill_slots(text, fillings).text == written


def test_spaces_that_the_model_repeats_are_one():
    target = TokenizedText("a  \ufdd0   b", [5, 6, 7], ["a", "\ufdd0", "b"],
                           [(0, 1), (3, 4), (7, 8)])  # fmt: skip
    (slot,) = slots_of("43")
    filled = fill_slots(target, [Filling("43", slot)])
    assert filled.text == "a 43 b"
    assert [filled.text[begin:end] for begin, end in filled.spans] == ["a", "43", "b"]


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("a \ufdd0 b", "a b"),
        ("\ufdd0 b", "b"),
        ("a \ufdd0", "a "),
        ("a\ufdd0 b", "a b"),
    ],
)
def test_a_slot_that_the_source_lacks_leaves_one_space(target, written):
    assert filled(None, target) == written


@pytest.mark.parametrize(
    ("target", "settled"),
    [
        ("see a", "see a"),
        ("see \ufdd0", "see"),
        ("see (\ufdd0.", "see"),
        ("see \ufdd0. So", "see me@example.org. So"),
        ("see \ufdd0,和", "see me@example.org,和"),
        ("\ufdd0年", ""),
        ("\ufdd0 ", ""),
        ("\ufdd0 a", "me@example.org a"),
        ("\ufdd0" + "." * 39, ""),
        ("\ufdd0" + "." * 40, "me@example.org" + "." * 40),
    ],
)
def test_what_is_settled_stays_whatever_is_written_next(target, settled):
    (slot,) = slots_of("me@example.org")

    def fill(text):
        tokens = list(text)
        places = [(place, place + 1) for place in range(len(text))]
        written = TokenizedText(text, [9] * len(text), tokens, places)
        return fill_slots(written, [Filling(slot.span.text, slot)] * ("\ufdd0" in text))

    assert settled_text(fill(target)) == settled
    for more in (".So", "-", "x", " y", "@"):
        assert fill(target + more).text.startswith(settled)


def test_reserved_characters_of_a_text_become_replacement_characters():
    assert without_reserved("a\ufdd0b\ufdefc") == "a\ufffdb\ufffdc"


HOSTILE = [
    "<", "<!", "<!--", "<!-- -", "<a ", '<a b="', "<a b=c ", "`", "``a", "`a <b",
    ":a:`", "{", "{{", "%(", "a/", "a.", "/a", "1.", "1-", "1 ", "a_", "http://",
    "www.", "a@b.", "a-1", "-a/", "@a/", "a+b/", '<a b=">', "' a=",
    "1 22", "+1 22 ", "(0", "(555) ", "0 ", "0 123", "000 ",
    "v1.", "1.2.", "&a", "😀\u200d", "C:\\a", "1年", "${", "~/a", "__a", "a1", "$",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_is_proportional_to_length(piece):
    def seconds(count):
        start = time.process_time()
        find_spans(piece * count, KINDS)
        return time.process_time() - start

    # A quadratic form takes four times as long; the limit is for noisy machines.
    short = min(seconds(10_000) for _ in range(3))
    assert min(seconds(40_000) for _ in range(3)) < 10 * short + 0.05
