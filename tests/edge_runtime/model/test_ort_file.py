"""Graphs in onnxruntime's own format are held to the rules of ONNX files."""

from dataclasses import replace

import numpy as np
import onnxruntime
import pytest

from edge_runtime import BundleError, Translator
from edge_runtime.model.graph_check import check_graph_file
from edge_runtime.model.ort_file import read_ort
from edge_runtime.model.sessions import open_session

SENTENCE = "我爱吃苹果。"


@pytest.fixture(scope="module")
def ort_files(attention_files, tmp_path_factory):
    """The bundle with attention, its graphs as `.ort` files."""
    directory = tmp_path_factory.mktemp("ort")
    manifest, changed = attention_files.manifest, attention_files
    for field in ("encoder", "decoder_step"):
        graph = getattr(manifest, field)
        path = directory / f"{field}.ort"
        options = onnxruntime.SessionOptions()
        options.optimized_model_filepath = str(path)
        options.add_session_config_entry("session.save_model_format", "ORT")
        options.log_severity_level = 3
        onnxruntime.InferenceSession(
            attention_files.files[graph.file], options, ["CPUExecutionProvider"]
        )
        changed = changed.with_file(path.name, path.read_bytes())
        manifest = replace(manifest, **{field: replace(graph, file=path.name)})
    return replace(changed, manifest=replace(manifest, files=changed.manifest.files))


@pytest.fixture(scope="module")
def step(ort_files):
    return ort_files.files["decoder_step.ort"], ort_files.manifest.decoder_step


def test_a_bundle_of_ort_files_translates_like_the_other(
    ort_files, translator, tmp_path
):
    path = ort_files.write(tmp_path / "b")
    assert Translator(path).translate(SENTENCE) == translator.translate(SENTENCE)


def test_it_is_read_as_onnxruntime_reads_it(step):
    content, spec = step
    graph = read_ort(content)
    assert set(graph.inputs) == set(spec.inputs)
    weights = {weight.name: weight.shape for weight in graph.weights}
    assert weights["kernel"] == (8, spec.outputs["log_probs"].shape[1])
    assert graph.nodes[-1].operator == "LogSoftmax"


def test_other_operators_are_refused(step, ort_files, tmp_path):
    content, spec = step
    assert b"\x04\x00\x00\x00Tanh\x00" in content
    changed = content.replace(b"\x04\x00\x00\x00Tanh\x00", b"\x04\x00\x00\x00Loop\x00")
    with pytest.raises(BundleError, match=r"operators must be .* Received: Loop"):
        check_graph_file(changed, spec, "step")
    path = ort_files.with_file("decoder_step.ort", changed).write(tmp_path / "b")
    with pytest.raises(BundleError, match="Received: Loop"):
        Translator(path)


def test_a_weight_of_another_size_is_refused(step):
    content, spec = step
    size = spec.outputs["log_probs"].shape[1]
    shape = np.array([8, size], dtype="<i8").tobytes()
    assert shape in content
    changed = content.replace(shape, np.array([8, 2**40], dtype="<i8").tobytes())
    with pytest.raises(BundleError, match="must hold as many elements"):
        check_graph_file(changed, spec, "step")


def test_every_cut_and_every_changed_byte_is_refused_or_understood(step):
    content, spec = step
    refused = 0
    rng = np.random.default_rng(0)
    for place in rng.choice(len(content), 400):
        changed = bytearray(content)
        changed[place] ^= 1 << rng.integers(8)
        for hostile in (bytes(changed), content[:place]):
            try:
                check_graph_file(hostile, spec, "step")
            except BundleError as error:
                refused += 1
                assert str(error)
    assert refused > 400


def test_what_stands_in_two_places_is_refused(step):
    """A few bytes a place would make a small file cost as much as a large one."""
    content, spec = step
    root = int.from_bytes(content[:4], "little")
    changed = bytearray(content)
    # Each offset of a vector of tables in turn, pointed at the table before it.
    found = 0
    for place in range(root, len(content) - 8, 4):
        first, second = (
            int.from_bytes(content[at : at + 4], "little") for at in (place, place + 4)
        )
        if 4 < first < len(content) - place and second != first - 4:
            changed[place + 4 : place + 8] = (first - 4).to_bytes(4, "little")
            try:
                check_graph_file(bytes(changed), spec, "step")
            except BundleError as error:
                found += "must not stand in two places" in str(error)
            changed[place + 4 : place + 8] = content[place + 4 : place + 8]
        if found > 5:
            break
    assert found > 5


def test_nothing_is_printed_about_a_file_that_cannot_be_loaded(step, capfd):
    """Standard output is for translations."""
    content, spec = step
    errors = []
    for place in range(0, len(content) - 4, 4):
        if content[place : place + 4] == b"\x06\0\0\0":  # int32, among others
            changed = bytearray(content)
            changed[place + 3] = 0x20
            try:
                open_session(bytes(changed), spec, "step", 1)
            except BundleError as error:
                errors.append(str(error))
    assert any("Invalid tensor data type" in error for error in errors)
    assert capfd.readouterr().out == ""
