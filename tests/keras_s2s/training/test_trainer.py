import csv
import errno
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")
import tensorflow as tf

from command_runner import command_runner
from edge_runtime.translation.translator import Translator
from keras_s2s.cli import main
from keras_s2s.data.corpus import CorpusError, ParallelCorpus
from keras_s2s.data.encoded_corpus import encode_corpus
from keras_s2s.data.tokenizer_training import TokenizerTrainingError
from keras_s2s.evaluation.scores.bleu import corpus_bleu, corpus_chrf
from keras_s2s.files.layout import LOCK_FILE
from keras_s2s.files.layouts import RUN
from keras_s2s.files.lock import InUseError
from keras_s2s.files.new_directory import DirectoryError
from keras_s2s.run.keras_model import keras_translation_model
from keras_s2s.run.run_directory import load_run, read_recipe, weights_file
from keras_s2s.run.run_file import RunError
from keras_s2s.training import callbacks, trainer
from keras_s2s.training.callbacks import TrainingDivergedError
from keras_s2s.training.prepared_training import prepare_training
from keras_s2s.training.trainer import train
from keras_s2s.training.training_data import TrainingData

pytestmark = [pytest.mark.train, pytest.mark.slow]


def weights_of(run):
    return run.seq2seq.training.get_weights()


def assert_equal_weights(first, second):
    for one, other in zip(weights_of(first), weights_of(second), strict=True):
        np.testing.assert_array_equal(one, other)


def history(path):
    """Rows of the history, without what depends on the clock."""
    with (path / "history.csv").open() as file:
        return [
            {name: row[name] for name in row if name != "validation_seconds"}
            for row in csv.DictReader(file)
        ]


def test_a_run_directory_holds_all_it_takes_to_use_and_resume_it(trained, recipe):
    run, _ = trained
    assert {file.name for file in run.path.iterdir()} == {
        "config.json",
        "source.spm",
        "target.spm",
        "tokenizers.json",
        "text.json",
        "best.weights.npz",
        "last.weights.npz",
        "training_state.npz",
        "history.csv",
        "scores.json",
        "logs",
        "cache",
    }
    assert run.recipe == recipe
    rows = history(run.path)
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    assert run.scores["val_bleu"] == pytest.approx(
        max(float(row["val_bleu"]) for row in rows), abs=0.01
    )
    assert any((run.path / "logs").rglob("events*"))


def test_large_batches_are_computed_as_micro_batches(trained):
    run, data = trained
    tokenizers = run.source_tokenizer, run.target_tokenizer
    corpus = encode_corpus(data.train, *tokenizers, run.recipe.data, run.path / "cache")
    settings = {"batch_tokens": "12000", "batch_parts": "2"}
    training = prepare_training(run.recipe.with_settings(settings), tokenizers, corpus)
    assert training.model.micro_batches == 3


