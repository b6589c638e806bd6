"""Spans arrive whatever the weights: these bundles are not trained."""

import re

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edge_runtime import DecodingOptions
from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.glossary import Glossary
from edge_runtime.text.spans import find_spans
from edge_runtime.translation.sentences import read_sentences

SPANS = [
    *("{name}", "{0}", "{{x}}", "${x}", "%s", "%1$d", "%(name)s", "%{x}", "%%"),
    *("https://a.example/b?c=d#e", "me@mail.example", "/usr/bin/env", "setup.cfg"),
    *("3.11.2", "43", "-1,234.5", "14:30", "$12.50", "50%", "🍎", "👨‍👩‍👧", "🇩🇪", "→"),
    *("`range()`", ":func:`len`", "MP3", "snake_case", "<br/>", "&nbsp;"),
]
WORDS = ["我爱吃苹果", "I love", "school", "他", "。", "!"]
SETTINGS = [{"beam_size": 1}, {"beam_size": 4, "num_hypotheses": 2}, {"sampling": True}]


def spans_of(text):
    return sorted(span.text for span in find_spans(text, frozenset(SPAN_KINDS)))


def without(text, spans):
    """Take each span out of a text once; fails where one is not there."""
    for span in sorted(spans, key=len, reverse=True):
        before, found, after = text.partition(span)
        assert found == span
        text = f"{before}\n{after}"
    return text


@st.composite
def lines(draw):
    """Words, spans and pairs of tags around parts, also nested."""
    parts = draw(
        st.lists(
            st.one_of(
                st.sampled_from(WORDS),
                st.sampled_from(SPANS),
                st.tuples(st.sampled_from(["b", "i", "a"]), st.sampled_from(WORDS)),
            ),
            min_size=1,
            max_size=12,
        )
    )
    text = [
        part if isinstance(part, str) else f"<{part[0]}>{part[1]}</{part[0]}>"
        for part in parts
    ]
    line = " ".join(text)
    return f"<div>{line}</div>" if draw(st.booleans()) else line


@pytest.mark.parametrize("options", SETTINGS, ids=str)
@given(line=lines())
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_span_arrives_once(slot_translator, options, line):
    found = slot_translator.translate(line, DecodingOptions(**options))
    for translation in (found, *found.alternatives):
        rest = without(translation.text, spans_of(line))
        # Nothing else wrote them: the bundles' vocabularies have no digits.
        assert not [span for span in spans_of(rest) if span in SPANS]


@given(line=lines())
@example(line="I love {name} {name} {name} <b>我爱吃苹果</b> <b>他</b>")
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stream_is_the_greedy_translation(slot_translator, line):
    options = DecodingOptions(beam_size=1)
    shown = "".join(token.text for token in slot_translator.stream(line, options))
    assert shown == slot_translator.translate(line, options).text


def nesting(text):
    """Pairs of tags, each with the one it stands in; fails where not well-formed."""
    open_tags, found = [], []
    for closing, name in re.findall(r"<(/?)([a-z]+\d)>", text):
        if closing:
            assert open_tags.pop() == name
        else:
            found.append((name, open_tags[-1] if open_tags else None))
            open_tags.append(name)
    assert not open_tags
    return sorted(found, key=str)


@pytest.mark.parametrize("beam_size", [1, 3])
@pytest.mark.parametrize("kind", ["slot_translator", "translator", "fixed_translator"])
def test_tags_keep_their_nesting(request, kind, beam_size):
    line = (
        "<a1>我 <b1>爱 <i1>吃</i1></b1> 苹果</a1> <a2>学校</a2> "
        "<b2><i2>水</i2> <i3>他</i3></b2>"
    )
    translator = request.getfixturevalue(kind)
    found = translator.translate(line, DecodingOptions(beam_size=beam_size))
    assert nesting(found.text) == nesting(line)


