import tracemalloc

import pytest

from edge_runtime.documents.plural_forms import plural_header, read_plural_forms
from edge_runtime.documents.po import read_pairs
from edge_runtime.documents.segment import DocumentError

HEADER = (
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Plural-Forms: {}\\n"\n\n'
)
PLURAL = 'msgid "{}"\nmsgid_plural "{}"\n'
RUSSIAN = plural_header("ru")


def test_a_language_with_one_form_gets_the_plural(read, translate):
    header = HEADER.format("nplurals=1; plural=0;")
    content = header + PLURAL.format("%d file", "%d files") + 'msgstr[0] ""\n'
    document = read(content, "po")
    translate(document)
    expected = content.replace('msgstr[0] ""', 'msgstr[0] "%d FILES"')
    assert document.write().decode() == expected


def test_a_language_with_three_forms_gets_three(read, translate):
    content = HEADER.format(RUSSIAN) + PLURAL.format("%d file", "%d files")
    document = read(content + 'msgstr[0] ""\nmsgstr[1] ""\n', "po")
    translate(document)
    assert (
        document.write()
        .decode()
        .endswith('msgstr[0] "%d FILE"\nmsgstr[1] "%d FILES"\nmsgstr[2] "%d FILES"\n')
    )


def test_the_form_of_21_does_not_say_one(read, translate):
    content = HEADER.format(RUSSIAN) + PLURAL.format("one file", "%d files")
    document = read(content + 'msgstr[0] ""\nmsgstr[1] ""\nmsgstr[2] ""\n', "po")
    translate(document)
    assert 'msgstr[0] "%d FILES"' in document.write().decode()


def test_forms_that_a_person_wrote_stay(read, translate):
    content = HEADER.format("nplurals=2; plural=(n != 1);")
    content += PLURAL.format("a file", "%d files") + 'msgstr[0] "mine"\nmsgstr[1] ""\n'
    document = read(content, "po")
    translate(document)
    assert (
        document.write().decode().endswith('msgstr[0] "mine"\nmsgstr[1] "%d FILES"\n')
    )


def test_plurals_without_their_forms_are_refused(read):
    content = PLURAL.format("a", "b") + 'msgstr[0] ""\nmsgstr[1] ""\n'
    with pytest.raises(DocumentError, match="must name the plural forms"):
        read(content, "po", target="tlh")
    assert read(content, "po", target="de").segments


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("", "#, fuzzy\n"),
        ("#, c-format\n", "#, fuzzy, c-format\n"),
        ("#, fuzzy, c-format\n", "#, fuzzy, c-format\n"),
        ('# x\n#, c-format\n#| msgid "c"\n', '# x\n#, fuzzy, c-format\n#| msgid "c"\n'),
        ('# x\n#| msgid "c"\n', '# x\n#, fuzzy\n#| msgid "c"\n'),
    ],
)
def test_what_has_no_sound_translation_has_its_source_and_is_fuzzy(
    read, translate, each_text, flags, expected
):
    document = read(f'{flags}msgid "a %s"\nmsgstr ""\n', "po")
    translate(document, each_text(lambda text: "lost"))
    assert document.write().decode() == f'{expected}msgid "a %s"\nmsgstr "a %s"\n'


def test_a_fuzzy_translation_stays_where_no_better_one_was_found(
    read, translate, each_text
):
    content = '#, fuzzy\nmsgid "a %s"\nmsgstr "eins %s"\n'
    document = read(content, "po")
    translate(document, each_text(lambda text: "lost"))
    assert document.write().decode() == content


@pytest.mark.parametrize(
    ("flags", "left"), [("#, fuzzy\n", ""), ("#, c-format, fuzzy\n", "#, c-format\n")]
)
def test_fuzzy_goes_with_a_sound_translation(read, translate, flags, left):
    document = read(f'{flags}msgid "a"\nmsgstr "eins"\n', "po")
    translate(document)
    assert document.write().decode() == f'{left}msgid "a"\nmsgstr "A"\n'


@pytest.mark.parametrize("char", "\v\f\x1c\x85\u2028\u2029")
def test_only_line_ends_end_a_line(read, translate, char):
    content = f'msgid "a{char}b"\nmsgstr ""\n\nmsgid "c"\nmsgstr ""\n'
    document = read(content, "po")
    assert [segment.source for segment in document.segments] == [f"a{char}b", "c"]
    translate(document)
    assert list(read_pairs(document.write())) == [
        (f"a{char}b", f"A{char}B"),
        ("c", "C"),
    ]