def test_the_process_is_prepared_before_anything_else(
    data, recipe, tmp_path, monkeypatch
):
    class PreparedError(Exception):
        """Ends the training there."""

    def prepare(operator_threads):
        raise PreparedError(operator_threads)

    monkeypatch.setattr(trainer, "prepare_process", prepare)
    with pytest.raises(PreparedError, match="3"):
        train(recipe.with_settings({"operator_threads": "3"}), data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_validation_scores_are_those_of_the_best_weights(trained):
    run, data = trained
    model = keras_translation_model(
        run.seq2seq, run.source_tokenizer, run.target_tokenizer, run.recipe.data
    )
    pairs = list(data.valid)
    found = Translator(model).translate_batch([pair.source for pair in pairs])
    hypotheses = [translation.text for translation in found]
    references = [pair.target for pair in pairs]
    bleu = corpus_bleu(hypotheses, references, "char")
    chrf = corpus_chrf(hypotheses, references)
    assert bleu.value > 0
    assert run.scores["val_bleu"] == pytest.approx(bleu.value, abs=1e-6)
    assert run.scores["val_chrf"] == pytest.approx(chrf.value, abs=1e-6)


def test_another_seed_makes_another_run(trained, recipe, tmp_path):
    run, data = trained
    other = train(recipe.with_settings({"seed": "2"}), data, tmp_path / "other")
    assert not np.array_equal(weights_of(run)[0], weights_of(other)[0])


def test_a_resumed_run_ends_with_the_weights_of_an_uninterrupted_one(
    trained, recipe, tmp_path, monkeypatch
):
    # With that, one seed makes a run repeatable: the first epoch is trained again.
    whole, data = trained
    path = tmp_path / "resumed"

    class KilledError(BaseException):
        """Stands for a kill: nothing may catch it."""

    def die_in_the_second_epoch(self, batch, logs=None):
        if self._epoch == 1 and batch == 2:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(
            callbacks.StopWhenDiverged, "on_train_batch_end", die_in_the_second_epoch
        )
        with pytest.raises(KilledError):
            train(recipe, data, path)
    resumed = train(recipe, data, path, resume=True)
    assert_equal_weights(whole, resumed)
    assert whole.scores == resumed.scores
    assert history(whole.path) == history(path)


def test_resuming_a_finished_run_changes_nothing(trained, recipe, run_copy):
    run, data = trained
    again = train(recipe, data, run_copy, resume=True)
    assert_equal_weights(run, again)
    assert again.scores == run.scores
    assert history(run.path) == history(run_copy)


def test_resuming_with_other_text_is_refused(trained, recipe, run_copy):
    _, data = trained
    with pytest.raises(RunError, match="the training text it was started with"):
        train(recipe, TrainingData(data.valid, data.valid), run_copy, resume=True)


def edit(path, **values):
    """Change values in the training part of a run's recipe."""
    file = path / "config.json"
    recipe = json.loads(file.read_text())
    recipe["training"].update(values)
    file.write_text(json.dumps(recipe))


def resume(path, data):
    """Resume a run by the command."""
    files = {
        "--source": data.train.source_path,
        "--target": data.train.target_path,
        "--valid-source": data.valid.source_path,
        "--valid-target": data.valid.target_path,
        "--out": path,
    }
    options = [str(word) for option in files.items() for word in option]
    return command_runner().invoke(main, ["train", *options, "--resume"])


def test_a_run_is_not_resumed_by_an_edited_recipe(trained, run_copy):
    _, data = trained
    edit(run_copy, seed=77, learning_rate=0.5)
    before = contents(run_copy)
    refused = resume(run_copy, data)
    assert refused.exit_code == 2
    (line,) = refused.stderr.splitlines()
    assert (
        "by: learning_rate=0.03, seed=1. Received: learning_rate=0.5, seed=77" in line
    )
    assert contents(run_copy) == before


def test_a_run_is_not_resumed_with_other_validation_text(trained, run_copy, tmp_path):
    _, data = trained
    other = ParallelCorpus(tmp_path / "other.zh", data.valid.target_path)
    lines = data.valid.source_path.read_text().splitlines(keepends=True)
    other.source_path.write_text("".join([*lines[:-1], "九九\n"]))
    before = contents(run_copy)
    refused = resume(run_copy, TrainingData(data.train, other))
    assert refused.exit_code == 2
    assert "needs the validation text it was started with" in refused.stderr
    assert contents(run_copy) == before


@dataclass
class OneEpoch:
    """A training of one epoch, and the process it took place in.

    Attributes:
        path: The run directory.
        data: Its text, without validation pairs.
        environment: The environment variables before it and after it.
        computed: What the user computes in the same process, before it and after it.
    """

    path: Path
    data: TrainingData
    environment: list[dict[str, str]]
    computed: list[bytes]


@pytest.fixture(scope="module")
def one_epoch(simple_recipe, write_data, tmp_path_factory):
    """A run without validation pairs; not to be changed."""
    folder = tmp_path_factory.mktemp("one_epoch")
    # The precision that recipes have by default where the processor is made for it.
    settings = {"epochs": "1", "matmul_precision": "bfloat16"}
    recipe = simple_recipe.with_settings(settings)
    data = TrainingData(write_data(folder / "data").train)
    before = OneEpoch(folder / "run", data, [dict(os.environ)], [products()])
    train(recipe, data, before.path)
    before.environment.append(dict(os.environ))
    before.computed.append(products())
    return before


def products():
    """Return a matmul and an einsum of numbers that are too fine for bfloat16."""
    one, other = np.random.default_rng(5).normal(size=(2, 64, 64)).astype(np.float32)
    found = tf.linalg.matmul(one, other), tf.einsum("ij,kj->ik", one, other)
    return b"".join(product.numpy().tobytes() for product in found)


def test_a_training_leaves_the_process_as_it_was(one_epoch):
    before, after = one_epoch.environment
    assert after == before
    before, after = one_epoch.computed
    assert after == before
    exact = np.random.default_rng(5).normal(size=(2, 64, 64))
    np.testing.assert_allclose(
        np.frombuffer(after, np.float32)[: 64 * 64],
        (exact[0] @ exact[1]).ravel(),
        atol=1e-4,
    )


def test_without_validation_pairs_some_are_held_out_and_kept_for_reading(
    one_epoch, tmp_path
):
    data, path = one_epoch.data, shutil.copytree(one_epoch.path, tmp_path / "run")
    held_out = list(
        ParallelCorpus(path / "validation.source", path / "validation.target")
    )
    assert 0 < len(held_out) < 40
    assert set(held_out) < set(data.train)
    report = json.loads(next(path.glob("cache/*/report.json")).read_text())
    assert report["kept"] == 120 - len(held_out)
    run = load_run(path)
    assert run.scores["best_epoch"] == 1

    assert_equal_weights(run, train(run.recipe, data, path, resume=True))


def test_a_run_goes_on_for_more_epochs_where_its_recipe_says_so(one_epoch, tmp_path):
    path = shutil.copytree(one_epoch.path, tmp_path / "run")
    edit(path, epochs=2)
    run = train(read_recipe(path), one_epoch.data, path, resume=True)
    assert [row["epoch"] for row in history(path)] == ["1", "2"]
    # It is held to what it has been trained by now.
    once = run.recipe.with_settings({"epochs": "1"})
    with pytest.raises(RunError, match=r"by: epochs=2\. Received: epochs=1\."):
        train(once, one_epoch.data, path, resume=True)


def test_resuming_what_never_finished_an_epoch_says_what_to_do(
    trained, recipe, run_copy
):
    _, data = trained
    (run_copy / "training_state.npz").unlink()
    with pytest.raises(RunError, match="not come to the end of an epoch"):
        train(recipe, data, run_copy, resume=True)


def test_resuming_what_another_version_wrote_says_what_to_do(trained, recipe, run_copy):
    _, data = trained
    file = run_copy / "training_state.npz"
    with np.load(file) as state:
        arrays = dict(state)
    progress = json.loads(str(arrays["progress"]))
    arrays["progress"] = json.dumps({**progress, "of_another_version": True})
    np.savez(file, **arrays)
    with pytest.raises(RunError, match="was written by another version"):
        train(recipe, data, run_copy, resume=True)


def test_misaligned_text_is_refused_before_anything_is_written(data, recipe, tmp_path):
    with data.train.source_path.open("a") as file:
        file.write("五\n")
    with pytest.raises(CorpusError, match=r"121 lines in .*120 lines in"):
        train(recipe, data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_loss_that_is_no_number_stops_training_and_keeps_the_last_checkpoint(
    data, simple_recipe, tmp_path, monkeypatch
):
    path = tmp_path / "run"
    save = callbacks.SaveProgress.on_epoch_end

    def save_then_poison(self, epoch, logs=None):
        save(self, epoch, logs)
        for variable in self.model.trainable_variables:
            variable.assign(np.full(variable.shape, np.nan))

    monkeypatch.setattr(callbacks.SaveProgress, "on_epoch_end", save_then_poison)
    with pytest.raises(
        TrainingDivergedError,
        match=r"epoch 2, batch 1. The checkpoint of epoch 1 is kept",
    ):
        train(simple_recipe, data, path)
    for weights in ("best", "last"):
        run = load_run(path, weights)
        assert all(np.isfinite(weight).all() for weight in weights_of(run))


def test_training_stops_when_bleu_no_longer_grows(data, simple_recipe, tmp_path):
    still = simple_recipe.with_settings(
        {
            "learning_rate": "1e-30",
            "final_learning_rate": "0",
            "patience": "1",
            "epochs": "9",
            "first_validation_epoch": "2",
        }
    )
    train(still, data, tmp_path / "run")
    validated = [row["val_bleu"] != "" for row in history(tmp_path / "run")]
    assert validated == [False, True, True]


@pytest.fixture
def before(run_copy):
    """Content of the files of a run that is there already."""
    return contents(run_copy)


def contents(path):
    return {
        file.relative_to(path): file.read_bytes()
        for file in path.rglob("*")
        if file.is_file()
    }


IMPOSSIBLE = {"target_vocab_size": "5000"}


def test_a_start_that_failed_leaves_nothing_that_blocks_the_next(
    data, recipe, tmp_path
):
    path = tmp_path / "run"
    with pytest.raises(TokenizerTrainingError):
        train(recipe.with_settings(IMPOSSIBLE), data, path)
    assert not path.exists()
    path.mkdir()
    with pytest.raises(TokenizerTrainingError):
        train(recipe.with_settings(IMPOSSIBLE), data, path)
    assert list(path.iterdir()) == []
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data", "run"]


def test_a_run_stays_until_the_one_that_replaces_it_has_proved_possible(
    data, recipe, simple_recipe, run_copy, before, monkeypatch
):
    with pytest.raises(TokenizerTrainingError):
        train(recipe.with_settings(IMPOSSIBLE), data, run_copy, force=True)
    assert contents(run_copy) == before

    def fail(*arguments):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "prepare_training", fail)
        with pytest.raises(MemoryError):
            train(recipe, data, run_copy, force=True)
    assert contents(run_copy) == before

    once = simple_recipe.with_settings({"epochs": "1", "first_validation_epoch": "1"})
    run = train(once, data, run_copy, force=True)
    assert [row["epoch"] for row in history(run_copy)] == ["1"]
    assert run.path == run_copy
    assert sorted(file.name for file in run_copy.parent.iterdir()) == ["copy", "data"]


def test_nothing_but_a_run_is_replaced(data, recipe, run_copy, before):
    (run_copy / "thesis.txt").write_text("years of work")
    with pytest.raises(DirectoryError, match=r"holds thesis\.txt"):
        train(recipe, data, run_copy, force=True)
    (run_copy / "thesis.txt").unlink()
    with pytest.raises(DirectoryError, match="--resume to continue it, or --force"):
        train(recipe, data, run_copy)
    for inputs, options in (
        (data, {"tokenizers": run_copy}),
        (TrainingData(ParallelCorpus(run_copy / "source.spm"), data.valid), {}),
    ):
        with pytest.raises(DirectoryError, match="must hold no input"):
            train(recipe, inputs, run_copy, force=True, **options)
    assert contents(run_copy) == before


def test_a_run_holds_nothing_that_a_new_one_would_not_replace(trained):
    run, _ = trained
    assert RUN.refusal(run.path) is None
    assert RUN.stray(run.path) is None
    assert not RUN.is_unfinished(run.path)


@pytest.mark.parametrize("options", [{"resume": True}, {"force": True}])
def test_a_run_that_another_process_trains_is_left_alone(
    data, recipe, run_copy, before, options
):
    code = (
        "import sys, pathlib; from keras_s2s.files.lock import Lock\n"
        "with Lock(pathlib.Path(sys.argv[1])): print(flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, run_copy / LOCK_FILE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        other.stdout.readline()
        with pytest.raises(InUseError, match=f"Process {other.pid} on .*, since 2"):
            train(recipe, data, run_copy, **options)
        other.kill()  # and whoever is killed holds it no longer
    assert {
        name: content
        for name, content in contents(run_copy).items()
        if name.name != LOCK_FILE
    } == before
    assert train(recipe, data, run_copy, resume=True).path == run_copy
    assert not (run_copy / LOCK_FILE).exists()


def test_a_run_stopped_in_its_first_epoch_is_started_again_without_force(
    data, simple_recipe, tmp_path, monkeypatch
):
    path = tmp_path / "run"

    def interrupt(self, epoch, logs=None):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(callbacks.StopWhenDiverged, "on_epoch_begin", interrupt)
        with pytest.raises(KeyboardInterrupt) as stopped:
            train(simple_recipe, data, path)
    (advice,) = stopped.value.__notes__
    assert "No epoch was finished: start again with the same command." in advice
    assert "--resume" not in advice
    assert (path / "config.json").exists()
    train(simple_recipe.with_settings({"epochs": "1"}), data, path)
    assert [row["epoch"] for row in history(path)] == ["1"]


def test_a_full_disk_leaves_the_checkpoint_before(
    data, simple_recipe, tmp_path, monkeypatch
):
    path = tmp_path / "run"
    save = callbacks.SaveProgress.on_epoch_end
    kept = {}

    def fill_up(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def save_then_fill_up(self, epoch, logs=None):
        save(self, epoch, logs)
        kept.update(contents(path))
        monkeypatch.setattr(os, "fsync", fill_up)

    monkeypatch.setattr(callbacks.SaveProgress, "on_epoch_end", save_then_fill_up)
    with pytest.raises(OSError, match=r"No space left on device: .*weights\.npz"):
        train(simple_recipe, data, path)
    monkeypatch.undo()
    assert {
        name: content
        for name, content in contents(path).items()
        if name.parts[0] != "logs"
    } == {
        name: content
        for name, content in kept.items()
        if name.parts[0] != "logs" and name.name != LOCK_FILE
    }
    assert len(history(train(simple_recipe, data, path, resume=True).path)) == 3


@pytest.mark.parametrize("file", ["best.weights.npz", "config.json", "source.spm"])
def test_a_run_without_one_of_its_files_says_which(run_copy, file):
    (run_copy / file).unlink()
    with pytest.raises(RunError, match=file):
        load_run(run_copy)


@pytest.mark.parametrize("file", ["best.weights.npz", "source.spm", "scores.json"])
def test_a_run_with_a_named_pipe_in_place_of_a_file_is_not_waited_for(
    run_copy, file, ends_soon
):
    (run_copy / file).unlink()
    os.mkfifo(run_copy / file)
    with pytest.raises(RunError, match=rf"{file}, which is a named pipe"):
        load_run(run_copy)


@pytest.mark.parametrize("file", ["text.json", "scores.json", "history.csv"])
def test_a_run_with_a_named_pipe_is_not_resumed(
    run_copy, simple_recipe, data, file, ends_soon
):
    (run_copy / file).unlink(missing_ok=True)
    os.mkfifo(run_copy / file)
    with pytest.raises(RunError, match=rf"{file}, which is a named pipe"):
        train(simple_recipe, data, run_copy, resume=True)


@pytest.mark.parametrize("file", ["best.weights.npz", "config.json", "source.spm"])
def test_a_run_with_a_damaged_file_says_which(run_copy, file):
    content = (run_copy / file).read_bytes()
    (run_copy / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(RunError, match=rf"{file}|tokenizer"):
        load_run(run_copy)


def test_weights_of_another_architecture_are_refused(run_copy):
    config = json.loads((run_copy / "config.json").read_text())
    config["model"]["units"] = 13
    (run_copy / "config.json").write_text(json.dumps(config))
    with pytest.raises(RunError, match=r"does not fit config\.json"):
        load_run(run_copy)


def test_saved_weights_hold_no_optimizer(trained):
    run, _ = trained
    state = (run.path / "training_state.npz").stat().st_size
    parameters = run.seq2seq.training.count_params()
    assert weights_file(run.path, "best").stat().st_size < 8 * parameters + 100_000
    assert state > 3 * 4 * parameters
