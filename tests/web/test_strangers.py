"""Bundles of strangers in the browser: nothing of them runs, stays or takes over."""

import hashlib
import io
import random
import struct
import zipfile
from dataclasses import replace

import numpy as np
import onnx
import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.bundle.manifest import sha256_of
from edge_runtime.contract import DECODER_STEP_FILE, ENCODER_FILE, MANIFEST_FILE

pytestmark = pytest.mark.slow

TEXT = "我爱吃苹果。"
SCRIPT = "localStorage.setItem('evil', 'ran'); globalThis.evil = 'ran'"
PAGE = f"<!doctype html><script>{SCRIPT}</script>"


@pytest.fixture(scope="module")
def files(shared_files):
    return shared_files


@pytest.fixture(scope="module")
def bundle(files, tmp_path_factory):
    return files.write(tmp_path_factory.mktemp("bundles") / "good")


@pytest.fixture(scope="module")
def stranger(files, tmp_path_factory):
    """A bundle with a page and a script beside its files, and within them."""
    encoder = onnx.load_from_string(files.files[ENCODER_FILE])
    encoder.producer_name = PAGE
    step = onnx.load_from_string(files.files[DECODER_STEP_FILE])
    step.producer_name = f"\n{SCRIPT}//"
    manifest = files.manifest
    for name, content in {
        "evil.html": PAGE.encode(),
        "evil.js": SCRIPT.encode(),
        "encoder.html": encoder.SerializeToString(),
        "decoder.js": step.SerializeToString(),
    }.items():
        files = files.with_file(name, content)
    return files.write(
        tmp_path_factory.mktemp("bundles") / "stranger",
        encoder=replace(manifest.encoder, file="encoder.html"),
        decoder_step=replace(manifest.decoder_step, file="decoder.js"),
        source_language="ja",
    )


def test_a_link_does_not_choose_the_model(run_scenario, bundle):
    elsewhere = "http://127.0.0.1:9/other/"
    found = run_scenario("link", bundle, elsewhere=elsewhere)
    assert found["languages"] == "中文 → English"
    assert not [url for url in found["requested"] if "other" in url.partition("?")[0]]
    assert any(url.endswith("/bundle/bundle.json") for url in found["requested"])


def test_nothing_in_a_bundle_runs_on_the_page_s_origin(run_scenario, stranger):
    names = ["evil.html", "evil.js", "encoder.html", "decoder.js"]
    found = run_scenario("stranger", stranger, names=names)
    for name, status in zip(names, (404, 404, 200, 200), strict=True):
        assert found["found"][name] == {
            "status": status,
            "script": "blocked",
            "module": "TypeError",
            "worker": "TypeError" if status == 404 else "SecurityError",
        }
    assert found["elsewhere"] == "TypeError"
    assert found["evil"] is None
    assert found["after"] == found["before"]


def test_nothing_of_a_bundle_stays_when_another_is_served(
    run_scenario, stranger, bundle
):
    found = run_scenario("successors", stranger, then=bundle)
    url = found["url"]
    digests = [
        hashlib.sha256((path / MANIFEST_FILE).read_bytes()).hexdigest()
        for path in (stranger, bundle)
    ]
    for state, digest in zip((found["first"], found["second"]), digests, strict=True):
        assert state["workers"] == [url]
        # What a user has translated stays theirs, whichever bundle is served.
        names = set(state["caches"]) - {f"keras-s2s history {url}"}
        page, copy = sorted(names, key=lambda name: "bundle" in name)
        assert page.startswith(f"keras-s2s page {url} ")
        assert copy == f"keras-s2s bundle {url}bundle/ {digest}"
        hashes = [key.rpartition("/")[2] for key in state["caches"][copy]]
        assert len(hashes) == 4
    kept = {sha256_of(file.read_bytes()) for file in bundle.iterdir()}
    assert {name.removeprefix("sha256-") for name in hashes} - kept == {MANIFEST_FILE}
    assert found["languages"] == "中文 → English"
    assert found["other"] == {"worker": False, "title": "another program"}
    assert found["title"] == "another program"
    assert found["last"] == {"workers": [], "caches": {}}


