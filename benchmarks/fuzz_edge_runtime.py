"""Translate thousands of hostile lines, and open thousands of damaged bundles.

    python benchmarks/fuzz_edge_runtime.py BUNDLE [--lines 20000] [--bundles 2000]

Passes if no line is lost, no exception escapes, and every damaged bundle is refused
by a `BundleError`, or translates as the intact one does. Opens every bundle in this
process: a crash of the process is a failure too.
"""

import json
import random
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import click

from edge_runtime import BundleError, DecodingOptions, Translator
from edge_runtime.commands.line_translation import (
    LineTask,
    LineTranslator,
    OutputFormat,
)
from edge_runtime.contract import MANIFEST_FILE

SENTENCES = ["我爱吃苹果。", "A man in a blue shirt is standing on a ladder."]
FRAGMENTS = [
    "\x00", "\u202e", "\u200d", "\ufeff", "\U000e0001", "﷽", "e\u0301\u0323", "👩‍👩‍👧",
    "<unk>", "</s>", "▁", "⁇", "\ufffc", "{name}", "%s", "https://a.example/?q=1",
    "me@mail.example", "1.234,56", "\t", "\x0b", "\u2028", "\x85", "\r", "。", ". ",
]  # fmt: skip


def hostile_line(rng: random.Random) -> bytes:
    """Return any bytes but a line feed: noise, text of all scripts, or very long."""
    length = rng.choice([0, 1, 3, 10, 40, 150, 600])
    kind = rng.randrange(6)
    if kind == 0:
        line = rng.randbytes(length)
    elif kind == 1:
        line = "".join(rng.choices(FRAGMENTS, k=length)).encode()
    elif kind == 2:
        points = [rng.randrange(0x110000) for _ in range(length)]
        line = "".join(map(chr, points)).encode("utf-8", "surrogatepass")
    elif kind == 3:
        line = (chr(rng.randrange(32, 0x3000)) * length).encode("utf-8", "replace")
    elif kind == 4:
        words = [*SENTENCES, *FRAGMENTS]
        line = " ".join(rng.choices(words, k=length // 10)).encode()
    else:
        noisy = bytearray(rng.choice(SENTENCES).encode())
        noisy[rng.randrange(len(noisy))] = rng.randrange(256)
        line = bytes(noisy)
    return line.replace(b"\n", b"")


def translate_hostile_lines(bundle: str, count: int, rng: random.Random) -> None:
    """Translate lines under changing options; fail unless each gives one line."""
    for begin in range(0, count, 200):
        lines = [hostile_line(rng) for _ in range(min(200, count - begin))]
        if begin == 0:
            lines[0] = b"a" * 100_000
        options = DecodingOptions(
            beam_size=rng.choice([1, 1, 3]),
            max_length=12,
            copy_unknown=rng.random() < 0.3,
            split_sentences=rng.random() < 0.3,
        )
        output = OutputFormat(as_json=rng.random() < 0.2, alignment=rng.random() < 0.2)
        translated = LineTranslator(LineTask((bundle,), options, output))(lines, begin)
        found = b"".join(translated.output).count(b"\n")
        if found != len(lines):
            raise SystemExit(f"{len(lines)} lines in, {found} out, from line {begin}")
        print(f"\r{begin + len(lines)} of {count} lines", end="", file=sys.stderr)
    print(f"\n{count} hostile lines: one line out for each line in")


def damage(rng: random.Random, files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with one to three things wrong."""
    files = dict(files)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        name = rng.choice(sorted(files))
        content = bytearray(files[name])
        kind = rng.choice(["flip", "cut", "missing", "swap", "grow", "garbage", "edit"])
        if kind == "edit" and MANIFEST_FILE in files:
            files[MANIFEST_FILE] = edit(rng, files[MANIFEST_FILE])
        elif kind == "missing" and len(files) > 1:
            del files[name]
        elif kind == "swap":
            other = rng.choice(sorted(files))
            files[name], files[other] = files[other], files[name]
        elif content:
            if kind == "flip":
                content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
            elif kind == "cut":
                del content[rng.randrange(len(content)) :]
            elif kind == "garbage":
                content = bytearray(rng.randbytes(min(len(content), 100_000)))
            else:
                content += rng.randbytes(rng.randrange(1, 99))
            files[name] = bytes(content)
    return files


def edit(rng: random.Random, text: bytes) -> bytes:
    """Return a manifest with one value anywhere replaced, dropped or added."""
    try:
        content = json.loads(text)
    except ValueError:
        return text
    place = content
    while isinstance(place, dict) and place:
        key = rng.choice(sorted(place))
        if not isinstance(place[key], dict) or not place[key] or rng.random() < 0.3:
            break
        place = place[key]
    if not isinstance(place, dict) or not place:
        return text
    values: list[Any] = [
        None,
        -1,
        0,
        1,
        2,
        10**9,
        1.5,
        "",
        "x",
        [],
        {},
        True,
        "../x",
        [[[]]],
    ]
    action = rng.randrange(3)
    if action == 0:
        place[key] = rng.choice(values)
    elif action == 1:
        del place[key]
    else:
        place[rng.choice(["x", "beam", "format"])] = rng.choice(values)
    return json.dumps(content).encode()


def open_damaged_bundles(bundle: Path, count: int, rng: random.Random) -> None:
    """Open damaged copies; fail on anything but a refusal or the right translation."""
    intact = {file.name: file.read_bytes() for file in bundle.iterdir()}
    expected = [found.text for found in Translator(bundle).translate_batch(SENTENCES)]
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            path = Path(folder) / "bundle"
            path.mkdir()
            for name, content in damage(rng, intact).items():
                (path / name).write_bytes(content)
            try:
                found = Translator(path).translate_batch(SENTENCES)
            except BundleError:
                outcomes["refused"] += 1
            else:
                if [each.text for each in found] != expected:
                    shutil.copytree(path, "wrongly_translated_bundle")
                    raise SystemExit(f"bundle {number} translates wrongly")
                outcomes["outside what is read"] += 1
            shutil.rmtree(path)
            print(f"\r{number + 1} of {count} bundles", end="", file=sys.stderr)
    print(f"\n{count} damaged bundles: {dict(outcomes)}")


@click.command()
@click.argument("bundle", type=click.Path(exists=True, file_okay=False))
@click.option("--lines", type=int, default=20_000, show_default=True)
@click.option("--bundles", type=int, default=2_000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
def main(bundle: str, lines: int, bundles: int, seed: int) -> None:
    """Fuzz the edge runtime with BUNDLE, the directory of any bundle with attention."""
    rng = random.Random(seed)
    open_damaged_bundles(Path(bundle), bundles, rng)
    translate_hostile_lines(bundle, lines, rng)


if __name__ == "__main__":
    main()
