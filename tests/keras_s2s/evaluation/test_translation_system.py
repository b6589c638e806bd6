import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edge_runtime.errors import BundleError
from edge_runtime.translation.decoding_options import DecodingOptions
from keras_s2s.evaluation.translation_system import open_system, read_history


def test_a_bundle_directory_is_opened(copying_bundle):
    system = open_system(copying_bundle)
    assert (system.name, system.kind) == ("copying", "bundle")
    assert (system.source_language, system.target_language) == ("en", "en")
    assert system.facts["architecture"] == {"attention": "bahdanau"}
    assert system.model_card.startswith("# A translator that copies")
    assert system.translator.translate("one two").text == "one two"


def test_a_zipped_bundle_is_opened(copying_bundle, tmp_path):
    path = tmp_path / "copying.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in copying_bundle.iterdir():
            archive.write(file, file.name)
    system = open_system(path)
    assert system.kind == "bundle"
    assert system.translator.translate("three").text == "three"


def test_options_become_the_translators(copying_bundle):
    system = open_system(copying_bundle, DecodingOptions(max_length=1))
    assert len(system.translator.translate("one two three").tokens) == 1


def test_a_path_that_is_neither_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"run directory .* or a bundle"):
        open_system(tmp_path)
    with pytest.raises(ValueError, match="does not exist"):
        open_system(tmp_path / "missing")


@pytest.mark.parametrize("is_pipe", [True, False])
def test_a_pipe_or_a_device_is_no_system_and_is_not_read(tmp_path, is_pipe, ends_soon):
    path = Path("/dev/zero")
    if is_pipe:
        path = tmp_path / "pipe"
        os.mkfifo(path)
    elif not path.exists():
        pytest.skip("Unix's endless device")
    with pytest.raises(ValueError, match=r"run directory .* or a bundle"):
        open_system(path)


def test_a_damaged_bundle_is_refused(write_copying_bundle, tmp_path):
    path = write_copying_bundle(tmp_path / "damaged")
    (path / "encoder.onnx").unlink()
    with pytest.raises(BundleError, match=r"encoder\.onnx"):
        open_system(path)


def test_history_skips_what_an_epoch_did_not_log(tmp_path):
    path = tmp_path / "history.csv"
    path.write_text("epoch,loss,val_bleu\n1,5.5,\n2,4.25,10.0\n")
    assert read_history(path) == (
        {"epoch": 1.0, "loss": 5.5},
        {"epoch": 2.0, "loss": 4.25, "val_bleu": 10.0},
    )


def test_a_run_without_history_has_none(tmp_path):
    assert read_history(tmp_path / "history.csv") == ()


def test_a_bundle_is_evaluated_without_tensorflow(copying_bundle, test_set, tmp_path):
    source, reference = test_set
    results = tmp_path / "results.json"
    arguments = [
        "evaluate",
        str(copying_bundle),
        *("--source", str(source)),
        *("--reference", str(reference)),
        *("--json", str(results)),
        *("--report", str(tmp_path / "report.html")),
        *("--length-chart", str(tmp_path / "chart.png")),
    ]
    program = (
        "import sys\n"
        "from keras_s2s.cli import main\n"
        f"main({arguments!r}, standalone_mode=False)\n"
        "heavy = {'tensorflow', 'keras'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(results.read_text())["bleu"]["value"] == pytest.approx(100)