@pytest.mark.parametrize("kind", ["slot_translator", "translator", "fixed_translator"])
def test_tags_that_stand_for_text_arrive_too(request, kind):
    found = request.getfixturevalue(kind).translate("我 <x1/> 爱 <b><x2/></b>。")
    assert found.text.count("<x1/>") == 1
    assert re.search("<b>.*<x2/>.*</b>", found.text)


def test_tags_change_no_word(translator):
    plain = translator.translate("我爱吃苹果。")
    found = translator.translate("我<b>爱吃<i>苹果</i></b>。<br/>")
    assert re.sub(r"<[^>]*>", "", found.text) == plain.text
    assert found.tokens == plain.tokens


@pytest.mark.parametrize("kind", ["slot_translator", "translator"])
@pytest.mark.parametrize(
    "line",
    ["<br/>", "<p></p> <br>", " <b> </b> ", "{x}", "<b>{x}</b>!", "43, 44.", "😀"],
)
def test_spans_alone_stay_as_they_are(request, kind, line):
    translator = request.getfixturevalue(kind)
    assert translator.translate(line).text.strip() == line.strip()
    options = DecodingOptions(beam_size=1)
    shown = "".join(token.text for token in translator.stream(line, options))
    assert shown == translator.translate(line, options).text
    beside = translator.translate_batch(["我爱吃苹果", line, "他"])
    assert beside[1].text.strip() == line.strip()
    assert beside[2].text == translator.translate("他").text


def test_what_stands_within_a_pair_of_tags_stays_there(slot_translator):
    line = "<b>{x} 爱 {y}</b> 他 {z} <i>吃 <u>{w}</u></i> 水"
    for options in SETTINGS:
        found = slot_translator.translate(line, DecodingOptions(**options)).text
        bold, italic = (re.search(f"<{n}>(.*)</{n}>", found)[1] for n in "bi")
        assert ("{x}" in bold, "{y}" in bold, "{z}" in bold, "{w}" in bold) == (
            True, True, False, False,
        )  # fmt: skip
        assert re.search("<u>.*{w}.*</u>", italic)
        assert "{z}" not in italic


def test_more_spans_than_slots_arrive_too(slot_translator):
    values = [str(1000 + number) for number in range(25)]
    line = ", ".join(values)
    assert spans_of(slot_translator.translate(line).text) == sorted(values)


def test_spans_outnumber_the_length_limit_and_arrive(slot_translator):
    line = "<b>{x}</b> {y} 43"
    found = slot_translator.translate(line, DecodingOptions(max_length=1))
    assert spans_of(found.text) == spans_of(line)


def test_a_kind_that_is_switched_off_is_left_to_the_model(slot_translator):
    options = DecodingOptions(carry=("number",))
    found = slot_translator.translate("{name} 43", options)
    assert "43" in found.text
    assert "{name}" not in found.text


def test_lines_without_spans_are_translated_the_same_beside_others(slot_translator):
    lines = ["我爱吃苹果", "<b>我</b>", "他 43"]
    together = slot_translator.translate_batch(lines)
    off = DecodingOptions(carry=())
    assert together[0].text == slot_translator.translate(lines[0], off).text
    assert together[1].text == slot_translator.translate(lines[1]).text


def test_characters_reserved_for_slots_are_no_slots(slot_translator):
    found = slot_translator.translate("我\ufdd0爱\ufddd {x}")
    assert found.text.count("{x}") == 1
    assert not re.search("[\ufdd0-\ufdef]", found.text)


def test_source_spans_count_characters_of_the_source(slot_translator):
    line = "我爱 {name} 吃 <b>苹果</b>"
    found = slot_translator.translate(line)
    pieces = dict(zip(found.source_tokens, found.source_spans, strict=True))
    assert [line[slice(*span)] for piece, span in pieces.items() if piece >= "\ufdd0"
            and piece <= "\ufdef"] == ["{name}"]  # fmt: skip
    words = [line[slice(*span)].strip() for span in found.source_spans]
    assert "".join(words) == "我爱{name}吃苹果"