def test_a_singular_that_no_form_takes_asks_for_nothing(read, translate, each_text):
    content = HEADER.format("nplurals=1; plural=0;")
    content += PLURAL.format("%d file", "%d files") + 'msgstr[0] ""\n'
    document = read(content, "po")
    assert [segment.source for segment in document.segments] == ["%d files"]


def test_long_texts_are_wrapped_as_gettext_does_it(read, translate):
    long = "word " * 30 + "end"
    wrapped = "".join(f'"{"word " * 15}"\n' for _ in range(2))
    document = read(f'msgid ""\n{wrapped}"end"\nmsgstr ""\n', "po")
    assert document.segments[0].source == long
    translate(document)
    lines = document.write().decode().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[4:6] == ['msgstr ""', f'"{"WORD " * 15}"']


def test_files_without_wrapping_stay_so(read, translate):
    long = "word " * 30 + "end"
    document = read(f'msgid "{long}"\nmsgstr ""\n', "po")
    translate(document)
    assert document.write().decode() == f'msgid "{long}"\nmsgstr "{long.upper()}"\n'


def test_a_text_that_is_the_path_of_a_file_is_not_opened(read, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "# other.po").write_text('msgid "secret"\nmsgstr ""\n')
    assert list(read("# other.po", "po").segments) == []


@pytest.mark.parametrize(
    "content", ["hello\n", 'msgid "a\nmsgstr ""\n', 'msgid "a"b"\n']
)
def test_what_is_no_po_is_refused(read, content):
    with pytest.raises(DocumentError, match="must be PO"):
        read(content, "po")


def test_a_character_that_the_encoding_lacks_is_named(read, translate, each_text):
    content = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=ISO-8859-1\\n"\n\n'
    document = read(f'{content}msgid "a"\nmsgstr ""\n', "po")
    translate(document, each_text(lambda text: "苹果"))
    with pytest.raises(DocumentError, match=r"lacks '苹': convert the file to UTF-8"):
        document.write()


@pytest.mark.parametrize(
    ("language", "numbers"),
    [
        ("zh", {0}),
        ("zh_CN", {0}),
        ("de", {0, 1}),
        ("fr", {0, 1}),
        ("pt-BR", {0, 1}),
        ("ru", {0, 1, 2}),
        ("pl", {0, 1, 2}),
        ("cs", {0, 1, 2}),
        ("ro", {0, 1, 2}),
        ("lt", {0, 1, 2}),
        ("lv", {0, 1, 2}),
        ("sl", {0, 1, 2, 3}),
        ("ga", {0, 1, 2, 3, 4}),
        ("ar", {0, 1, 2, 3, 4, 5}),
    ],
)
def test_every_form_of_a_language_is_that_of_some_number(language, numbers):
    forms = read_plural_forms(plural_header(language))
    assert {forms.form_of(n) for n in range(200)} == numbers
    assert forms.count == len(numbers)


def test_one_stands_alone_in_german_and_not_in_russian():
    assert read_plural_forms(plural_header("de")).is_singular_alone
    assert not read_plural_forms(RUSSIAN).is_singular_alone
    assert not read_plural_forms(plural_header("fr")).is_singular_alone
    assert plural_header("tlh") is None


@pytest.mark.parametrize(
    "header",
    ["", "nplurals=INTEGER; plural=EXPRESSION;", "nplurals=1; plural=(n != 1);",
     "nplurals=2; plural=__import__('os');", "nplurals=2; plural=n/0;"],
)  # fmt: skip
def test_what_are_no_plural_forms_is_none(header):
    assert read_plural_forms(header) is None


@pytest.mark.parametrize(
    "header",
    ["nplurals=11; plural=n%11;", "nplurals=1000000000; plural=n;",
     f"nplurals={'9' * 5000}; plural=n;", f"nplurals=2; plural={'(' * 99}n{')' * 99};",
     f"nplurals=2; plural={'n?' * 240}n{':n' * 240};",
     f"nplurals=2; plural=n{'+n-n' * 300};"],
    ids=lambda header: header[:24],
)  # fmt: skip
def test_more_plural_forms_than_a_language_has_are_refused(read, header):
    # Of a thousand million forms, each would be written for each plural of the file.
    tracemalloc.start()
    try:
        assert read_plural_forms(header) is None
        with pytest.raises(DocumentError, match=r"Plural-Forms, at most 10\.") as error:
            read(HEADER.format(header) + PLURAL.format("a", "b"), "po")
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 500


def test_ten_plural_forms_are_read():
    assert read_plural_forms("nplurals=10; plural=n%10;").count == 10
