"""The page refuses the graphs that Python refuses for what they hold.

What Python refuses for the memory and time that shapes ask for, the page does not.
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

from edge_runtime import BundleError
from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.model import graph_check
from edge_runtime.model.graph_check import check_graph_file
from edge_runtime.model.operators import OPERATORS, Made, Tensor

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
    monkeypatch.setattr(graph_check, "Tensor", lambda *given: Tensor(()), raising=True)


def complaint_of(content, spec):
    try:
        check_graph_file(content, spec, spec.file)
    except BundleError as error:
        return str(error)
    return None


def test_the_page_refuses_what_python_does(
    web_packages, change_message, without_shapes, tmp_path
):
    specs, cases = {}, []
    draw = random.Random(1)
    for bundle in (BUNDLES / "attention.zip", BUNDLES / "fixed_context_int8"):
        opened = open_bundle(bundle)
        for spec in (opened.manifest.encoder, opened.manifest.decoder_step):
            place = f"{bundle.name} {spec.file}"
            specs[place] = spec
            content = opened.read(spec.file)
            contents = [content]
            contents += [change_message(draw, content, "model") for _ in range(COUNT)]
            cases += [
                {
                    "name": f"{place} {number}",
                    "spec": place,
                    "content": base64.b64encode(changed).decode(),
                    "complaint": complaint_of(changed, spec),
                }
                for number, changed in enumerate(contents)
            ]
            assert cases[-len(contents)]["complaint"] is None
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
    path = tmp_path / "verdicts.json"
    path.write_text(
        json.dumps(
            {
                "operators": operators,
                "specs": {place: asdict(spec) for place, spec in specs.items()},
                "cases": cases,
            }
        ),
        encoding="utf-8",
    )
    result = subprocess.run(
        ["npx", "vitest", "run", "tests/graph_verdicts.test.ts"],
        cwd=web_packages.parent,
        env={**os.environ, "VITE_VERDICTS": str(path), "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"{result.stdout[-4000:]}\n{result.stderr[-8000:]}"
    assert "1 passed" in result.stdout
