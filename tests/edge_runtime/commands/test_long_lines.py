import json
import tempfile

import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.commands import scratch
from edge_runtime.commands.line_translation import (
    LineTask,
    LineTranslator,
    OutputFormat,
)
from edge_runtime.commands.lines import encode_json_line, in_blocks
from edge_runtime.commands.scratch import Scratch, ScratchText
from edge_runtime.text.word_counter import WordCounter
from edge_runtime.text.words import word_spans

LINES = [
    "我爱吃苹果。他每天喝水。  I love to eat apples. We go to school.",
    " 你叫什么名字？ ",
    "我们去学校学习中文" * 40,
    "x" * 900,
    "",
    "你好。\u2028我爱。\x85 a\tb. \x00 c.",
    "  \t ",
    "New York. New…Yo rk。Is big！big?",
    "我爱吃苹果。",
]
OPTIONS = {
    "greedy": DecodingOptions(split_sentences=True),
    "whole": DecodingOptions(),
    "beam": DecodingOptions(beam_size=4, num_hypotheses=3, split_sentences=True),
    "short": DecodingOptions(max_length=2, split_sentences=True),
}


@pytest.fixture(autouse=True, params=[1, 1 << 13], ids=["in a file", "in memory"])
def block(request, monkeypatch):
    monkeypatch.setattr(scratch, "_BLOCK", request.param)


def output_of(bundle, options, output):
    translator = LineTranslator(LineTask((str(bundle),), options, output))
    translated = translator([line.encode() for line in LINES], 0)
    return b"".join(translated.output)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("name", ["bundle", "fixed_context_bundle"])
def test_json_is_that_of_the_whole_translation(request, name, options):
    bundle = request.getfixturevalue(name)
    expected = Translator(bundle, options).translate_batch(LINES)
    assert any(len(each.alignments) > 1 for each in expected) == (name == "bundle")
    found = output_of(bundle, options, OutputFormat(as_json=True))
    assert found == b"".join(encode_json_line(each.to_json()) for each in expected)
    assert [json.loads(line)["source"] for line in found.splitlines()] == LINES


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
def test_pairs_are_those_of_the_whole_translation(bundle, options):
    expected = Translator(bundle, options).translate_batch(LINES)
    n_best = options.num_hypotheses > 1
    output = OutputFormat(n_best=n_best, alignment=True)
    assert any(len(each.alternatives) > 0 for each in expected) == n_best
    whole = [output.write(each, line) for line, each in enumerate(expected)]
    assert output_of(bundle, options, output) == b"".join(whole)


def test_words_are_counted_over_pieces_as_in_the_whole_text():
    text = "New York。。!我 爱吃苹果 a\u3000b，，c 1.5 “x” 我a"
    whole = word_spans(text)
    for width in range(1, 6):
        counter = WordCounter()
        for begin in range(0, len(text), width):
            piece = text[begin : begin + width]
            first = counter.copy().read(piece)
            assert counter.read(piece) == first
            for place, (at, _) in enumerate(word_spans(piece)):
                begins, ends = whole[first + place]
                assert begins <= begin + at < ends


def test_texts_share_a_file_and_a_copy_grows_by_itself(block):
    with Scratch() as file:
        text = ScratchText(file)
        assert not text
        text.add("我\u2028")
        other = text.copy()
        other.add("b")
        text.add("c")
        assert text and other
        assert b"".join(text.read()) == "我\\u2028c".encode()
        assert b"".join(other.read()) == "我\\u2028b".encode()


def test_nothing_is_left_in_the_temporary_directory(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert output_of(bundle, OPTIONS["greedy"], OutputFormat(as_json=True))
    assert not list(tmp_path.iterdir())


def test_blocks_hold_all_bytes():
    parts = [b"a" * 40_000, b"", b"b" * 40_000, b"c"]
    assert list(in_blocks(parts)) == [b"a" * 40_000 + b"b" * 40_000, b"c"]
    assert list(in_blocks([b""])) == []
