"""The page refuses the graphs and tokenizer models that Python does.

What Python refuses for the memory and time that a graph's shapes ask for, the page does
not, and it reads fewer kinds of tokenizer models.
"""

import base64
import importlib.util
import json
import os
import random
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import sentencepiece
from packaging.version import Version

from edge_runtime import BundleError
from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.contract import SPECIAL_IDS
from edge_runtime.model import graph_check
from edge_runtime.model.graph_check import check_graph_file
from edge_runtime.model.operators import OPERATORS, Made, Tensor
from edge_runtime.text.tokenizer import Tokenizer

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BUNDLES = ROOT / "tests" / "edge_runtime" / "bundles" / "version_1"
COUNT = 150


@pytest.fixture(scope="module")
def change_message():
    path = ROOT / "benchmarks" / "hostile_bundles.py"
    spec = importlib.util.spec_from_file_location("hostile_bundles", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.change_message


@pytest.fixture
def without_shapes(monkeypatch):
    """Python's check as the page has it: shapes and costs are not followed."""

    def make(node, inputs):
        return Made([Tensor(())] * len(node.outputs))

    monkeypatch.setattr(
        graph_check,
        "OPERATORS",
        {name: replace(operator, rule=make) for name, operator in OPERATORS.items()},
    )
    monkeypatch.setattr(graph_check, "_check_cost", lambda *arguments: None)
    monkeypatch.setattr(graph_check, "_shape_of", lambda spec: ())
    monkeypatch.setattr(graph_check, "Tensor", lambda *given: Tensor(()))


def test_the_page_refuses_the_graphs_that_python_does(
    web_packages, change_message, without_shapes, tmp_path
):
    specs, cases = {}, []
    draw = random.Random(1)
    for bundle in (BUNDLES / "attention.zip", BUNDLES / "fixed_context_int8"):
        opened = open_bundle(bundle)
        for spec in (opened.manifest.encoder, opened.manifest.decoder_step):
            place = f"{bundle.name} {spec.file}"
            specs[place] = asdict(spec)
            content = opened.read(spec.file)
            assert graph_complaint(content, spec) is None
            for _ in range(COUNT):
                changed = change_message(draw, content, "model")
                complaint = graph_complaint(changed, spec)
                cases.append(case(place, changed, complaint))
    refused = sum(case["complaint"] is not None for case in cases)
    assert COUNT < refused < 3 * COUNT
    operators = {
        name: {
            "inputs": operator.inputs,
            "attributes": sorted(operator.attributes),
            "defaults": operator.defaults,
        }
        for name, operator in OPERATORS.items()
    }
    verdicts = {"kind": "graphs", "operators": operators, "specs": specs}
    compare(web_packages, tmp_path, {**verdicts, "cases": cases})


@pytest.mark.skipif(
    Version(sentencepiece.__version__) < Version("0.2.3"),
    reason="SentencePiece before 0.2.3 accepts broken tries, which the page refuses.",
)
def test_the_page_refuses_the_tokenizer_models_that_python_does(
    web_packages, change_message, tiny, tmp_path
):
    models = {
        "normalizing": open_bundle(BUNDLES / "attention.zip").read("source.spm"),
        "folding case": (BUNDLES / "fixed_context_int8" / "shared.spm").read_bytes(),
        "tiny": tiny.train_tokenizer(tiny.SOURCE_LINES, 80),
    }
    cases = []
    draw = random.Random(1)
    for name, model in models.items():
        assert tokenizer_complaint(model) is None
        for _ in range(COUNT):
            changed = change_message(draw, model, "pieces")
            cases.append(case(name, changed, tokenizer_complaint(changed)))
    refused = sum(case["complaint"] is not None for case in cases)
    assert COUNT // 2 < refused < 2 * COUNT
    compare(web_packages, tmp_path, {"kind": "tokenizers", "cases": cases})


def case(name, content, complaint):
    content = base64.b64encode(content).decode()
    return {"name": name, "content": content, "complaint": complaint}


def graph_complaint(content, spec):
    try:
        check_graph_file(content, spec, spec.file)
    except BundleError as error:
        return str(error)
    return None


def tokenizer_complaint(content):
    try:
        tokenizer = Tokenizer(content)
        tokenizer.pieces  # noqa: B018 (read at once, as a bundle's are)
    except ValueError as error:
        return str(error)
    special_ids = tokenizer.special_ids
    return None if special_ids == SPECIAL_IDS else f"special ids {special_ids}"


def compare(web_packages, tmp_path, verdicts):
    path = tmp_path / "verdicts.json"
    path.write_text(json.dumps(verdicts), encoding="utf-8")
    result = subprocess.run(
        ["npx", "vitest", "run", "tests/changed_files.test.ts"],
        cwd=web_packages.parent,
        env={**os.environ, "VITE_VERDICTS": str(path), "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"{result.stdout[-4000:]}\n{result.stderr[-8000:]}"
    assert "1 passed" in result.stdout
