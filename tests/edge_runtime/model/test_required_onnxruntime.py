import dataclasses
import re

import onnxruntime
import pytest

from edge_runtime import BundleError, Translator
from edge_runtime.bundle.manifest import Manifest
from edge_runtime.model.required_onnxruntime import is_new_enough


@pytest.fixture
def require(attention_files, tmp_path):
    """Return a function that writes a bundle which states what it needs."""

    def require(stated, quantization="none"):
        manifest = dataclasses.replace(
            attention_files.manifest,
            quantization=quantization,
            versions={} if stated is None else {"required_onnxruntime": stated},
        )
        return dataclasses.replace(attention_files, manifest=manifest).write(
            tmp_path / "bundle"
        )

    return require


def test_a_bundle_that_needs_a_newer_onnxruntime_is_refused_and_both_are_named(require):
    installed = re.escape(onnxruntime.__version__)
    expected = rf"needs onnxruntime 99\.1 or newer\. Received: .*{installed}"
    with pytest.raises(BundleError, match=expected):
        Translator(require("99.1"))


@pytest.mark.parametrize("stated", ["1.20", "1.20.1", None])
def test_a_bundle_that_needs_an_older_one_translates(stated, require):
    assert Translator(require(stated)).translate("hello") is not None


def test_int4_that_states_nothing_needs_the_look_up_of_four_bits(require, monkeypatch):
    path = require(None, "int4")
    monkeypatch.setattr(onnxruntime, "__version__", "1.22.1")
    with pytest.raises(BundleError, match=r"needs onnxruntime 1\.23 or newer"):
        Translator(path)


@pytest.mark.parametrize("stated", ["", "1", "1.x", "\x1b[2J9.9", "9" * 9000, 9.9, [9]])
def test_what_is_no_version_is_not_taken_for_one(stated, attention_files):
    manifest = dataclasses.replace(
        attention_files.manifest, versions={"required_onnxruntime": stated}
    )
    read = Manifest.from_json(manifest.to_json())
    assert read.required_onnxruntime == "1.20"
    assert read.versions == manifest.versions


@pytest.mark.parametrize(
    ("installed", "expected"),
    [
        ("1.23.0", True),
        ("1.23.0.dev20250901", True),
        ("1.100.2", True),
        ("2.0.0", True),
        ("1.22.9", False),
        ("0.99.0", False),
    ],
)
def test_versions_are_compared_as_numbers(installed, expected, monkeypatch):
    monkeypatch.setattr(onnxruntime, "__version__", installed)
    assert is_new_enough("1.23") == expected
    assert is_new_enough("1.23.0") == expected
