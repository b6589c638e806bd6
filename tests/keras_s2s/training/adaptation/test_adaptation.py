"""The command, on the run that the other tests have trained."""

import json
import os
import shutil

import numpy as np
import pytest

from command_runner import command_runner

pytest.importorskip("tensorflow", reason="needs the train extra")

from keras_s2s.cli import main
from keras_s2s.files.layouts import RUN
from keras_s2s.run.run_directory import load_run, read_recipe
from keras_s2s.run.run_file import RunError
from keras_s2s.training.adaptation.record import read_record

pytestmark = [pytest.mark.train, pytest.mark.slow]


def adapt(*arguments):
    return command_runner().invoke(main, ["adapt", *map(str, arguments)])


def weights_of(path):
    return load_run(path).seq2seq.training.get_weights()


@pytest.fixture(scope="module")
def captions(trained, tmp_path_factory):
    """Pairs whose translations begin with two words that those of the run do not."""
    folder = tmp_path_factory.mktemp("captions")
    _, data = trained
    word = next(iter(data.train)).target.split()[0]
    for name, corpus in (("train", data.train), ("valid", data.valid)):
        pairs = list(corpus)
        (folder / f"{name}.zh").write_text("".join(f"{p.source}\n" for p in pairs))
        (folder / f"{name}.en").write_text(
            "".join(f"{word} {word} {p.target}\n" for p in pairs)
        )
    return folder


def options(trained, captions):
    _, data = trained
    return [
        *("--source", captions / "train.zh", "--target", captions / "train.en"),
        *("--valid-source", captions / "valid.zh"),
        *("--valid-target", captions / "valid.en"),
        *("--old-valid-source", data.valid.source_path),
        *("--old-valid-target", data.valid.target_path),
        *("--mix-source", data.train.source_path),
        *("--mix-target", data.train.target_path),
    ]


RECIPE = (
    *("--epochs", 2, "--set", "learning_rate=0.01", "--set", "weight_averaging=0.99"),
    *("--max-forgetting", 90),
)


@pytest.fixture(scope="module")
def adapted(trained, captions, tmp_path_factory):
    path = tmp_path_factory.mktemp("adapted") / "run"
    found = adapt(trained[0].path, *options(trained, captions), *RECIPE, "--out", path)
    assert found.exit_code == 0, found.output
    return path, found


def test_an_adapted_run_is_a_run_with_the_tokenizers_and_facts_of_its_own(
    trained, adapted
):
    path, found = adapted
    base, _ = trained
    for name in ("source.spm", "target.spm", "text.json"):
        assert (path / name).read_bytes() == (base.path / name).read_bytes()
    assert RUN.stray(path) is None
    recipe = read_recipe(path)
    assert (recipe.model, recipe.data) == (base.recipe.model, base.recipe.data)
    assert recipe.training.epochs == 2
    # Averaged over the steps of an epoch and no more.
    assert 0.9 < recipe.training.weight_averaging < 0.99
    record = read_record(path)
    scores = json.loads((path / "scores.json").read_text())
    assert scores["val_bleu"] == record.kept.new_bleu > record.before.new_bleu
    assert record.before.old_bleu == pytest.approx(base.scores["val_bleu"])
    assert record.kept.old_bleu >= record.before.old_bleu - 90
    assert found.stdout == f"{record.summary()}\t{path}\n"
    header = (path / "history.csv").read_text().split("\n")[0]
    assert {"val_bleu", "old_bleu"} <= set(header.split(","))