def test_spans_stay_in_their_sentence(slot_translator):
    line = "我爱 {a}。<b>他吃 {b}。学校 {c}</b>。"
    found = slot_translator.translate(line)
    places = [found.text.index(span) for span in ("{a}", "<b>", "{b}", "{c}", "</b>")]
    assert places[0] < min(places[1:3]) < max(places[1:3]) < min(places[3:])


@pytest.mark.parametrize(
    "line",
    [
        "他昨天买了<b>书</b>!她来了。",
        "他昨天买了书.<b>她</b>来了。",
        "<b>Mr</b>. Smith has an apple.",
        "I have approx. <b>five</b> apples.",
        "Wait... <i>he</i> said so.",
        "他买了<b>书。</b>她来了。",
    ],
)
def test_tags_do_not_move_the_ends_of_sentences(slot_translator, line):
    model, options = slot_translator.model, slot_translator._resolve(None)
    tagged, plain = (
        [sentence.content.text for sentence in read_sentences(model, text, "", options)]
        for text in (line, re.sub("<[^>]*>", "", line))
    )
    assert tagged == plain


@pytest.mark.parametrize("kind", ["slot_translator", "translator"])
@pytest.mark.parametrize("line", ["我爱吃苹果" * 60, "他 1234567 " * 60])
@pytest.mark.parametrize("splits", [True, False])
def test_terms_and_numbers_count_towards_the_limit_of_source_tokens(
    request, kind, line, splits
):
    translator = request.getfixturevalue(kind)
    options = DecodingOptions(
        glossary=Glossary({"我爱吃苹果": ["x"]}), split_sentences=splits
    )
    sentences = read_sentences(translator.model, line, "", translator._resolve(options))
    lengths = [len(sentence.source.token_ids) for sentence in sentences]
    assert 0 < max(lengths) <= translator.model.limits.max_source_length


def test_terms_of_a_glossary_are_obeyed(slot_translator):
    glossary = Glossary({"苹果": ["Obst"], "学校": ["Bildungsanstalt"]})
    options = DecodingOptions(glossary=glossary)
    found = slot_translator.translate("他去学校吃苹果和苹果", options)
    assert found.text.count("Obst") == 2
    assert found.text.count("Bildungsanstalt") == 1


def test_a_bundle_without_slots_carries_by_alignment(translator):
    found = translator.translate("我 https://a.example 爱")
    assert "https://a.example" in found.text
    off = translator.translate("我 https://a.example 爱", DecodingOptions(carry=()))
    assert "https://a.example" not in off.text


def test_a_bundle_without_slots_reads_characters_reserved_for_them(translator):
    text = "我\ufdd0爱\ufddc"
    assert translator.translate(text).source == text


@given(line=lines())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_stream_by_alignment_is_the_greedy_translation(translator, line):
    options = DecodingOptions(beam_size=1)
    shown = "".join(token.text for token in translator.stream(line, options))
    assert shown == translator.translate(line, options).text


@pytest.mark.parametrize("kind", ["slot_translator", "translator"])
@pytest.mark.parametrize("prefix", ["I", "I eat the", "the school is"])
@pytest.mark.parametrize(
    "line",
    ["<b>我爱</b>吃苹果。", "我<br/>爱吃苹果", "</i>我爱<i>吃苹果", "我爱x吃苹果"],
)
def test_a_target_prefix_stays_whatever_is_placed(request, kind, prefix, line):
    translator = request.getfixturevalue(kind)
    options = DecodingOptions(
        glossary=Glossary({"我": ["Me"], "爱": ["love", "do love"], "苹果": ["pears"]}),
        copy_unknown=True,
    )
    found = translator.translate(line, options, target_prefix=prefix)
    assert found.text.startswith(prefix)
    assert all(form in found.text for form in ("Me", "love", "pears"))
    written = [span.text for span in find_spans(found.text, frozenset({"tag"}))]
    assert written == [span.text for span in find_spans(line, frozenset({"tag"}))]


