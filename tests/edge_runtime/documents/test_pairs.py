import io
import tracemalloc

import pytest

from edge_runtime.documents.pairs import read_pairs
from edge_runtime.documents.segment import DocumentError


def pairs_of(content, name, source="en", target="de"):
    content = content.encode() if isinstance(content, str) else content
    return list(read_pairs(io.BytesIO(content), name, source, target))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("memory.tmx", [("The pump is on.", "Die Pumpe ist an.")]),
        ("angular.xlf", [("Done", "Fertig")]),
        ("agency.xliff", [("Off", "Aus")]),
        ("app.v2.xlf", [("Yes", "Ja")]),
        ("shop.po", [("Your basket", "Ihr Warenkorb"), ("May", "Dürfen")]),
        ("menu.po", [("café", "le café")]),
    ],
)
def test_pairs_are_what_is_translated(files, name, expected):
    assert pairs_of((files / name).read_bytes(), name) == expected


def test_a_translated_document_gives_all_its_pairs(files):
    content = (files / "translated" / "agency.xliff").read_bytes()
    assert pairs_of(content, "agency.xliff") == [
        ("Turn the red knob to the left. Then wait.",
         "TURN THE RED KNOB TO THE LEFT. THEN WAIT."),
        ("Read page first.", "READ PAGE FIRST."),
        ("Off", "Aus"),
        ("A bold and slanted word", "A BOLD AND SLANTED WORD"),
    ]  # fmt: skip


TMX = '<tmx><header srclang="en"/><body>{}</body></tmx>'
UNIT = "<tu>{}</tu>"
VARIANT = '<tuv xml:lang="{}"><seg>{}</seg></tuv>'


def test_a_memory_is_read_in_either_direction_and_its_regions_are_told_apart():
    unit = UNIT.format(
        "".join(VARIANT.format(*each) for each in
                (("en-US", "color"), ("en-GB", "colour"), ("de_DE", "die\n Farbe")))
    )  # fmt: skip
    content = TMX.format(unit)
    assert pairs_of(content, "a.tmx") == [("color", "die Farbe")]
    assert pairs_of(content, "a.tmx", "en-GB", "de") == [("colour", "die Farbe")]
    assert pairs_of(content, "a.tmx", "de", "en-gb") == [("die Farbe", "colour")]
    assert pairs_of(content, "a.tmx", "en-US", "en-GB") == [("color", "colour")]
    assert pairs_of(content, "a.tmx", "en", "fr") == []


def test_codes_are_no_text():
    seg = (
        'a <bpt i="1">&lt;b></bpt>b<ept i="1">&lt;/b></ept> <ph>{0}</ph>'
        "<hi>c <it>x</it>d</hi> &amp; e"
    )
    unit = UNIT.format(VARIANT.format("en", seg) + VARIANT.format("de", "z"))
    assert pairs_of(TMX.format(unit), "a.tmx") == [("a b c d & e", "z")]


def test_a_file_of_other_languages_has_no_pairs():
    content = (
        '<xliff version="1.2"><file source-language="fr" target-language="de"><body>'
        '<trans-unit id="1"><source>a</source><target>b</target></trans-unit>'
        "</body></file></xliff>"
    )
    assert pairs_of(content, "a.xlf") == []
    assert pairs_of(content, "a.xlf", "fr-CA") == [("a", "b")]
    assert pairs_of(content, "a.xlf", "", "") == [("a", "b")]


@pytest.mark.parametrize(
    ("content", "name", "languages", "message"),
    [
        ("<tmx>", "a.tmx", ("en", "de"), "well-formed XML"),
        ("<tmx/>", "a.tmx", ("", "de"), "source unknown, target de"),
        ("a", "a.csv", ("en", "de"), "must end in one of .tmx, .xlf"),
        ("a", "a.po", ("en", "de"), "must be PO"),
    ],
)
def test_what_cannot_be_read_is_refused(content, name, languages, message):
    with pytest.raises(DocumentError, match=message):
        pairs_of(content, name, *languages)


def test_memory_stays_flat():
    def peak(units):
        unit = UNIT.format(VARIANT.format("en", "a " * 50) + VARIANT.format("de", "b"))
        file = io.BytesIO(TMX.format(unit * units).encode())
        tracemalloc.start()
        count = sum(1 for _ in read_pairs(file, "a.tmx", "en", "de"))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert count == units
        return most

    assert peak(5_000) < 1.5 * peak(500) + 200_000
