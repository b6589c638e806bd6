"""A few hundred of the cases that `benchmarks/fuzz_edge_runtime.py` multiplies."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_runtime import BundleError, DecodingOptions, Translator
from edge_runtime.commands.line_translation import (
    LineTask,
    LineTranslator,
    OutputFormat,
)

HOSTILE = [
    "\x00", "\u202e", "\u200d", "\ufeff", "\U000e0001", "﷽", "e\u0301\u0323",
    "👩\u200d👩\u200d👧", "\ud800", "。", ".", "<unk>", "</s>", "<s>", "▁", "⁇",
    "\ufffc",
    "{name}", "%s", "https://a.example/?q=1", "me@mail.example", "1.234,56", "\t",
    "\x0b", "\u2028",
]  # fmt: skip
texts = st.lists(
    st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(), max_size=6)),
    max_size=12,
).map("".join)


@settings(max_examples=150, deadline=None)
@given(texts, st.booleans(), st.booleans(), st.integers(1, 3))
def test_any_text_is_translated(translator, text, copy_unknown, split, beam_size):
    options = DecodingOptions(
        beam_size=beam_size,
        max_length=5,
        copy_unknown=copy_unknown,
        split_sentences=split,
    )
    found = translator.translate(text, options)
    found.text.encode("utf-8")
    assert len(found.tokens) == len(found.spans) == len(found.token_log_probs)
    assert all(0 <= b <= e <= len(found.text) for b, e in found.spans)
    assert all(0 <= b <= e <= len(found.source) for b, e in found.source_spans)
    assert found.to_json()["word_alignment"] == found.pharaoh


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line), max_size=8)
)
def test_any_bytes_give_one_line_each(line_translator, lines):
    output = b"".join(line_translator(lines, 0).output)
    assert output.count(b"\n") == len(lines)


@pytest.fixture(scope="module")
def line_translator(bundle):
    options = DecodingOptions(max_length=4)
    return LineTranslator(LineTask((str(bundle),), options, OutputFormat()))


@pytest.mark.parametrize(
    "filler",
    ["a", "我", "我。", "a b. ", "\u0301", "😀", "﷽", "\u200b", ".", "—", "!…", "，",
     '"', " ", "\u3000", "https://", "a@"],
)  # fmt: skip
def test_lines_of_tens_of_thousands_of_characters(translator, filler):
    options = DecodingOptions(max_length=1, copy_unknown=True)
    begin = time.process_time()
    found = translator.translate(filler * (20_000 // len(filler)) + "x", options)
    # A tenth of it on a quiet machine; minutes where anything is quadratic.
    assert time.process_time() - begin < 10
    assert len(found.source) >= 19_990


def damage(rng, files):
    """Return changed files, as copying, storing and people change them."""
    files = dict(files)
    name = rng.choice(sorted(files))
    content = bytearray(files[name])
    kind = rng.choice(["flip", "cut", "missing", "swap", "grow", "garbage"])
    if kind == "flip":
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif kind == "cut":
        del content[rng.randrange(len(content)) :]
    elif kind == "grow":
        content += rng.randbytes(rng.randrange(1, 9))
    elif kind == "garbage":
        content = bytearray(rng.randbytes(len(content)))
    if kind == "missing":
        del files[name]
    elif kind == "swap":
        other = rng.choice(sorted(files))
        files[name], files[other] = files[other], files[name]
    else:
        files[name] = bytes(content)
    return files


def test_a_damaged_bundle_is_refused_or_translates_correctly(
    attention_files, translator, tmp_path
):
    path = attention_files.write(tmp_path / "b")
    intact = {file.name: file.read_bytes() for file in path.iterdir()}
    expected = translator.translate("我爱吃苹果。")
    rng = random.Random(0)
    refused = 0
    for _ in range(200):
        files = damage(rng, intact)
        for name in intact:
            (path / name).unlink(missing_ok=True)
            if name in files:
                (path / name).write_bytes(files[name])
        try:
            found = Translator(path).translate("我爱吃苹果。")
        except BundleError as error:
            refused += 1
            assert str(error)
        else:
            assert found == expected
    assert refused > 120
