"""Open and use thousands of hostile bundles, each of which has all its hashes right.

    python benchmarks/hostile_bundles.py BUNDLE... [--count 5000] [--seed 0]

Changes zip structure, manifest, ONNX graphs and SentencePiece models of the bundles
named, and translates with what opens. Passes if every bundle is refused by a
`BundleError` or translates within 10 seconds and 1 GB, and opens no file that a good
bundle does not open. Bundles are opened one after another in a process that is started
again where it ends: what crashes or hangs is counted, and named by its seed.
"""

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

SECONDS = 10
MEMORY = 1 << 30
SENTENCES = ["我爱吃苹果。", "A man in a blue shirt is standing on 2 ladders."]

Files = dict[str, bytes]
Field = list[Any]
"""Number, wire type and value of one field of a message; the value may be changed."""

INTEGERS = [0, 1, 2, 3, 7, 8, 255, 2**16, 2**31 - 1, 2**31, 2**40, 2**63 - 1, -1, -2]
VALUES: list[Any] = [
    None, True, -1, 0, 1, 2, 3, 99, 10**4, 10**9, 10**40, 1.5, 1e9, 1e308, -0.0, "",
    "x", "\x1b[2J\x07", "../x", "/etc/passwd", "a" * 300, "\u202e", [], {}, [[]], [1],
    ["batch"], ["batch", "x", 3], [10**9] * 3, {"x": {}}, [[[[[[[[[[[]]]]]]]]]]],
]  # fmt: skip
OPERATORS = [
    "Loop", "If", "Scan", "Expand", "Range", "Tile", "ConstantOfShape", "Constant",
    "Resize", "Identity", "Cast", "Add", "MatMul", "Gather", "Reshape", "Concat",
    "Transpose", "Shape", "Unsqueeze", "Squeeze", "Where", "Softmax", "LogSoftmax",
    "GRU", "Slice", "Split", "ReduceSum", "Equal", "Not", "Neg", "MatMulInteger",
    "QuantizeLinear", "DequantizeLinear", "Gemm", "Max", "GlobalAveragePool",
]  # fmt: skip
MESSAGES = {
    ("model", 7): "graph", ("model", 8): "set", ("graph", 1): "node",
    ("graph", 5): "tensor", ("graph", 11): "value", ("graph", 12): "value",
    ("node", 5): "attribute", ("attribute", 5): "tensor", ("value", 2): "type",
    ("type", 1): "tensor type", ("tensor type", 2): "shape", ("shape", 1): "dimension",
    ("pieces", 1): "piece", ("pieces", 2): "trainer", ("pieces", 3): "normalizer",
    ("pieces", 4): "test", ("pieces", 5): "normalizer",
}  # fmt: skip
"""Which fields are messages themselves: of an ONNX file, and of `pieces`, a
SentencePiece model."""


def varint(value: int) -> bytes:
    """Return an integer as protocol buffers write it."""
    value &= (1 << 64) - 1
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*encoded, value])


