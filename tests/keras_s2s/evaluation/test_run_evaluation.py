import os
import subprocess
import sys

import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import keras

from edge_runtime import contract
from keras_s2s.config import Recipe
from keras_s2s.evaluation.evaluate import evaluate
from keras_s2s.evaluation.report import write_report
from keras_s2s.evaluation.translation_system import open_system
from keras_s2s.files.layouts import HISTORY_FILE
from keras_s2s.model.seq2seq import build_seq2seq
from keras_s2s.run.run_directory import save_weights, write_recipe

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def run(tokenizer, tmp_path_factory):
    """A run directory with random weights, as if after one epoch."""
    path = tmp_path_factory.mktemp("runs") / "random"
    path.mkdir()
    widths = ("embedding_dim", "encoder_units", "units", "attention_units")
    recipe = Recipe().with_settings(
        {
            **dict.fromkeys(widths, "8"),
            "source_language": "zh",
            "target_language": "en",
            "max_target_length": "12",
            "shared_vocabulary": "true",
        }
    )
    keras.utils.set_random_seed(1)
    sizes = (tokenizer.vocab_size, tokenizer.vocab_size)
    save_weights(build_seq2seq(recipe.model, *sizes).training, path, "best")
    write_recipe(recipe, path)
    (path / contract.SHARED_TOKENIZER_FILE).write_bytes(tokenizer.model)
    (path / HISTORY_FILE).write_text("epoch,loss,val_bleu\n1,5.5,0.1\n")
    return path


def test_a_run_is_opened_with_its_recipe_and_history(run):
    system = open_system(run)
    assert (system.name, system.kind) == ("random", "run")
    assert (system.source_language, system.target_language) == ("zh", "en")
    assert system.facts["model"]["units"] == 8
    assert system.history == ({"epoch": 1.0, "loss": 5.5, "val_bleu": 0.1},)


def test_a_run_is_evaluated_and_reported(run, sentences, tmp_path):
    system = open_system(run)
    evaluation = evaluate(
        system.translator,
        sentences[::10],
        sentences[::10],
        resamplings=10,
        latency_sentences=1,
    )
    assert all(found.alignment is not None for found in evaluation.translations)
    path = tmp_path / "report.html"
    write_report(system, evaluation, path)
    text = path.read_text(encoding="utf-8")
    for part in ("Training", "Alignments", "Recipe"):
        assert f"<h2>{part}</h2>" in text


@pytest.mark.parametrize("command", ["evaluate", "compare"])
def test_tensorflow_announces_nothing(command, run, copying_bundle, test_set):
    source, reference = test_set
    for path in test_set:
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:5]))
    systems = [run] if command == "evaluate" else [copying_bundle, run]
    # As a user has it, who has told TensorFlow nothing.
    environment = {
        name: value for name, value in os.environ.items() if name[:3] != "TF_"
    }
    done = subprocess.run(
        [
            *(sys.executable, "-m", "keras_s2s", command, *systems),
            *("--source", source, "--reference", reference),
        ],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_a_run_without_weights_is_refused(run, tmp_path):
    incomplete = tmp_path / "incomplete"
    incomplete.mkdir()
    for file in run.iterdir():
        if "weights" not in file.name:
            (incomplete / file.name).write_bytes(file.read_bytes())
    with pytest.raises(ValueError, match="has not come to a first checkpoint"):
        open_system(incomplete)
