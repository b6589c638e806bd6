"""What the guide for phones shows works, on graphs in onnxruntime's own format."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from edge_runtime import DecodingOptions, Translator, contract
from edge_runtime.text.tokenizer import Tokenizer

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "mobile.md").read_text(encoding="utf-8")


def block(language):
    """Return the code blocks of the guide in one language."""
    return "".join(re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL))


@pytest.fixture(scope="module")
def tiny():
    path = ROOT / "tests" / "edge_runtime" / "conftest.py"
    spec = importlib.util.spec_from_file_location("tiny_bundles", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def files(tiny):
    models = (
        tiny.train_tokenizer(tiny.SOURCE_LINES, 80),
        tiny.train_tokenizer(tiny.TARGET_LINES, 70),
    )
    sizes = [Tokenizer(model).vocab_size for model in models]
    return tiny.build_bundle(models, sizes, True, 1)


@pytest.fixture(scope="module")
def converted(files):
    """The graphs as `export-onnx --format ort` writes them, and their operators."""
    ort_format = pytest.importorskip("export.graph.ort_format")
    graphs = {
        name: onnx.load_from_string(files.files[name])
        for name in (contract.ENCODER_FILE, contract.DECODER_STEP_FILE)
    }
    return ort_format.convert_to_ort(graphs)


def test_the_loop_gives_the_translations_of_the_runtime(
    files, converted, tiny, tmp_path, monkeypatch
):
    directory = files.write(tmp_path / "bundle")
    manifest = json.loads((directory / "bundle.json").read_text(encoding="utf-8"))
    for name, content in converted.items():
        (directory / name).write_bytes(content)
    for graph in manifest["graphs"].values():
        graph["file"] = graph["file"].replace(".onnx", ".ort")
    (directory / "bundle.json").write_text(json.dumps(manifest), encoding="utf-8")
    open_session = onnxruntime.InferenceSession

    def as_in_a_minimal_build(path):
        assert path.endswith(".ort")
        options = onnxruntime.SessionOptions()
        level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.graph_optimization_level = level
        return open_session(path, options)

    monkeypatch.setattr(onnxruntime, "InferenceSession", as_in_a_minimal_build)
    example = {}
    exec(block("python"), example)
    found = [example["translate"](directory, line) for line in tiny.SOURCE_LINES]
    monkeypatch.undo()
    # The bundle's own limit, not the shorter one that Python gives short sentences.
    # The loop of the guide goes on where a phrase repeats.
    options = DecodingOptions(beam_size=1, max_length_constant=1000, break_loops=False)
    translator = Translator(files.write(tmp_path / "onnx"), options)
    assert found == [translator.translate(line).text for line in tiny.SOURCE_LINES]


def test_the_operators_of_a_build_come_from_the_bundle(converted):
    operators = converted["required_operators_and_types.config"].decode()
    listed = {line.split(";")[0] for line in operators.splitlines() if line}
    assert listed >= {"ai.onnx"}
    for operator in ("LogSoftmax", "Gather", "MatMul", "Where"):
        assert operator in operators
    assert "Conv" not in operators
    # The guide's list has the same form, without types.
    shown = [line.split(";") for line in block("text").splitlines()]
    assert all(len(line) == 3 and line[1].isdigit() for line in shown)


@pytest.mark.parametrize("language", ["kotlin", "swift"])
def test_the_other_languages_name_tensors_that_exist(language):
    known = {contract.TOKEN_IDS, contract.LOG_PROBS}
    quoted = set(re.findall(r'"([a-z]+_[a-z_]+)"', block(language)))
    assert quoted
    assert quoted <= known
    assert re.search(r'"next_[\\$]', block(language))


def test_the_command_has_the_options():
    command = pytest.importorskip("export.cli").main
    known = {name for parameter in command.params for name in parameter.opts}
    (line,) = re.findall(r"^export-onnx .*$", block("sh"), re.MULTILINE)
    assert set(re.findall(r"--[a-z-]+", line)) <= known
