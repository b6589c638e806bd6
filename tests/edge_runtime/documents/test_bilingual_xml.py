from xml.etree import ElementTree

import pytest

from edge_runtime.documents.segment import DocumentError

XLIFF_1 = (
    '<xliff version="1.2"><file target-language="de"><body>{}</body></file></xliff>'
)
XLIFF_2 = '<xliff version="2.0" trgLang="de"><file><unit>{}</unit></file></xliff>'
TMX = '<tmx version="1.4"><header srclang="en"/><body><tu>{}</tu></body></tmx>'
UNIT = '<trans-unit id="1"><source>a {{x}}</source>{}</trans-unit>'
SEGMENT = "<segment{}><source>a {{x}}</source>{}</segment>"


def nothing_sound(text):
    return "lost"


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("", '<target state="needs-translation">a {x}</target>'),
        ("<target/>", '<target state="needs-translation">a {x}</target>'),
        ('<target state="new">b {x}</target>',
         '<target state="needs-review-translation">b {x}</target>'),
    ],
)  # fmt: skip
def test_xliff_1_marks_what_has_no_sound_translation(
    read, translate, each_text, target, found
):
    document = read(XLIFF_1.format(UNIT.format(target)), "xliff")
    translate(document, each_text(nothing_sound))
    assert document.write().decode() == XLIFF_1.format(UNIT.format(found))


@pytest.mark.parametrize(
    ("attributes", "target", "translated", "expected"),
    [
        ("", "", True, (' state="translated"', "<target>A {x}</target>")),
        (' state="initial"', "", False,
         (' state="initial"', "<target>a {x}</target>")),
        (' state="initial" subState="x:y"', "<target>b {x}</target>", False,
         (' state="initial" subState="edge-translate:needs-review"',
          "<target>b {x}</target>")),
        (' state="initial" subState="x:y"', "<target>b {x}</target>", True,
         (' state="translated"', "<target>A {x}</target>")),
    ],
)  # fmt: skip
def test_xliff_2_says_how_far_a_segment_is(
    read, translate, each_text, attributes, target, translated, expected
):
    document = read(XLIFF_2.format(SEGMENT.format(attributes, target)), "xliff")
    function = {"a {x}": "A {x}"}.__getitem__ if translated else nothing_sound
    translate(document, each_text(function))
    assert document.write().decode() == XLIFF_2.format(SEGMENT.format(*expected))


@pytest.mark.parametrize(
    "unit",
    [
        UNIT.format("<target>b</target>"),
        UNIT.format('<target state="needs-review-translation">b</target>'),
        UNIT.format("").replace("<trans-unit", '<trans-unit translate="no"'),
        f'<group translate="no">{UNIT.format("")}</group>',
    ],
)
def test_xliff_keeps_what_is_translated_or_must_not_be(read, translate, unit):
    content = XLIFF_1.format(unit)
    document = read(content, "xliff")
    summary = translate(document)
    assert document.write().decode() == content
    assert summary.translated == 0


def test_inline_elements_are_tags_with_numbers(read):
    source = (
        'Press <bpt id="1">{b}</bpt><x id="2"/><ept id="1">{/b}</ept> or '
        '<g id="3">a &amp; b</g><it id="4" pos="open">i</it> now'
    )
    unit = f'<trans-unit id="1"><source>{source}</source></trans-unit>'
    document = read(XLIFF_1.format(unit), "xliff")
    (segment,) = document.segments
    assert segment.source == "Press <g1><x2/></g1> or <g3>a & b</g3><g4/> now"


@pytest.mark.parametrize(
    ("attribute", "source", "expected"),
    [
        ("", "one & two", "ONE &amp;\n  TWO"),
        (' xml:space="preserve"', "one\n  & two", "ONE\n  &amp; TWO"),
    ],
)
def test_line_breaks_are_those_of_the_text_if_the_file_says_so(
    read, translate, attribute, source, expected
):
    unit = f'<trans-unit id="1"{attribute}><source>\n one\n  &amp; two\n</source>'
    document = read(XLIFF_1.format(f"{unit}</trans-unit>"), "xliff")
    assert [segment.source for segment in document.segments] == [source]
    translate(document)
    assert f'<target state="translated">\n {expected}\n</target>' in (
        document.write().decode()
    )


