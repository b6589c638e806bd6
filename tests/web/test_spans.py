"""The page's library finds the spans, slots and sentences that Python finds."""

import json
import random
import re
import subprocess
from pathlib import Path

import numpy as np
import pytest

from edge_runtime.contract import SPAN_KINDS
from edge_runtime.text.glossary import Glossary
from edge_runtime.text.letter_case import (
    in_letter_case,
    in_sentence_case,
    letter_case,
)
from edge_runtime.text.markup_placement import place_markup
from edge_runtime.text.number_format import number_format, rewrite_number
from edge_runtime.text.sentences import clauses, split_text
from edge_runtime.text.slot_filling import Filling, fill_slots, settled_text
from edge_runtime.text.slots import without_reserved
from edge_runtime.text.slotted_text import mark_spans, number_slots
from edge_runtime.text.source_parts import in_tokens
from edge_runtime.text.span_kinds import ADDRESSES, FIGURES
from edge_runtime.text.spans import find_spans
from edge_runtime.text.term_placement import place_terms
from edge_runtime.text.tokenizer import TokenizedText

pytestmark = pytest.mark.slow

# What patterns are made of, and the characters on which Python and JavaScript differ.
HOSTILE = [
    *"<>/\\=\"'`:{}$%#@_.,-+~&;()[]!?|*",
    *"abzAZ019 ",
    *"\t\n\r\x0b\x1c\x1f\x85\xa0\u1680\u2009\u2028\u202f\u3000\ufeff\u200b\u200d\ufe0f",
    *"é\u0301ß\u0130\u0131ΣςσЖא٣३５²½Ⅷ①ª",
    *"我三万年月日号份。！？，；：「」《》＿．",
    *"−–±€¥￥₹‰°’→∑─⌘©™👍🏽🇩🇪🍎😀𠀀𝟛",
    *("\ufdd0", "\ufdd8", "\ufddc", "\ufddf", "\ufdef"),
    *("http://", "www.", "mailto:", ".py", ".rs", "rc", "%(", "``", "</", "<!", "/>"),
    *("<!--", "-->"),
    *("v1.", "1.000", "12:30", "3月", "a_b", "</b>", "<b>", "<i a=b>", "</i>", "<br>"),
    *("<BR>", "</BR>", "<a\ufeffb>", "<a\x1db>", "` <x>`", "1\x1c年"),
    *("`x <y>`_", ":r:`", "__", "{{", "}}", "%s", "e.g.", "Mr.", "...", "z. B."),
]  # fmt: skip
WORDS = [
    *("I", "love", "apples", "The", "Apple", "STRAßE", "straße", "i\u0307stanbul"),
    *("İstanbul", "ΟΔΟΣ", "οδος", "我爱", "苹果", "苹果手机", "New York", "US", "us"),
    *("。", ". ", "! ", "？", ", ", "，", " ", " ", "\n", "(", ")", "“", "”", "- "),
    *("3万", "2024年3月5日", "12月", "1999年", "43", "-1,234.5", "$12.50", "12,50 €"),
    *("+49 30 123456", "+1 ", "(555) 123-4567", "(030) ", "030 ", "1 000 000"),
    *("14:30", "50%", "10–20", "1.000.000", "3.11.2", "v2.0.0-rc.1", "COVID-19"),
    *("{0}", "{{x}}", "${x}", "%1$d", "%(n)s", "%-5.2f", "100%", "%{x}", "%@"),
    *("https://a.example/b?c=d#e.", "www.a.org", "me@mail.example", "~/a/b.txt"),
    *("src/main.py", "a.txt/b", "C:\\a\\b", ".bashrc", "and/or", "snake_case()"),
    *("<b>", "</b>", "<i class='x'>", "</i>", "<br/>", "<img src=a/b.png>", "&nbsp;"),
    *("<x1/>", "<x id=1/>", "<ph/>"),
    *("`code`", "``a`b``", ":func:`f`", ":ref:`the text <label>`", "`t < u <v>`__"),
    *("👍🏽", "🇩🇪", "👨‍👩‍👧", "❤️", "1️⃣", "→", "©"),
    *(kind.example for kind in (*ADDRESSES, *FIGURES)),
]  # fmt: skip
TERMS = "apple\tApfel|Äpfel\n苹果\tapple\n苹果手机\tiPhone\nnew york\tNew York\n" + (
    "US\tUSA\nus\tuns\nstraße\tstreet\nοδος\troad\ni\u0307stanbul\tStambul\n43\tXLIII\n"
    "ab\tAB\n"
)


def drawn_lines():
    draw = random.Random(7)
    hostile = ["".join(draw.choices(HOSTILE, k=draw.randint(1, 40)))
               for _ in range(1500)]  # fmt: skip
    realistic = []
    for _ in range(1200):
        space = draw.choice(["", " ", " "])
        line = space.join(draw.choices(WORDS, k=draw.randint(1, 25)))
        realistic.append(draw.choice([line, line, line.upper(), line.title()]))
    return [*hostile, *realistic]