@pytest.mark.parametrize(
    ("line", "case"),
    [("I LOVE {name} APPLES", str.upper), ("I Love {name} to Drink Water", str.title)],
)
def test_the_case_of_a_line_comes_back_around_what_is_carried(
    slot_translator, line, case
):
    found = slot_translator.translate(line)
    small = slot_translator.translate("I" + line[1:].lower())
    assert "{name}" in found.text
    assert found.text.split("{name}") == [
        case(part) for part in small.text.split("{name}")
    ]
    assert found.source == line
    assert found.tokens == small.tokens


def test_of_several_forms_the_more_probable_one_is_chosen(slot_translator):
    model = slot_translator.model

    def log_prob(source, target):
        states = model.encode(
            np.array([[2, *model.source_tokenizer.encode(source), 3]])
        )
        total, token = 0.0, 2
        for following in [*model.target_tokenizer.encode(target), 3]:
            log_probs, states = model.step(np.array([token], "i4"), states)
            total, token = total + float(log_probs[0, following]), following
        return total

    ordered = ["park", "name", "water", "school"]
    places = set()
    for line in ("我爱苹果", "苹果他", "我们去苹果", "今天苹果很好", "苹果"):
        forms = ordered[len(line) % 4 :] + ordered[: len(line) % 4]
        written = {}
        for form in forms:
            options = DecodingOptions(glossary=Glossary({"苹果": [form]}))
            written[form] = slot_translator.translate(line, options).text
        options = DecodingOptions(glossary=Glossary({"苹果": forms}))
        found = slot_translator.translate(line, options).text
        scores = {form: log_prob(line, text) for form, text in written.items()}
        best = max(scores, key=scores.get)
        assert found == written[best]
        places.add(forms.index(best))
    assert len(places) > 1  # not always the first


def test_forms_are_compared_in_the_whole_translation(slot_translator, monkeypatch):
    read = []

    def log_probs(model, source, targets):
        read.append((source, ["{x}" in target for target in targets]))
        return np.arange(len(targets))

    monkeypatch.setattr("edge_runtime.translation.preference._log_probs", log_probs)
    options = DecodingOptions(glossary=Glossary({"苹果": ["park", "name"]}))
    assert "name" in slot_translator.translate("我爱<b>苹果</b> {x}", options).text
    assert read == [("我爱苹果 {x}", [True, True])]


@pytest.mark.parametrize("kind", ["slot_translator", "translator", "fixed_translator"])
def test_every_bundle_obeys_a_glossary(request, kind):
    translator = request.getfixturevalue(kind)
    glossary = Glossary({"苹果": ["Obst"], "他": ["er", "sie"]})
    for options in SETTINGS:
        found = translator.translate(
            "他吃<b>苹果</b>和苹果。", DecodingOptions(glossary=glossary, **options)
        )
        for translation in (found, *found.alternatives):
            assert translation.text.count("Obst") == 2
            assert re.search("(?<![A-Za-z])(er|sie)(?![A-Za-z])", translation.text)
            assert nesting(translation.text.replace("b>", "b1>")) == [("b1", None)]


def test_a_term_of_several_forms_streams_as_it_is_translated(slot_translator):
    options = DecodingOptions(glossary=Glossary({"苹果": ["park", "name"]}))
    shown = [token.text for token in slot_translator.stream("我爱苹果。他", options)]
    assert "".join(shown) == slot_translator.translate("我爱苹果。他", options).text


def test_numbers_are_written_for_the_readers_of_a_language(slot_translator):
    options = DecodingOptions(number_format="de")
    found = slot_translator.translate("他 1,234.5 我 14:30 {x1}", options)
    assert all(span in found.text for span in ("1.234,5", "14:30", "{x1}"))