def test_archives_are_bounded_and_explained(run_scenario, files, bundle, tmp_path):
    looping = files.with_file(ENCODER_FILE, with_loop(files.files[ENCODER_FILE])).write(
        tmp_path / "looping"
    )
    archives = {
        # What is for people may be edited.
        "": {
            f"folder/{name}": b"edited" if name == "README.md" else content
            for name, content in contents(bundle).items()
        },
        "at most 256 entries": {f"{place}.txt": b"" for place in range(300)},
        "plain file names": {**contents(bundle), "../x": b""},
        "one bundle": {"a/bundle.json": b"", "b/bundle.json": b""},
        "10 times its bytes": {**contents(bundle), "encoder.onnx": bytes(50_000_000)},
        "has more than 1048576 bytes": {
            "bundle.json": random.Random(1).randbytes(1_200_000)
        },
        "has no bundle.json": {"README.md": b""},
        "an attribute must have no fields but": contents(looping),
        **shapes_and_numbers(files, tmp_path),
    }
    paths = []
    for place, entries in enumerate(archives.values()):
        paths.append(tmp_path / f"{place}.zip")
        paths[-1].write_bytes(zipped(entries))
    liar, overlapping = damaged(zipped(contents(bundle)))
    for name, content in (("liar", liar), ("overlapping", overlapping)):
        paths.append(tmp_path / f"{name}.zip")
        paths[-1].write_bytes(content)
    misnamed = zipped(contents(bundle)).replace(b"encoder.onnx", b"another.onnx", 1)
    paths.append(tmp_path / "misnamed.zip")
    paths[-1].write_bytes(misnamed)
    complaints = [
        *archives,
        "has more than",
        "two files in the same bytes",
        "encoder.onnx is not in place",
    ]
    found = run_scenario(
        "archives", bundle, text=TEXT, archives=[str(path) for path in paths]
    )
    for complaint, result in zip(complaints, found["results"], strict=True):
        assert complaint in result["message"]
        assert ("cannot be used" in result["message"]) == bool(complaint)
        assert result["milliseconds"] < 20_000
    expected = Translator(bundle).translate(TEXT, DecodingOptions(beam_size=1)).text
    assert found["translation"] == expected


def contents(bundle):
    return {file.name: file.read_bytes() for file in bundle.iterdir()}


def zipped(entries):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as whole:
        for name, content in entries.items():
            whole.writestr(name, content)
    return archive.getvalue()


def damaged(archive):
    """An archive that says less than it unpacks to, and one of shared bytes."""
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        first, second = whole.infolist()[:2]
        begin = whole.start_dir
        manifest = whole.getinfo(MANIFEST_FILE)
    places = {}
    at = begin
    while archive[at : at + 4] == b"PK\1\2":
        lengths = struct.unpack_from("<HHH", archive, at + 28)
        places[archive[at + 46 : at + 46 + lengths[0]].decode()] = at
        at += 46 + sum(lengths)
    liar = bytearray(archive)
    struct.pack_into("<I", liar, places[MANIFEST_FILE] + 24, manifest.file_size - 9)
    overlapping = bytearray(archive)
    struct.pack_into(
        "<I", overlapping, places[second.filename] + 42, first.header_offset
    )
    return bytes(liar), bytes(overlapping)


def with_loop(content):
    """The graph with a loop before it that does not end."""
    model = onnx.load_from_string(content)
    make = onnx.helper.make_tensor_value_info
    body = onnx.helper.make_graph(
        [onnx.helper.make_node("Identity", ["going"], ["goes_on"])],
        "body",
        [make("round", 7, []), make("going", 9, [])],
        [make("goes_on", 9, [])],
    )
    always = onnx.numpy_helper.from_array(np.array(True), "always")
    model.graph.initializer.append(always)
    loop = onnx.helper.make_node("Loop", ["", "always"], [], body=body)
    model.graph.node.insert(0, loop)
    return model.SerializeToString()


def shapes_and_numbers(files, tmp_path):
    """Bundles whose step predicts one token alone, or returns no numbers."""
    found = {}
    for complaint, node in {
        "no model that onnxruntime runs": (
            "ReduceMax",
            {"keepdims": 1},
            ["log_probs_", "axes"],
        ),
        "must be numbers": ("Mul", {}, ["log_probs_", "no_number"]),
    }.items():
        model = onnx.load_from_string(files.files[DECODER_STEP_FILE])
        for old in model.graph.node:
            for place, name in enumerate(old.output):
                if name == "log_probs":
                    old.output[place] = "log_probs_"
        axes = onnx.helper.make_tensor("axes", 7, [1], [1])
        no_number = onnx.numpy_helper.from_array(np.array(np.nan, "f4"), "no_number")
        model.graph.initializer.extend([axes, no_number])
        operator, attributes, inputs = node
        model.graph.node.append(
            onnx.helper.make_node(operator, inputs, ["log_probs"], **attributes)
        )
        step = files.with_file(DECODER_STEP_FILE, model.SerializeToString())
        found[complaint] = contents(step.write(tmp_path / operator))
    return found
