"""A real bundle in the browser: the same translations, and how quickly they come.

BUNDLE=models/zh-en SENTENCES=test.zh python -m pytest -s tests/web/test_given_bundle.py
"""

import os
import statistics
from pathlib import Path

import pytest

from edge_runtime import DecodingOptions, Translator
from edge_runtime.bundle.manifest import Manifest

BEAM = {"beam_size": 4, "num_hypotheses": 4, "length_penalty": 0.6}
BEAM_OF_PAGE = {"beamSize": 4, "numHypotheses": 4, "lengthPenalty": 0.6}
LARGEST_PAGE = 5_000_000


@pytest.fixture(scope="module")
def bundle():
    if "BUNDLE" not in os.environ or "SENTENCES" not in os.environ:
        pytest.skip("BUNDLE and SENTENCES are not set: no real bundle was tried.")
    return Path(os.environ["BUNDLE"])


@pytest.fixture(scope="module")
def sentences(bundle):
    lines = Path(os.environ["SENTENCES"]).read_text(encoding="utf-8").splitlines()
    return lines[:1000]


def test_translates_as_python_does(run_scenario, bundle, sentences):
    results = run_scenario(
        "library", bundle, 580, lines=sentences, runs=[{"beamSize": 1}, BEAM_OF_PAGE]
    )
    manifest = Manifest.from_json((bundle / "bundle.json").read_bytes())
    # Integers are scaled by their values: a last bit of a float can turn one over.
    allowed = 0 if manifest.quantization in ("none", "fp16") else len(sentences) // 200
    translator = Translator(bundle)
    searches = ({"beam_size": 1}, BEAM)
    for options, result in zip(searches, results, strict=True):
        different = 0
        for line, found in zip(sentences, result["translations"], strict=True):
            translation = translator.translate(line, DecodingOptions(**options))
            every = (translation, *translation.alternatives)
            different += found["texts"] != [each.text for each in every]
        times = [found["milliseconds"] for found in result["translations"]]
        print(
            f"\nbeam {options['beam_size']}: {len(sentences) - different} of "
            f"{len(sentences)} identical; median {statistics.median(times):.1f} ms, "
            f"mean {statistics.mean(times):.1f} ms a sentence; load {load()}"
        )
        assert different <= allowed


def test_a_first_visit_is_light_and_quick(run_scenario, bundle, sentences):
    translator = Translator(bundle, DecodingOptions(beam_size=1))
    timed = next(
        line for line in sentences if len(translator.translate(line).tokens) == 14
    )
    found = run_scenario(
        "visit", bundle, text=sentences[0], timed=timed, typed=" ".join(sentences[:3])
    )
    assert found["first"] == translator.translate(sentences[0]).text
    size = sum(file.stat().st_size for file in bundle.iterdir())
    model_card = (bundle / "README.md").stat().st_size  # is not fetched
    page = found["bytes"] - size + model_card
    longest = max([*found["loadingTasks"], *found["typingTasks"], 0])
    print(
        f"\npage {page / 1e6:.2f} MB transferred; first translation "
        f"{found['coldMilliseconds'] / 1000:.2f} s after a cold start; then "
        f"{', '.join(found['times'])}; tasks above 50 ms: "
        f"{len(found['loadingTasks'])} while loading, {len(found['typingTasks'])} "
        f"while typing, longest {longest:.0f} ms; load {load()}"
    )
    assert page < LARGEST_PAGE
    assert found["coldMilliseconds"] < 3000


def test_works_without_a_network(run_scenario, bundle, sentences):
    found = run_scenario("offline", bundle, text=sentences[0])
    assert found["online"] == found["offline"] != ""
    print(f"\n{found['status']}: {sentences[0]} → {found['offline']}")


def load():
    return f"{os.getloadavg()[0]:.1f}"
