import dataclasses
import json

import pytest

from edge_runtime.bundle.manifest import DecodingDefaults, Manifest, sha256_of
from edge_runtime.contract import SPAN_KINDS
from edge_runtime.errors import BundleError


@pytest.fixture
def manifest(attention_files):
    return dataclasses.replace(
        attention_files.manifest, scores={"bleu": 22.5, "signature": "nrefs:1|…"}
    )


@pytest.fixture
def content(manifest):
    return json.loads(manifest.to_json())


def resealed(content):
    """The text of a manifest whose checksum fits the changed content."""
    rest = {key: value for key, value in content.items() if key != "checksum"}
    canonical = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return json.dumps({**rest, "checksum": sha256_of(canonical.encode())})


def test_json_round_trip(manifest, confidence_model):
    assert Manifest.from_json(manifest.to_json()) == manifest
    confident = dataclasses.replace(manifest, confidence=confidence_model)
    assert Manifest.from_json(confident.to_json()) == confident


def test_the_file_reads_as_documented(content):
    assert content["format_version"] == 2
    assert content["special_ids"] == {"pad": 0, "unk": 1, "bos": 2, "eos": 3}
    assert content["tokenizers"] == {"source": "source.spm", "target": "target.spm"}
    assert content["graphs"]["encoder"]["inputs"] == {
        "source_ids": {"dtype": "int32", "shape": ["batch", "source_length"]}
    }
    assert content["limits"] == {"max_source_length": 30, "max_target_length": 20}
    assert content["decoding"] == {
        "beam_size": 1, "length_penalty": 0.0,
        "split_sentences": True, "carry": list(SPAN_KINDS),
    }  # fmt: skip


def test_the_first_format_is_read(content):
    content["format_version"] = 1
    content["decoding"] = {"beam_size": 3, "length_penalty": 0.5}
    with pytest.raises(BundleError, match="unknown confidence"):
        Manifest.from_json(resealed(content))
    del content["confidence"]
    manifest = Manifest.from_json(resealed(content))
    assert manifest.decoding == DecodingDefaults(3, 0.5, True, SPAN_KINDS)
    assert Manifest.from_json(manifest.to_json()) == manifest


@pytest.mark.parametrize(
    ("key", "value"),
    [("split_sentences", 1), ("carry", "tag"), ("carry", ["word"]), ("carry", [1])],
)
def test_options_of_a_wrong_kind_are_refused(content, key, value):
    content["decoding"][key] = value
    with pytest.raises(BundleError, match=f"decoding, {key} must be"):
        Manifest.from_json(resealed(content))


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("features", "length", "features must be a list of different names"),
        ("features", ["length", "mood"], "among mean_log_prob"),
        ("features", ["length", "length"], "must be a list of different names"),
        ("features", [[], "length"], "must be a list of different names"),
        ("means", [0.0], "means must be a list of 2 numbers"),
        ("scales", 1.0, "scales must be a list of 2 numbers"),
        ("scales", [1.0, 0.0], "scales must be at least 1e-06"),
        ("scales", [1.0, -1.0], "scales must be at least 1e-06"),
        ("weights", [1.0, "1"], "weights must be a number of at least -1000000.0"),
        ("weights", [1.0, True], "weights must be a number"),
        ("weights", [1.0, 1e7], "and at most 1000000.0"),
        ("bias", None, "bias must be a number"),
        ("mood", 1, "unknown mood"),
    ],
)
def test_a_confidence_that_cannot_be_computed_is_refused(content, key, value, message):
    content["confidence"] = {
        "features": ["length", "mean_log_prob"],
        "means": [0.0, 1], "scales": [1.0, 2], "weights": [0.5, -1], "bias": 0,
    }  # fmt: skip
    assert Manifest.from_json(resealed(content)).confidence.means == (0.0, 1.0)
    content["confidence"][key] = value
    with pytest.raises(BundleError, match=message):
        Manifest.from_json(resealed(content))


@pytest.mark.parametrize("value", [False, 0, [], "none"])
def test_a_confidence_is_an_object_or_null(content, value):
    content["confidence"] = value
    with pytest.raises(BundleError, match="confidence must be a JSON object"):
        Manifest.from_json(resealed(content))


def test_a_newer_format_is_refused_and_both_versions_named(content):
    content["format_version"] = 3
    content["a_key_of_the_future"] = True
    with pytest.raises(BundleError, match=r"format 3 .* \(reads 1 to 2\)\. Upgrade"):
        Manifest.from_json(json.dumps(content))


def test_missing_and_unknown_keys_are_named_at_once(content):
    del content["limits"], content["quantization"]
    content["beam"] = 4
    with pytest.raises(BundleError, match="missing limits, quantization; unknown beam"):
        Manifest.from_json(json.dumps(content))


def test_a_missing_key_alone_is_refused(content):
    del content["limits"]["max_source_length"]
    with pytest.raises(
        BundleError, match=r"limits must have .* missing max_source_len"
    ):
        Manifest.from_json(resealed(content))


@pytest.mark.parametrize("place", ["graphs", "limits", "decoding", "tokenizers"])
def test_unknown_keys_are_refused_in_every_object(content, place):
    content[place]["surprise"] = 1
    with pytest.raises(BundleError, match=f"{place} must have .* unknown surprise"):
        Manifest.from_json(resealed(content))