def test_tags_may_come_in_another_order(read, translate, each_text):
    source = 'one <g id="1">two</g> <ph id="2">{x}</ph>'
    unit = f'<trans-unit id="1"><source>{source}</source></trans-unit>'
    document = read(XLIFF_1.format(unit), "xliff")
    translate(document, each_text(lambda text: "<x2/> < <g1>zwei</g1> & eins"))
    assert (
        '<target state="translated"><ph id="2">{x}</ph> &lt; <g id="1">zwei</g> &amp; '
        "eins</target>" in document.write().decode()
    )


def test_a_memory_gets_no_pair_that_is_none(read, translate, each_text):
    content = TMX.format('<tuv xml:lang="en"><seg>a {x}</seg></tuv>')
    document = read(content, "tmx")
    summary = translate(document, each_text(nothing_sound))
    assert document.write().decode() == content
    assert len(summary.problems) == 1


def test_a_memory_whose_target_is_not_known_is_refused(read):
    with pytest.raises(DocumentError, match="--target-language"):
        read(TMX.format(""), "tmx", target="")


def test_a_memory_of_all_languages_is_read_from_its_first(read, translate):
    content = TMX.replace('"en"', '"*all*"').format(
        '<tuv xml:lang="de-AT"><seg/></tuv><tuv xml:lang="fr"><seg>a</seg></tuv>'
        '<tuv xml:lang="en"><seg>b</seg></tuv>'
    )
    document = read(content, "tmx")
    translate(document)
    assert document.write().decode() == content.replace(
        '<tuv xml:lang="de-AT"><seg/>', '<tuv xml:lang="de-AT"><seg>A</seg>'
    )


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        ("<a>", "xliff", "well-formed XML"),
        ("<a/>", "xliff", "must be XLIFF of version 1 or 2"),
        ('<xliff version="3.0"/>', "xliff", "must be XLIFF of version 1 or 2"),
        ("<a/>", "tmx", "must be TMX"),
        ("<a/>", "android", "must hold <resources>"),
        ("", "android", "well-formed XML"),
    ],
)
def test_other_xml_is_refused(read, content, name, message):
    with pytest.raises(DocumentError, match=message):
        read(content, name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "gbk"])
def test_the_declared_encoding_stays(read, translate, encoding):
    content = (
        f'<?xml version="1.0" encoding="{encoding}"?>\r\n<resources>\r\n'
        '<string name="é">word é</string></resources>'
    ).encode(encoding)
    document = read(content, "android")
    assert document.write() == content
    translate(document)
    assert document.write() == content.decode(encoding).replace(
        "word é", "WORD É" if encoding != "gbk" else "WORD &#201;"
    ).encode(encoding)


def test_text_in_cdata_stays_there(read, translate, each_text):
    content = (
        '<resources><string name="a"><![CDATA[say <b>"go"</b> & run]]></string>'
        "</resources>"
    )
    document = read(content, "android")
    translate(document, each_text(lambda text: f"{text} ]]> it's"))
    written = document.write().decode()
    assert '<![CDATA[say <b>"go"</b> & run ]]' in written
    text = ElementTree.fromstring(written)[0].text
    assert text == 'say <b>"go"</b> & run ]]> it\\\'s'


def test_entities_are_not_expanded(read, translate):
    lines = "".join(
        f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(30)
    )  # 10 to the power of 30 letters
    content = (
        f'<!DOCTYPE resources [<!ENTITY a0 "lol">{lines}]>'
        '<resources><string name="a">say &a30; now</string></resources>'
    )
    document = read(content, "android")
    assert [segment.source for segment in document.segments] == ["say <x1/> now"]
    translate(document)
    assert b"SAY &a30; NOW" in document.write()
