"""`edge-translate BUNDLE BUNDLE …`: the language of a line chooses the bundle."""

import io
import json
import sys

import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.cli import main
from edge_runtime.commands.bundle_choice import BundleChoice
from edge_runtime.commands.line_translation import (
    LineTask,
    LineTranslator,
    OutputFormat,
)
from edge_runtime.errors import UserError

LINES = ["我爱吃苹果。", "I love to eat apples.", "", "他每天喝水。 " * 20, "Apples."]


@pytest.fixture(scope="module")
def english_bundle(fixed_context_files, tmp_path_factory):
    """Path of another model, which says that it translates English into German."""
    return fixed_context_files.write(
        tmp_path_factory.mktemp("bundles") / "en-de",
        source_language="en",
        target_language="de",
    )


@pytest.fixture(scope="module")
def both(bundle, english_bundle):
    return str(bundle), str(english_bundle)


@pytest.fixture
def with_identifier():
    pytest.importorskip("py3langid", reason="needs the identify extra")


def output_of(task):
    lines = [line.encode() for line in LINES]
    return b"".join(LineTranslator(task)(lines, 0).output).decode().splitlines()


@pytest.mark.usefixtures("with_identifier")
def test_each_line_is_translated_by_the_bundle_of_its_language(
    both, translator, english_bundle
):
    english = Translator(english_bundle)
    translators = [translator, english, translator, translator, english]
    expected = [
        each.translate(line).text for each, line in zip(translators, LINES, strict=True)
    ]
    assert expected[1] != translator.translate(LINES[1]).text
    task = LineTask(both, DecodingOptions(), OutputFormat())
    assert output_of(task) == expected

    rows = [
        json.loads(line)
        for line in output_of(
            LineTask(both, DecodingOptions(), OutputFormat(as_json=True))
        )
    ]
    assert [row["text"] for row in rows] == expected
    chosen = [(row["source_language"], row["target_language"]) for row in rows]
    zh, en = ("zh", "en"), ("en", "de")
    assert chosen == [zh, en, zh, zh, en]  # an empty line is the first bundle's


def test_one_bundle_writes_json_as_before(bundle):
    task = LineTask((str(bundle),), DecodingOptions(), OutputFormat(as_json=True))
    rows = [json.loads(line) for line in output_of(task)]
    assert not any("source_language" in row for row in rows)


def test_the_language_that_the_user_names_overrules(both, english_bundle):
    english = Translator(english_bundle)
    task = LineTask(both, DecodingOptions(), OutputFormat(), source_language="en-GB")
    assert output_of(task) == [english.translate(line).text for line in LINES]


@pytest.mark.parametrize(
    ("languages", "chosen", "message"),
    [
        (["zh", "en"], "de", "one bundle translates from: zh, en. Received: de"),
        (["zh"], "en", "one bundle translates from: zh. Received: en"),
        (["zh-Hans", "zh-Hant"], "zh", "Received: zh"),
        (["zh", "zh"], "zh", "Received: zh"),
        (["zh-Hans", "zh-Hant"], None, "different languages"),
    ],
)
def test_bundles_that_languages_do_not_tell_apart_are_refused(
    languages, chosen, message
):
    with pytest.raises(ValueError, match=message):
        BundleChoice(languages, chosen)


def test_the_exact_code_comes_before_the_language():
    assert BundleChoice(["zh-Hans", "zh-Hant"], "zh-hant").choose("x") == 1


def test_without_the_package_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    with pytest.raises(UserError, match=r"keras-s2s\[identify\].*--source-language"):
        BundleChoice(["zh", "en"], None)
    assert BundleChoice(["zh", "en"], "en").choose("x") == 1


def test_the_command_takes_several_bundles(
    both, english_bundle, monkeypatch, capfdbinary
):
    text = "I love apples.\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    with pytest.raises(SystemExit) as end:
        main([*both, "--source-language", "en"])
    assert end.value.code == 0
    expected = Translator(english_bundle).translate(text.strip()).text
    assert capfdbinary.readouterr().out.decode() == expected + "\n"