@pytest.mark.parametrize("place", ["scores", "versions", "architecture"])
def test_free_objects_take_any_key(content, place):
    content[place]["surprise"] = {"nested": [1, None, "x"]}
    manifest = Manifest.from_json(resealed(content))
    assert getattr(manifest, place)["surprise"] == {"nested": [1, None, "x"]}


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("format_version", "1", "format_version must be an integer"),
        ("format_version", 0, "at least 1"),
        ("format_version", None, "must have the key format_version"),
        ("source_language", 5, "source_language must be text"),
        ("source_language", "\ud800", "must hold text alone"),
        ("source_language", "\x1b[2J", "source_language must be text of at most"),
        ("source_language", "é" * 128, "at most 255 bytes"),
        ("target_language", "\x9b", "without control characters"),
        ("quantization", "a\nb", "without control characters"),
        ("limits.max_source_length", 2, "at least 3"),
        ("limits.max_target_length", True, "must be an integer"),
        ("decoding.beam_size", 1.5, "must be an integer"),
        ("decoding.beam_size", 10**9, "at least 1 and at most 100"),
        ("decoding.length_penalty", -1, "at least 0"),
        ("decoding.length_penalty", 1e9, "at most 10"),
        ("decoding.length_penalty", 1e308, "at most 10"),
        ("limits.max_source_length", 10**9, "at most 10000"),
        ("limits.max_target_length", 10_001, "at most 10000"),
        ("scores", {"bleu": 2**53}, "integers of at most 9007199254740991"),
        ("versions", {"keras": [-(2**53)]}, "integers of at most"),
        ("versions", {"\udfff": 1}, "must hold text alone"),
        ("files", {f"{n}.spm": 1 for n in range(65)}, "at most 64 entries"),
        ("graphs.encoder.inputs", {f"x{n}": 1 for n in range(65)}, "at most 64"),
        ("graphs.encoder.inputs", {"\x1b": 1}, "without control characters"),
        ("graphs.encoder.inputs.source_ids.shape", [1] * 9, "at most 8 axes"),
        ("graphs.encoder.inputs.source_ids.shape", ["\x07"], "control characters"),
        ("graphs.encoder.inputs.source_ids.shape", [10**7 + 1], "at most 10000000"),
        ("files.encoder\\.onnx.size", 2**32 + 1, "at most 4294967296"),
        ("special_ids.bos", 1, "special_ids must be"),
        ("files", [], "files must be a JSON object"),
        ("graphs.encoder.inputs.source_ids.shape", "batch", "shape must be a list"),
        ("graphs.encoder.inputs.source_ids.shape", [None], "must be an integer"),
        ("graphs.encoder.file", "other.onnx", "Missing: other.onnx"),
        ("tokenizers.source", "other.spm", "Missing: other.spm"),
        ("scores", 1, "scores must be a JSON object"),
    ],
)
def test_a_wrong_value_is_refused_by_name(content, path, value, message):
    *parents, last = (
        part.replace("/", ".") for part in path.replace("\\.", "/").split(".")
    )
    place = content
    for parent in parents:
        place = place[parent]
    place[last] = value
    with pytest.raises(BundleError, match=message):
        Manifest.from_json(resealed(content))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        *(
            (name, "must be plain file names")
            for name in ("../x", "a/b", "a\\b", "..", "", "c:x", "/etc/passwd")
        ),
        ("a\0", "without control characters"),
        ("a" * 256, "at most 255 bytes"),
    ],
)
def test_a_file_outside_the_bundle_is_refused(content, name, message):
    content["files"][name] = {"sha256": "0", "size": 1}
    with pytest.raises(BundleError, match=message):
        Manifest.from_json(resealed(content))


def test_an_edited_manifest_is_refused(manifest):
    text = manifest.to_json()
    edited = text.replace('"max_target_length": 20', '"max_target_length": 2')
    assert edited != text
    with pytest.raises(BundleError, match="was changed after it was written"):
        Manifest.from_json(edited)


def test_other_spacing_is_no_edit(manifest, content):
    assert Manifest.from_json(json.dumps(content)) == manifest


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "nonsense", b"\xff\xfe\x00"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(BundleError, match="is not valid JSON"):
        Manifest.from_json(text)


@pytest.mark.parametrize("text", ["[]", "1", "null", '"x"'])
def test_json_that_is_no_object_is_refused(text):
    with pytest.raises(BundleError, match="must be a JSON object"):
        Manifest.from_json(text)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_json_does_not_have_are_refused(content, number):
    content["scores"] = {"bleu": 12345.5}
    text = json.dumps(content).replace("12345.5", number)
    with pytest.raises(BundleError, match=r"is not valid JSON|must hold finite"):
        Manifest.from_json(text)


def test_deep_nesting_is_refused(content):
    deep = []
    for _ in range(40):
        deep = [deep]
    content["scores"] = {"deep": deep}
    with pytest.raises(BundleError, match="must not nest deeper than 32 levels"):
        Manifest.from_json(resealed(content))


def test_an_integer_of_a_million_digits_is_refused(content):
    text = json.dumps(content).replace('"format_version": 2', f'"x": {"9" * 10**6}')
    with pytest.raises(BundleError):
        Manifest.from_json(text)


def test_the_files_that_are_used_are_named(manifest):
    assert manifest.used_files == (
        "encoder.onnx", "decoder_step.onnx", "source.spm", "target.spm",
    )  # fmt: skip
