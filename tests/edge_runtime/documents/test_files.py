"""Documents as people have them: out is equal to in, but for the text."""

import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

ENCODINGS = {"latin.srt": "cp1252"}
TEXTS = {
    # Files whose encoding is not UTF-8, to compare text.
    "Localizable.strings": "utf-16",
    "latin.srt": "cp1252",
    "menu.po": "iso-8859-1",
    "old.html": "iso-8859-1",
}
NAMES = """
    Localizable.strings agency.xliff angular.xlf app.v2.xlf en.json film.srt guide.md
    latin.srt letter.txt memory.tmx menu.po old.html page.html shop.po strings.xml
    talk.vtt tool.pot
""".split()
IN_PLACE = sorted(
    set(NAMES)
    - {"agency.xliff", "angular.xlf", "app.v2.xlf", "memory.tmx", "menu.po", "shop.po"}
    - {"tool.pot"}
)
REWRITTEN = {
    # Characters that are written otherwise than they stood, and mean the same.
    "en.json": [("caf\\u00c9s", "caf\\u00e9s")],
    "guide.md": [("2 \\* 3", "2 * 3"), ("©", "&copy;"), ("[notes][notes]", "[notes]")],
    "old.html": [('"dom"', "dom")],
    "page.html": [
        (" — ", " &mdash; "),
        ("café © €", "caf&eacute; &copy; &#8364;"),
        ("5 &lt; 6", "5 < 6"),
        ("at&amp;t", "at&t"),
    ],
    "strings.xml": [("read &lt;i&gt;this&lt;/i&gt;", "read &lt;i>this&lt;/i>")],
}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def translated(name, files, read, translate):
    document = read(files / name, encoding=ENCODINGS.get(name))
    translate(document)
    return document.write()


def words(text):
    return " ".join(text.split())


def test_every_file_of_the_folder_is_tested(files):
    found = {path.name for path in files.iterdir() if path.is_file()}
    assert found == set(NAMES)


def test_a_document_that_nobody_translated_is_written_as_it_was(name, files, read):
    document = read(files / name, encoding=ENCODINGS.get(name))
    assert len(document.segments) > 0
    assert document.write() == (files / name).read_bytes()


def test_a_document_comes_out_as_it_was_seen_to_be_right(name, files, translated):
    assert translated == (files / "translated" / name).read_bytes()


@pytest.mark.parametrize("name", IN_PLACE, indirect=True)
def test_nothing_but_the_text_changes(name, files, translated):
    """The translator only changes case, so all else is found by ignoring case."""
    encoding = TEXTS.get(name, "utf-8")
    before = (files / name).read_bytes().decode(encoding)
    after = translated.decode(encoding)
    assert after != before
    after = after.lower().replace("grüsse", "grüße")
    for written, stood in REWRITTEN.get(name, []):
        assert written in after
        after = after.replace(written, stood)
    assert words(after) == words(before.lower()), "lines may break elsewhere"
    assert after.count("\r\n") == before.count("\r\n")
    assert after.count("\n") == before.count("\n")
    assert re.findall(r"\n[ \t>]*", after) == re.findall(r"\n[ \t>]*", before)


@pytest.mark.parametrize(
    "name",
    [name for name in NAMES if name.endswith((".xlf", ".xliff", ".tmx", ".xml"))],
    indirect=True,
)
def test_an_xml_parser_finds_the_elements_that_there_were(name, files, translated):
    if name == "strings.xml":  # the parser does not know the entities of a document
        translated = translated.replace(b"&appname;", b"")
        before = (files / name).read_bytes().replace(b"&appname;", b"")
    else:
        before = (files / name).read_bytes()
    trees = [ElementTree.fromstring(content) for content in (before, translated)]
    tags = [[element.tag for element in tree.iter()] for tree in trees]
    added = {"target", "tuv", "seg"}
    plain = [
        [tag for tag in found if tag.rpartition("}")[2] not in added] for found in tags
    ]
    if name == "strings.xml":
        assert tags[0] == tags[1]
        assert [each.attrib for each in trees[0].iter()] == [
            each.attrib for each in trees[1].iter()
        ]
    else:
        assert set(plain[0]) == set(plain[1])
        assert len(tags[1]) > len(tags[0])


@pytest.mark.parametrize("name", ["film.srt", "latin.srt", "talk.vtt"], indirect=True)
def test_a_parser_of_subtitles_finds_the_same_times(name, files, translated):
    pysubs2 = pytest.importorskip("pysubs2", reason="needs the test extra")
    before, after = (
        pysubs2.SSAFile.from_file(
            io.StringIO(
                content.decode("cp1252" if name == "latin.srt" else "utf-8-sig")
            ),
            name.rpartition(".")[2],
        )
        for content in ((files / name).read_bytes(), translated)
    )
    assert [(cue.start, cue.end) for cue in before] == [
        (cue.start, cue.end) for cue in after
    ]
    assert [cue.plaintext.upper().split() for cue in before] == [
        cue.plaintext.upper().split() for cue in after
    ]


@pytest.mark.parametrize("name", ["shop.po", "tool.pot", "menu.po"], indirect=True)
@pytest.mark.skipif(not shutil.which("msgfmt"), reason="needs gettext")
def test_gettext_accepts_every_format_string(name, translated, tmp_path):
    (tmp_path / "file.po").write_bytes(translated)
    command = ["msgfmt", "--check-format", "--check-header", "--statistics"]
    found = subprocess.run(
        [*command, "-o", "file.mo", "file.po"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={"LC_ALL": "C"},
    )
    errors = [line for line in found.stderr.splitlines() if "header field" not in line]
    assert found.returncode == 0 or errors[:-1] == [], found.stderr
    assert "untranslated" not in errors[-1]
    assert "fuzzy" not in errors[-1]


def test_json_has_the_same_structure(files, read, translate):
    document = read(files / "en.json")
    translate(document)
    before = json.loads((files / "en.json").read_bytes())
    after = json.loads(document.write())

    def same(first, second):
        if isinstance(first, str):
            return first.lower() == second.lower()
        if isinstance(first, dict):
            return list(first) == list(second) and all(
                same(first[key], second[key]) for key in first
            )
        if isinstance(first, list):
            return len(first) == len(second) and all(map(same, first, second))
        return first == second and type(first) is type(second)

    assert same(before, after)


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        read = {"alt", "title", "placeholder", "content", "value"}
        self.found.append((tag, [each for each in attrs if each[0] not in read]))

    def handle_endtag(self, tag):
        self.found.append(tag)

    def handle_comment(self, data):
        self.found.append(data)


@pytest.mark.parametrize("name", ["page.html", "old.html"])
def test_html_has_the_same_tags_and_attributes(name, files, read, translate):
    document = read(files / name)
    translate(document)
    encoding = TEXTS.get(name, "utf-8")
    before, after = (
        Tags(content.decode(encoding)).found
        for content in ((files / name).read_bytes(), document.write())
    )
    assert before == after
    assert len(before) > 10


def test_markdown_has_the_same_blocks_and_links(files, read, translate):
    markdown_it = pytest.importorskip("markdown_it", reason="needs the documents extra")
    document = read(files / "guide.md")
    translate(document)
    parser = markdown_it.MarkdownIt("commonmark").enable("table")

    def shape(content):
        found = []
        for token in parser.parse(content.decode()):
            found.append((token.type, token.tag, token.info, token.map))
            for child in token.children or []:
                if child.type not in ("text", "softbreak"):
                    found.append((child.type, child.attrs.get("href")))
        return [each for each in found if each[0] != "text"]

    assert shape(document.write()) == shape((files / "guide.md").read_bytes())