def test_a_resumed_adaptation_ends_with_the_weights_of_an_uninterrupted_one(
    trained, captions, adapted, tmp_path, monkeypatch
):
    path = tmp_path / "run"

    class KilledError(BaseException):
        """Stands for a kill: nothing may catch it."""

    def die(self, batch, logs=None):
        if self._epoch == 1:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(
            "keras_s2s.training.callbacks.StopWhenDiverged.on_train_batch_end", die
        )
        with pytest.raises(KilledError):
            adapt(trained[0].path, *options(trained, captions), *RECIPE, "--out", path)
    (path / "in-use.lock").unlink(missing_ok=True)
    resume = [*options(trained, captions), "--out", path, "--resume"]
    refused = adapt(trained[0].path, *resume, "--epochs", 3)
    assert refused.exit_code == 2 and "leave out" in refused.stderr
    refused = command_runner().invoke(
        main, ["train", *map(str, resume[:8]), *map(str, resume[-3:])]
    )
    assert refused.exit_code == 2
    assert "`keras-s2s adapt --resume`" in refused.stderr
    other = shutil.copytree(adapted[0], tmp_path / "other")
    refused = adapt(other, *resume)
    assert refused.exit_code == 2 and f"The weights of {other}" in refused.stderr
    found = adapt(trained[0].path, *resume)
    assert found.exit_code == 0, found.output
    for one, wanted in zip(weights_of(path), weights_of(adapted[0]), strict=True):
        np.testing.assert_array_equal(one, wanted)
    assert read_record(path) == read_record(adapted[0])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("", r"Received: learning_rate=0.5, seed=77"),
        ("--valid-source", "needs the validation text it was started with"),
        ("--old-valid-source", "needs the validation text of the first training"),
    ],
)
def test_an_adaptation_goes_on_by_its_own_recipe_and_with_its_own_texts(
    trained, captions, adapted, option, message, tmp_path
):
    path = shutil.copytree(adapted[0], tmp_path / "run")
    arguments = options(trained, captions)
    if option:
        place = arguments.index(option) + 1
        lines = arguments[place].read_text().splitlines(keepends=True)
        arguments[place] = tmp_path / "other.zh"
        arguments[place].write_text("".join([*lines[:-1], "九九\n"]))
    else:
        recipe = json.loads((path / "config.json").read_text())
        recipe["training"].update(seed=77, learning_rate=0.5)
        (path / "config.json").write_text(json.dumps(recipe))
    refused = adapt(trained[0].path, *arguments, "--out", path, "--resume")
    assert refused.exit_code == 2
    (line,) = refused.stderr.splitlines()[-1:]
    assert message in line
    for name in ("adaptation.json", "best.weights.npz", "scores.json"):
        assert (path / name).read_bytes() == (adapted[0] / name).read_bytes()


def test_a_named_pipe_in_place_of_its_record_is_not_waited_for(tmp_path, ends_soon):
    os.mkfifo(tmp_path / "adaptation.json")
    with pytest.raises(RunError, match=r"adaptation\.json, which is a named pipe"):
        read_record(tmp_path)


def test_an_adapted_run_can_be_adapted_again_on_what_it_holds(
    captions, adapted, tmp_path
):
    text = [*("--source", captions / "train.zh", "--target", captions / "train.en")]
    found = adapt(
        adapted[0], *text, "--epochs", 1, "--max-forgetting", 0, "--out", tmp_path / "b"
    )
    assert found.exit_code == 0, found.output
    record = read_record(tmp_path / "b")
    # Its old text is that of the first training: its own was not held out.
    assert record.before.old_bleu == read_record(adapted[0]).kept.old_bleu
    assert record.kept.old_bleu >= record.before.old_bleu
    assert (tmp_path / "b" / "validation.source").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:4], "Give it as --old-valid-source"),
        (lambda text: ["--source", text[1]], "Give --source and --target"),
        (lambda text: text[4:], "the new pairs"),
        (lambda text: [*text[:12], "--mix-share", 0.2], "needs --mix-source"),
        (lambda text: [*text, "--set", "units=9"], "Received: units"),
        (lambda text: [*text, "--source-language", "de"], "language source"),
        (lambda text: [*text[:3], text[1], *text[4:]], "unknown to it"),
        (lambda text: [*text[:1], text[5], text[2], text[7], *text[4:]], "at least 50"),
    ],
)
def test_what_cannot_be_adapted_is_told_and_nothing_is_written(
    trained, captions, change, message, tmp_path
):
    arguments = change(options(trained, captions))
    found = adapt(trained[0].path, *arguments, "--out", tmp_path / "run")
    assert found.exit_code == 2
    assert message in found.stderr
    assert "Traceback" not in found.output
    assert not (tmp_path / "run").exists()


def test_a_run_without_weights_is_refused(trained, captions, run_copy, tmp_path):
    (run_copy / "best.weights.npz").unlink()
    arguments = [*options(trained, captions), "--out", tmp_path / "run"]
    found = adapt(run_copy, *arguments)
    assert found.exit_code == 2
    assert "holds no best.weights.npz" in found.stderr
    found = adapt(tmp_path / "nowhere", *arguments)
    assert found.exit_code == 2
    assert "A run directory must hold config.json" in found.stderr
    assert not (tmp_path / "run").exists()
    found = adapt(trained[0].path, *arguments[:-1], run_copy)
    assert found.exit_code == 2
    assert "must be new or empty" in found.stderr
