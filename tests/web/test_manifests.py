"""The page accepts and refuses the manifests that Python does."""

import base64
import json
import os
import random
import subprocess

import pytest

from edge_runtime.bundle import bounds
from edge_runtime.bundle.manifest import Manifest, sha256_of
from edge_runtime.contract import ALIGNMENT, ATTENTION_TENSORS
from edge_runtime.errors import BundleError
from edge_runtime.model.graph_contract import check_graphs
from edge_runtime.text.tokenizer import Tokenizer

HOLE = "hole"
NAMES = [
    "", ".", "..", "a/b", "a\\b", "C:", "a b", "é" * 127, "é" * 128, "😀" * 63,
    "😀" * 64, "a" * 255, "a" * 256, "\x00", "\x1f", "\x7f", "\x9f", "\u00a0", "\u2028",
    "\ud800", "\udfff\ud800", "__proto__", "constructor", "toString", "hasOwnProperty",
    "0", "encoder.onnx", "decoder_state_0", "decoder_state_1", "log_probs",
]  # fmt: skip
NUMBERS = [
    "0", "-0", "1", "2", "3", "-1", "1.0", "-0.0", "0.5", "1.50", "1e0", "1E+2", "1e-7",
    "10", "10.0", "10.000000000000002", "11", "100", "101", "255", "10000", "10001",
    "10000000", "10000001", "4294967296", "4294967297", "9007199254740991",
    "9007199254740992", "-9007199254740992", "9007199254740993.0", "1e15", "1e16",
    "1e17", "123456789012345678.5", "1e308", "1e309", "-1e999", "5e-324", "1e-400",
    "9" * 400, "9" * 5000, "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "0x1",
]  # fmt: skip
OTHERS = [
    "null", "true", "false", "[]", "{}", "[1]", '["batch"]', '{"a": 1}', "[[]]", "'a'",
    '"\\ud83d\\ude00"', '"\\ud83d"', '"\\u0000"', '"\\x41"', '"\t"', "tru", "",
    '{"a": 1, "a": 2}', "[1,]", '{"a": 1,}', "[1 2]", "/* */ 1", "1 // one",
    '{"dtype": "float32", "shape": ["batch", 8]}',
    '{"dtype": "int32", "shape": [1.0]}', '{"sha256": "", "size": 0}',
    '{"sha256": "", "size": 0.0}', '{"pad": 0, "unk": 1, "bos": 2, "eos": 3}',
    '{"pad": false, "unk": true, "bos": 2, "eos": 3}',
    '{"pad": 0, "unk": 1, "bos": 2, "eos": 3.0}',
    '{"pad": "0", "unk": 1, "bos": 2, "eos": 3}',
    '{"pad": -0, "unk": 1, "bos": 2, "eos": 3}',
    '[1, 2, 3, 4, 5, 6, 7, 8]', '[1, 2, 3, 4, 5, 6, 7, 8, 9]',
]  # fmt: skip


def sealed(text):
    """A manifest's bytes with the checksum that Python finds right, if it is JSON."""
    try:
        content = json.loads(text)
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    except ValueError:
        canonical = "{}"
    except RecursionError:
        return text.encode()
    checksum = f'{{"checksum": "{sha256_of(canonical.encode())}", '
    return (checksum + text.removeprefix("{")).encode("utf-8", "surrogatepass")


def places(content, path=()):
    """The paths of everything in a JSON content."""
    yield path
    if isinstance(content, dict | list):
        keys = content if isinstance(content, dict) else range(len(content))
        for key in keys:
            yield from places(content[key], (*path, key))


def value_at(content, path):
    for key in path:
        content = content[key]
    return content


def changed(content, path, change):
    """A copy in which `change` was applied to what holds the place, and its key."""
    copy = json.loads(json.dumps(content))
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    change(holder, path[-1])
    return copy


def rename(name):
    def change(holder, key):
        holder[name] = holder.pop(key)

    return change


def put_hole(holder, key):
    holder[key] = HOLE


def deep(levels):
    return "[" * levels + "]" * levels


