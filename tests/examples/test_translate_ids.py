"""The example drives a bundle in another language, with `bundle.json` alone."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.text.tokenizer import Tokenizer

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "edge_runtime/web/node_modules/onnxruntime-web"
RUNTIME = PACKAGE / "dist/ort.node.min.mjs"


@pytest.fixture(scope="module")
def tiny():
    path = ROOT / "tests" / "edge_runtime" / "conftest.py"
    spec = importlib.util.spec_from_file_location("tiny_bundles", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module", params=[(True, 1, True), (False, 2, False)])
def bundle(request, tiny, tmp_path_factory):
    attention, states, shares_weights = request.param
    models = (
        tiny.train_tokenizer(tiny.SOURCE_LINES, 80),
        tiny.train_tokenizer(tiny.TARGET_LINES, 70),
    )
    sizes = [Tokenizer(model).vocab_size for model in models]
    files = tiny.build_bundle(models, sizes, attention, states)
    if shares_weights:
        files = files.with_shared_weights()
    return files.write(tmp_path_factory.mktemp("example") / "bundle")


def test_gives_the_ids_that_python_gives(bundle, tiny):
    if not shutil.which("node") or not RUNTIME.exists():
        pytest.skip("Node or onnxruntime-web is not installed: example not tested.")
    # The bundle's own limit, not the shorter one that Python gives short sentences.
    # And no check for loops, which the example does not have.
    options = DecodingOptions(beam_size=1, max_length_constant=1000, break_loops=False)
    translator = Translator(bundle, options)
    model = translator.model
    encoded = [model.source_tokenizer.encode(line) for line in tiny.SOURCE_LINES]
    result = subprocess.run(
        ["node", ROOT / "examples/translate_ids.mjs", bundle],
        input="".join(" ".join(map(str, ids)) + "\n" for ids in encoded),
        env={**os.environ, "ONNXRUNTIME": RUNTIME.as_uri()},
        check=True,
        capture_output=True,
        text=True,
    )
    lines = result.stdout.splitlines()
    assert len(lines) == len(tiny.SOURCE_LINES)
    for source, line in zip(tiny.SOURCE_LINES, lines, strict=True):
        found = model.target_tokenizer.decode([int(token) for token in line.split()])
        assert found == translator.translate(source).text
