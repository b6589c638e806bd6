"""Run directories of earlier versions still load, translate and export."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from edge_runtime import Translator
from export.pipeline import export_bundle
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.run.run_directory import load_run
from keras_s2s.run.run_file import RunError

pytestmark = pytest.mark.train

RUNS = Path(__file__).parent / "earlier_runs"
NAMES = ["attention_gru", "fixed_context_lstm"]


def translations(name):
    return json.loads((RUNS / name / "translations.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_it_translates_as_it_did(name):
    run = load_run(RUNS / name)
    translator = Translator(
        keras_translation_model(
            run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
        )
    )
    for source, target in translations(name).items():
        assert translator.translate(source).text == target


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_exports_to_a_bundle_that_translates_as_it_did(name, tmp_path):
    export_bundle(load_run(RUNS / name), tmp_path / "bundle")
    translator = Translator(tmp_path / "bundle")
    for source, target in translations(name).items():
        assert translator.translate(source).text == target


@pytest.mark.parametrize("change", ["cut", "other link", "other weight", "no layer"])
def test_damaged_weights_are_one_line(change, tmp_path):
    path = shutil.copytree(RUNS / "fixed_context_lstm", tmp_path / "run")
    file = path / "best.weights.h5"
    if change == "cut":
        file.write_bytes(file.read_bytes()[:5000])
    else:
        with h5py.File(file, "r+") as weights:
            layers = weights["layers"]
            if change == "other link":
                del layers["embedding"]
                layers["embedding"] = h5py.ExternalLink("/etc/hostname", "/")
            elif change == "other weight":
                layers.create_group("attention").create_group("vars")["0"] = np.ones(3)
            else:
                del layers["dense"]
    with pytest.raises(RunError, match=r"best\.weights\.h5 does not fit config\.json"):
        load_run(path)