def manifests(content):
    """Names and bytes of manifests: good ones, and some wrong in one thing or two."""
    text = json.dumps(content)
    draw = random.Random(3)
    yield "good", sealed(text)
    yield "indented", sealed(json.dumps(content, indent=2, ensure_ascii=False))
    for path in places(content):
        if not path:
            continue
        holed = changed(content, path, put_hole)
        is_text = isinstance(value_at(content, path), str)
        names = map(json.dumps, NAMES if is_text else NAMES[:3])
        values = [*NUMBERS, *OTHERS, *names]
        # A third at every place: many places are of one kind, so all are tried there.
        for value in draw.sample(values, len(values) // 3):
            yield (
                f"{path} {value:.40}",
                sealed(json.dumps(holed).replace(f'"{HOLE}"', value)),
            )
        if isinstance(path[-1], str):
            removed = changed(content, path, lambda holder, key: holder.pop(key))
            yield f"{path} missing", sealed(json.dumps(removed))
            for name in draw.sample(NAMES, len(NAMES) // 3):
                renamed = changed(content, path, rename(name))
                yield f"{path} named {name!r:.40}", sealed(json.dumps(renamed))
    yield "no confidence", sealed(json.dumps({**content, "confidence": None}))
    yield from of_the_first_format(content)
    yield from without_attention(content)
    yield from of_files(content)
    yield from nested(content)
    yield from encoded(text)
    yield from with_floats(content)
    yield from with_random_bytes(sealed(text))


def of_the_first_format(content):
    first = {**content, "format_version": 1}
    first["decoding"] = {"beam_size": 1, "length_penalty": 0.5}
    yield "format 1 with a confidence", sealed(json.dumps(first))
    del first["confidence"]
    yield "format 1", sealed(json.dumps(first))


def without_attention(content):
    graphs = json.loads(json.dumps(content["graphs"]))
    for name in ATTENTION_TENSORS:
        del graphs["encoder"]["outputs"][name]
        del graphs["decoder_step"]["inputs"][name]
    del graphs["decoder_step"]["outputs"][ALIGNMENT]
    confidence = {**content["confidence"], "features": ["length", "log_prob"]}
    found = {**content, "graphs": graphs}
    yield "a confidence by attention", sealed(json.dumps(found))
    found["confidence"] = confidence
    yield "a confidence without attention", sealed(json.dumps(found))


def of_files(content):
    entry = {"sha256": "0", "size": 1}
    for name in NAMES:
        for key in ("source", "target"):
            tokenizers = {**content["tokenizers"], key: name}
            files = {**content["files"], name: entry}
            found = {**content, "tokenizers": tokenizers, "files": files}
            yield f"file {name!r:.40}", sealed(json.dumps(found))
            found = {**content, "tokenizers": tokenizers}
            yield f"unlisted {name!r:.40}", sealed(json.dumps(found))
    for count in (63, 64, 65):
        many = {f"{place}.txt": entry for place in range(count - len(content["files"]))}
        found = {**content, "files": {**content["files"], **many}}
        yield f"{count} files", sealed(json.dumps(found))
        graphs = json.loads(json.dumps(content["graphs"]))
        outputs = graphs["encoder"]["outputs"]
        spec = {"dtype": "float32", "shape": []}
        outputs.update({f"x{place}": spec for place in range(count - len(outputs))})
        yield f"{count} tensors", sealed(json.dumps({**content, "graphs": graphs}))


def nested(content):
    for levels in (*range(25, 36), 500, 20_000):
        for value in (deep(levels), '{"a":' * levels + "1" + "}" * levels):
            text = json.dumps({**content, "scores": {"deep": HOLE}})
            yield f"{levels} levels", sealed(text.replace(f'"{HOLE}"', value))
    yield "brackets alone", b"[" * 200_000


def encoded(text):
    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"):
        whole = sealed(text).decode()
        yield encoding, whole.replace('"zh"', '"zh"').encode(encoding)
    whole = sealed(text)
    yield "two byte order marks", b"\xef\xbb\xbf" * 2 + whole
    for wrong in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xed\xa0\xbd\xed\xb8\x80"):
        yield f"bytes {wrong}", whole.replace(b'"zh"', b'"' + wrong + b'"')
    # The checksum is that of what lenient readers make of bytes that are no text.
    text_of_it = text.replace('"zh"', '"\ufffd"')
    yield "the character for what is no text", sealed(text_of_it)
    yield "no text", sealed(text_of_it).replace("\ufffd".encode(), b"\xff")
    for space in ("\u00a0", "\x0b", "\x0c", "\ufeff", "\x00", " ", "\r\n\t"):
        yield f"ends in {space!r}", whole + space.encode()
    yield "nothing", b""
    yield "more", whole + b"{}"
    yield "twice", whole.replace(b"{", b'{"format_version": 99, ', 1)
    yield "checksum of another", whole.replace(b"zh", b"ja")
    for value in (b"1", b"null", b'"\\u001b"', b"[]"):
        rest = text.removeprefix("{").encode()
        yield f"checksum {value}", b'{"checksum": ' + value + b", " + rest


def with_floats(content):
    draw = random.Random(7)
    for _ in range(40):
        values = [
            draw.uniform(-1, 1) * 10.0 ** draw.randint(-320, 308) for _ in range(50)
        ]
        values += [float(f"1e{power}") for power in range(-30, 30)]
        spellings = [draw.choice(["{!r}", "{:.3e}", "{:E}", "{:.20g}"]).format(value)
                     for value in values]  # fmt: skip
        text = json.dumps({**content, "scores": {"floats": HOLE}})
        yield "floats", sealed(text.replace(f'"{HOLE}"', f"[{', '.join(spellings)}]"))


def with_random_bytes(whole):
    draw = random.Random(11)
    for _ in range(2000):
        content = bytearray(whole)
        for _ in range(draw.randint(1, 3)):
            place = draw.randrange(len(content))
            kind = draw.random()
            if kind < 0.4:
                content[place] = draw.randrange(256)
            elif kind < 0.7:
                del content[place : place + draw.randint(1, 4)]
            else:
                content[place:place] = bytes(
                    draw.choices(b'{}[]",:0123456789.eE-+ \\u', k=2)
                )
        yield "random bytes", bytes(content)


def complaint_of(content):
    try:
        check_graphs(Manifest.from_json(content), "bundle.json")
    except BundleError as error:
        return str(error)
    return None


@pytest.fixture(scope="module")
def content(tiny):
    model = tiny.train_tokenizer(tiny.SOURCE_LINES, 80)
    size = Tokenizer(model).vocab_size
    bundle = tiny.build_bundle((model, model), (size, size), True, 1)
    content = json.loads(bundle.manifest.to_json())
    del content["checksum"]
    confidence = {
        "features": ["length", "coverage"],
        "means": [1.5, 0], "scales": [0.5, 2], "weights": [-0.25, 3.0], "bias": 1,
    }  # fmt: skip
    scores = {"bleu": 22.5, "note": "ＢＬＥＵ 😀"}
    return {**content, "confidence": confidence, "scores": scores}


def test_the_page_accepts_and_refuses_the_manifests_that_python_does(
    web_packages, content, tmp_path
):
    cases = [
        {
            "name": f"{place}: {name}",
            "content": base64.b64encode(manifest).decode(),
            "complaint": complaint_of(manifest),
        }
        for place, (name, manifest) in enumerate(manifests(content))
    ]
    accepted = sum(case["complaint"] is None for case in cases)
    assert accepted > 200
    assert len(cases) - accepted > 2000
    table = {name: value for name, value in vars(bounds).items() if name.isupper()}
    path = tmp_path / "verdicts.json"
    path.write_text(json.dumps({"bounds": table, "cases": cases}), encoding="utf-8")
    result = subprocess.run(
        ["npx", "vitest", "run", "tests/verdicts.test.ts"],
        cwd=web_packages.parent,
        env={**os.environ, "VITE_VERDICTS": str(path), "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"{result.stdout[-4000:]}\n{result.stderr[-8000:]}"
    assert "1 passed" in result.stdout
