"""A few of the cases that `benchmarks/hostile_bundles.py` multiplies."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def hostile_bundles():
    path = ROOT / "benchmarks" / "hostile_bundles.py"
    spec = importlib.util.spec_from_file_location("hostile_bundles", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory as Linux tells it")
def test_hostile_bundles_are_refused_or_translate(
    hostile_bundles, bundle, fixed_context_bundle
):
    good = [str(bundle), str(fixed_context_bundle)]
    found = list(hostile_bundles.outcomes(good, 0, 60))
    assert [seed for seed, _, _ in found] == list(range(60))
    words = {outcome.split()[0] for *_, outcome in found}
    assert words == {"refused", "translated"}
    assert {kind for _, kind, _ in found} == {"zip", "manifest", "graph", "tokenizer"}