def decode(message: bytes) -> list[Field]:
    """Return the fields of a message."""

    def integer(place: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = message[place]
            value |= (byte & 0x7F) << shift
            place, shift = place + 1, shift + 7
            if byte < 0x80:
                return value, place

    fields: list[Field] = []
    place = 0
    while place < len(message):
        tag, place = integer(place)
        wire = tag & 7
        if wire == 0:
            value, place = integer(place)
            fields.append([tag >> 3, wire, value])
            continue
        length = {1: 8, 5: 4}.get(wire)
        if length is None:
            length, place = integer(place)
        fields.append([tag >> 3, wire, message[place : place + length]])
        place += length
    return fields


def encode(fields: list[Field]) -> bytes:
    """Return the message of some fields."""
    parts = []
    for number, wire, value in fields:
        parts.append(varint(number << 3 | wire))
        if wire == 0:
            parts.append(varint(value))
        else:
            parts += [varint(len(value))] * (wire == 2) + [value]
    return b"".join(parts)


def change_message(rng: random.Random, message: bytes, kind: str) -> bytes:
    """Return a message with one thing changed in it, or in a message within it."""
    try:
        fields = decode(message)
    except IndexError:
        return flip(rng, message)
    inner = [field for field in fields if (kind, field[0]) in MESSAGES]
    if inner and rng.random() < 0.9:
        # Few fields of many nodes or weights: each kind is chosen as often.
        number = rng.choice(sorted({field[0] for field in inner}))
        field = rng.choice([field for field in inner if field[0] == number])
        field[2] = change_message(rng, field[2], MESSAGES[kind, number])
        return encode(fields)
    if not fields or rng.random() < 0.1:
        added = rng.choice([[rng.randrange(1, 30), 0, rng.choice(INTEGERS)],
                            [rng.randrange(1, 30), 2, rng.randbytes(rng.randrange(9))],
                            [14, 0, 1], [13, 2, EXTERNAL]])  # fmt: skip
        return encode([*fields, added])
    field = rng.choice(fields)
    change = rng.randrange(8)
    if change == 0:
        fields.remove(field)
    elif change == 1:
        fields.append(list(field))
    elif change == 2 and len(fields) > 1:
        other = rng.choice(fields)
        field[2], other[2] = other[2], field[2]
        field[1], other[1] = other[1], field[1]
    elif field[1] == 0:
        field[2] = rng.choice([*INTEGERS, field[2] + 1, field[2] * 2])
    elif field[1] == 5:
        field[2] = struct.pack("<f", rng.choice([0, -1, 1e38, float("nan"), -1e38]))
    elif field[1] == 2:
        field[2] = change_bytes(rng, field[2])
    return encode(fields)


EXTERNAL = encode([[1, 2, b"location"], [2, 2, b"/etc/passwd"]])


def change_bytes(rng: random.Random, content: bytes) -> bytes:
    """Return changed raw values, a name or an operator."""
    change = rng.randrange(6)
    if change == 0:
        return rng.choice(OPERATORS).encode()
    if change == 1:
        number = struct.pack("<f", rng.choice([float("nan"), float("inf"), 1e38, -1.0]))
        return (number * (len(content) // 4 + 1))[: len(content)]
    if change == 2 and len(content) % 8 == 0:
        integers = [rng.choice(INTEGERS) for _ in range(min(len(content) // 8, 4))]
        packed = struct.pack(
            f"<{len(integers)}q", *(v if v < 2**63 else 1 for v in integers)
        )
        return packed + content[len(packed) :]
    if change == 3:
        return rng.choice([b"", b"\x1b[2J", b"\xff\xfe", b"a" * 70_000, b"source_ids"])
    if change == 4:
        return rng.randbytes(len(content))
    return flip(rng, content)


def flip(rng: random.Random, content: bytes) -> bytes:
    """Return bytes with a few bits turned over, or cut."""
    changed = bytearray(content)
    if changed and rng.random() < 0.1:
        return bytes(changed[: rng.randrange(len(changed))])
    for _ in range(rng.choice([1, 1, 2, 5]) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def sealed(files: Files, changes: Callable[[dict[str, Any]], None]) -> Files:
    """Return files whose manifest has sizes and hashes to match, then other changes."""
    manifest = json.loads(files["bundle.json"])
    for name, entry in manifest["files"].items():
        if name in files:
            entry["size"] = len(files[name])
            entry["sha256"] = hashlib.sha256(files[name]).hexdigest()
    changes(manifest)
    manifest.pop("checksum", None)
    canonical = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    manifest["checksum"] = hashlib.sha256(canonical.encode()).hexdigest()
    return {**files, "bundle.json": json.dumps(manifest).encode()}


def change_manifest(rng: random.Random, manifest: dict[str, Any]) -> None:
    """Change one value anywhere in a manifest, or leave it out, or add one."""
    place: Any = manifest
    while True:
        keys = sorted(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = rng.choice(keys)
        if (
            not isinstance(place[key], dict | list)
            or not place[key]
            or rng.random() < 0.2
        ):
            break
        place = place[key]
    change = rng.randrange(8)
    if change == 0:
        del place[key]
    elif change == 1 and isinstance(place, dict):
        place[rng.choice(["x", "\x1b[31m", "a" * 999, "../x"])] = place[key]
    elif change == 2 and isinstance(place, dict):
        place[rng.choice(sorted(place))], place[key] = place[key], rng.choice(VALUES)
    elif change == 3 and isinstance(place[key], int):
        place[key] = rng.choice([place[key] + 1, place[key] * 2, place[key] // 2])
    else:
        place[key] = rng.choice(VALUES)


def write_directory(rng: random.Random, files: Files, path: Path) -> None:
    """Write files as a directory, some of them as links, pipes or directories."""
    path.mkdir()
    for name, content in files.items():
        (path / name).write_bytes(content)
    if rng.random() < 0.1:
        place = path / rng.choice(sorted(files))
        place.unlink()
        kind = rng.randrange(4)
        if kind == 0:
            place.symlink_to(
                rng.choice(["/dev/zero", "/etc/passwd", "/dev/stdin", "."])
            )
        elif kind == 1:
            os.mkfifo(place)
        elif kind == 2:
            place.mkdir()


def write_archive(rng: random.Random, files: Files, path: Path) -> None:
    """Write files as a zip, its structure changed."""
    compression = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    compression = rng.choice([compression, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    folder = rng.choice(["", "", "", "b/", "a/b/", "/", "../", "c:\\", "__MACOSX/"])
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(folder + name, content)
        for _ in range(rng.choice([0, 0, 0, 1, 5, 500])):
            name = rng.choice([*files, "x", "/etc/passwd", "../x", "\x1b", "a" * 999])
            if folder + name not in archive.namelist():
                archive.writestr(folder + name, rng.choice([b"", bytes(10**6), b"x"]))
    content = bytearray(path.read_bytes())
    places = [at for at in range(len(content) - 4) if content[at : at + 2] == b"PK"]
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        at = rng.choice(places) + rng.randrange(4, 50)
        if at < len(content) - 4:
            kind = rng.randrange(3)
            if kind == 0:
                content[at] = rng.randrange(256)
            else:
                struct.pack_into(
                    "<I", content, at, rng.choice([0, 1, 2**31, 2**32 - 1])
                )
    if rng.random() < 0.1:
        del content[rng.randrange(len(content)) :]
    path.write_bytes(content)


def write_hostile(
    seed: int, bundles: list[Files], path: Path, packed: bool = False
) -> str:
    """Write the hostile bundle of one seed; return what was done to it.

    Args:
        seed: Decides everything.
        bundles: Good bundles to change.
        path: Place of the new one.
        packed: Write a zip in any case, for readers that take no directories.
    """
    rng = random.Random(seed)
    files = dict(rng.choice(bundles))
    kind = rng.choice(["zip", "manifest", "graph", "graph", "graph", "tokenizer"])
    changed = {"graph": (".onnx", ".ort"), "tokenizer": (".spm",)}.get(kind)
    if changed:
        name = rng.choice(sorted(name for name in files if name.endswith(changed)))
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            if name.endswith(".ort"):
                files[name] = flip(rng, files[name])
            else:
                root = "model" if kind == "graph" else "pieces"
                files[name] = change_message(rng, files[name], root)

    def change(manifest: dict[str, Any]) -> None:
        for _ in range(rng.choice([1, 1, 2]) if kind == "manifest" else 0):
            change_manifest(rng, manifest)

    files = sealed(files, change)
    if kind == "zip":
        write_archive(rng, files, path)
    elif packed:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        write_directory(rng, files, path)
    return kind


def use(path: Path) -> str:
    """Open a bundle and translate with it; return what came of it."""
    from edge_runtime import BundleError, DecodingOptions, Translator

    try:
        translator = Translator(path)
        for options in (None, DecodingOptions(beam_size=3, num_hypotheses=2)):
            for found in translator.translate_batch(SENTENCES, options):
                json.dumps(found.to_json()).encode()
        if translator.model.attends:
            options = DecodingOptions(copy_unknown=True, coverage_penalty=0.2)
            translator.translate_batch(SENTENCES, options)
        list(translator.stream(SENTENCES[0]))
    except BundleError as error:
        word = "refused" if str(error).isprintable() else "unprintable"
        return f"{word} {str(error)[:300]!r}"
    except Exception as error:  # noqa: BLE001 (what else may come is the question)
        return f"other {type(error).__name__}: {str(error)[:150]!r}"
    return "translated"


def work(bundles: list[str], begin: int, end: int, packed: bool) -> None:
    """Use the bundles of some seeds; print a line before and after each."""
    opened: set[str] = set()
    tracing = False

    def trace(event: str, arguments: tuple[Any, ...]) -> None:
        if tracing and event == "open":
            opened.add(str(arguments[0]))

    sys.addaudithook(trace)
    contents = [read_bundle(Path(bundle)) for bundle in bundles]
    tracing = True
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "good.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in contents[0].items():
                archive.writestr(name, content)
        for bundle in (*bundles, packed):
            if use(Path(bundle)) != "translated":
                raise SystemExit(f"{bundle} must be a good bundle")
    known = set(opened)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(begin, end):
            tracing = False
            path = Path(folder) / f"b{seed}"
            kind = write_hostile(seed, contents, path, packed)
            print(f"> {seed} {kind}", flush=True)
            opened.clear()
            tracing = True
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            outcome = use(path)
            signal.setitimer(signal.ITIMER_REAL, 0)
            tracing = False
            foreign = [
                name
                for name in opened - known
                if not name.startswith(str(path)) and not name.isdecimal()
            ]
            if foreign:
                outcome = f"other opened {foreign}"
            print(f"= {outcome}", flush=True)
            shutil.rmtree(path, ignore_errors=True)
            path.unlink(missing_ok=True)


def read_bundle(path: Path) -> Files:
    """Return the files of a directory or zip."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def outcomes(
    bundles: list[str], begin: int, end: int, packed: bool = False
) -> Iterator[tuple[int, str, str]]:
    """Yield seed, kind and outcome of each bundle, whatever happens to the process."""
    while begin < end:
        arguments = ["--work", str(begin), str(end), *bundles]
        arguments += ["--packed"] * packed
        with subprocess.Popen(
            [sys.executable, __file__, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            if process.stdout is None:
                raise RuntimeError("the process has no output")
            current: tuple[int, str] | None = None
            printed = ""
            for line in process.stdout:
                if line.startswith("> "):
                    _, seed, kind = line.split()
                    current, printed = (int(seed), kind), ""
                elif line.startswith("= ") and current is not None:
                    yield (
                        *current,
                        f"other printed {printed!r}" if printed else line[2:],
                    )
                    begin, current = current[0] + 1, None
                else:
                    printed += line
        if current is not None:
            hung = process.returncode == -signal.SIGALRM
            yield (*current, "hung" if hung else f"crashed {process.returncode}")
            begin = current[0] + 1
        elif begin < end:
            raise SystemExit(f"the process ended with {process.returncode}")


@click.command()
@click.argument("bundles", type=click.Path(exists=True), nargs=-1, required=True)
@click.option("--count", type=int, default=5_000, show_default=True)
@click.option("--seed", type=int, default=0, show_default=True, help="The first one.")
@click.option("--work", "span", type=int, nargs=2, hidden=True)
@click.option("--packed", is_flag=True, hidden=True)
def main(
    bundles: tuple[str, ...],
    count: int,
    seed: int,
    span: tuple[int, int] | None,
    packed: bool,
) -> None:
    """Make hostile bundles from BUNDLES, which must be good ones, and use them."""
    if span:
        work(list(bundles), *span, packed)
        return
    counts: Counter[tuple[str, str]] = Counter()
    failed = 0
    for number, kind, outcome in outcomes(list(bundles), seed, seed + count):
        word = outcome.split()[0]
        counts[kind, word] += 1
        if word not in ("refused", "translated"):
            failed += 1
            print(f"seed {number}, {kind}: {outcome.strip()}")
        done = number - seed + 1
        print(f"\r{done} of {count}", end="", file=sys.stderr)
    print(file=sys.stderr)
    for (kind, word), found in sorted(counts.items()):
        print(f"{kind:10} {word:12} {found}")
    print(f"{count} hostile bundles, {failed} neither refused nor translated")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