def drawn_numbers():
    """Numbers, some of them odd, each with the languages of its source and target."""
    draw = random.Random(9)
    languages = ["en", "de", "de-CH", "pt_PT", "fr", "ES-mx", "zh", "", "ru-Latn"]
    signs = ["", "", "-", "+", "$", "€ ", "~"]
    groups = [",", ".", "'", "’", " ", "\u202f", "\u00a0", ""]

    def number():
        digits = draw.choice(["0123456789", "0123456789", "٠١٢٣٤٥٦٧٨٩"])
        parts = ["".join(draw.choices(digits, k=draw.choice([1, 2, 3, 3, 3])))
                 for _ in range(draw.randint(1, 4))]  # fmt: skip
        text = draw.choice(signs) + draw.choice(groups).join(parts)
        if draw.random() < 0.5:
            text += draw.choice(".,:") + "".join(draw.choices(digits, k=2))
        return text + draw.choice(["", "", " %", "°", "\n"])

    return [[number(), *draw.choices(languages, k=2)] for _ in range(1000)]


def units(text):
    """Return the number of characters as JavaScript counts them."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


TARGET = "I don't love the 苹果, an Apfel and 😀 \ufdd1 \ufdd0 on 5 May in New York."


BESIDE = ["", " ", "–", " – ", ": ", "-", "Typ-", ", ", "。", " und ", "(", "/", "年"]


def filled(slots):
    """Fill the slots of a sentence in a translation of slots and punctuation."""
    parts = [
        part
        for number, slot in enumerate(slots)
        for part in (*BESIDE[(len(slots) + number) % len(BESIDE)], slot.piece)
    ]
    ends = [len("".join(parts[: place + 1])) for place in range(len(parts))]
    places = [(end - len(part), end) for part, end in zip(parts, ends, strict=True)]
    target = TokenizedText("".join(parts), [9] * len(parts), parts, places)
    found = fill_slots(target, [Filling(slot.span.text, slot) for slot in slots])
    spans = [[units(found.text[:place]) for place in span] for span in found.spans]
    return [found.text, spans, settled_text(found)]


def tokens_of(text):
    """Return a text in pieces of up to three characters, each behind its space."""
    spans = [match.span() for match in re.finditer(" *[^ ]{1,3}", text)]
    pieces = [text[slice(*span)] for span in spans]
    return TokenizedText(text, [9] * len(spans), pieces, spans)


def attention_of(rows, columns):
    """Return an attention that both sides can compute."""
    places = np.arange(rows)[:, None] * 7 + np.arange(columns)[None] * 3
    return (places % 5 + 1).astype(np.float32)


def as_in_python(line, glossary):
    text = without_reserved(line)
    spans = find_spans(text, frozenset(SPAN_KINDS), glossary)
    marked = mark_spans(text, spans)
    sentences = []
    place = 0
    for segment in split_text(marked, 30, units, every_sentence=True):
        slotted = number_slots(segment.text, spans, place)
        place += slotted.num_spans
        slots = [
            [owner, slot.touches, slot.gap]
            for owner, slot in zip(slotted.owners, slotted.slots, strict=True)
        ]
        tokens, target = tokens_of(slotted.text), tokens_of(TARGET)
        evidence = (
            attention_of(len(target.spans), len(tokens.spans)),
            [-1] * len(target.spans),
        )
        terms = in_tokens(slotted.terms, tokens.spans)
        placed = place_terms(terms, target, *evidence, lambda found: len(found) - 1)
        elements = in_tokens(slotted.elements, tokens.spans)
        placed = place_markup(elements, placed, *evidence)
        original = slotted.original(tokens)
        begin = units(marked[: segment.begin])
        case = letter_case(slotted.text)
        sentences.append(
            [
                begin,
                segment.gap,
                slotted.text,
                slots,
                slotted.has_all_numbers,
                original.text,
                [
                    [units(original.text[:place]) for place in span]
                    for span in original.spans
                ],
                slotted.content(tokens).text,
                placed.text,
                case.value,
                in_sentence_case(slotted.text),
                in_letter_case(slotted.text, case),
                filled(slotted.slots),
            ]
        )
    return {
        "clauses": [[units(line[:place]) for place in span] for span in clauses(line)],
        "spans": [
            [
                span.kind,
                units(text[: span.begin]),
                units(text[: span.end]),
                span.role.value,
                span.partner,
                list(span.translations),
            ]
            for span in spans
        ],
        "sentences": sentences,
    }


@pytest.fixture(scope="module")
def run_library(web_packages):
    """A function that returns what the page's library makes of lines."""

    def run(lines, numbers=()):
        task = {
            "packages": str(web_packages),
            "lines": lines,
            "numbers": numbers,
            "kinds": SPAN_KINDS,
            "glossary": TERMS,
            "target": TARGET,
            "beside": BESIDE,
        }
        result = subprocess.run(
            ["node", str(Path(__file__).parent / "library.mjs")],
            input=json.dumps(task),
            check=False,
            capture_output=True,
            encoding="utf-8",
            timeout=100,
        )
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return run


def test_spans_slots_and_sentences_are_those_of_python(run_library, tmp_path):
    path = tmp_path / "terms.tsv"
    path.write_text(TERMS, encoding="utf-8")
    glossary = Glossary.from_file(path)
    lines = drawn_lines()
    kinds = set()
    numbers = drawn_numbers()
    result = run_library(lines, numbers)
    for line, found in zip(lines, result["results"], strict=True):
        expected = as_in_python(line, glossary)
        assert found == expected, line
        kinds.update(kind for kind, *_ in expected["spans"])
    assert kinds == set(SPAN_KINDS)
    changed = 0
    for (text, *languages), found in zip(numbers, result["numbers"], strict=True):
        assert found == rewrite_number(text, *map(number_format, languages)), text
        changed += found != text
    assert changed > len(numbers) / 20
