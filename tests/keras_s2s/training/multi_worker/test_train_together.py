"""Two real processes on this machine against one with twice the tokens a batch."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

from command_runner import command_runner
from keras_s2s.cli import main
from keras_s2s.training.callbacks import StopWhenDiverged

pytestmark = [pytest.mark.train, pytest.mark.slow]

# Also writes the loss of every step; the chief keeps its run after each of the first
# epochs.
PROGRAM = """
import shutil, sys
from pathlib import Path
from keras_s2s.cli import main
from keras_s2s.training import callbacks
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

kept = int(sys.argv.pop(1))
path = Path(sys.argv.pop(1))
record = open(path.with_suffix(".steps"), "a")
check = callbacks.StopWhenDiverged.on_train_batch_end
save = callbacks.SaveProgress.on_epoch_end

def check_and_record(self, batch, logs=None):
    print(float(logs["loss"]), file=record, flush=True)
    self.model.reset_metrics()
    check(self, batch, logs)

def save_and_keep(self, epoch, logs=None):
    save(self, epoch, logs)
    if epoch < kept and path.exists():
        copy = path.with_name(f"{path.name}-{epoch + 1}")
        shutil.copytree(path, copy.with_suffix(".begun"))
        copy.with_suffix(".begun").rename(copy)

callbacks.StopWhenDiverged.on_train_batch_end = check_and_record
callbacks.SaveProgress.on_epoch_end = save_and_keep
main()
"""

SETTINGS = {
    "matmul_precision": "float32",
    "embedding_dim": 12,
    "encoder_units": 12,
    "units": 12,
    "attention_units": 12,
    "source_vocab_size": 15,
    "target_vocab_size": 26,
    "learning_rate": 0.01,
    "weight_averaging": 0.9,
    "patience": 0,
    "bleu_tokenizer": "char",
}

# The system whose graph TensorFlow builds in a third of the time.
SIMPLE = {"attention": "none", "cell": "rnn", "bidirectional": "false"}


class Runs:
    """Starts workers on one corpus, and ends those that are left."""

    def __init__(self, directory, data, addresses):
        self.directory = directory
        self._addresses = addresses
        self._processes = []
        self.text = [
            *("--source", data.train.source_path, "--target", data.train.target_path),
            *("--valid-source", data.valid.source_path),
            *("--valid-target", data.valid.target_path),
        ]

    def arguments(self, name, *options, **settings):
        """The arguments of a training; the recipe of one that resumes is there."""
        recipe = ["--preset", "plain"] if "--resume" not in options else []
        for key, value in {**SETTINGS, **settings}.items() if recipe else ():
            recipe += ["--set", f"{key}={value}"]
        text = self.text
        return ["train", *text, "--out", self.directory / name, *recipe, *options]

    def start(self, name, *options, index, kept=0, **settings):
        """Start a worker; the chief keeps its run after each of `kept` epochs."""
        options = (*options, "--strategy", "multi-worker")
        cluster = {"worker": self._addresses}
        task = {"type": "worker", "index": index}
        environment = {
            **os.environ,
            "TF_CONFIG": json.dumps({"cluster": cluster, "task": task}),
        }
        command = [
            *(sys.executable, "-c", PROGRAM, kept, self.directory / name),
            *self.arguments(name, *options, **settings),
        ]
        process = subprocess.Popen(
            [str(word) for word in command],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._processes.append(process)
        return process

    def train_alone(self, name, monkeypatch, **settings):
        """Train in this process, and return the loss of every step."""
        check = StopWhenDiverged.on_train_batch_end
        losses = []

        def check_and_record(callback, batch, logs=None):
            losses.append(float(logs["loss"]))
            callback.model.reset_metrics()
            check(callback, batch, logs)

        monkeypatch.setattr(StopWhenDiverged, "on_train_batch_end", check_and_record)
        found = invoke(self.arguments(name, **settings))
        assert found.exit_code == 0, found.output
        return np.array(losses)

    def finish(self, *processes):
        """Wait for workers that must succeed; return what they print."""
        found = [process.communicate(timeout=400) for process in processes]
        for process, (_, errors) in zip(processes, found, strict=True):
            assert process.returncode == 0, errors[-2000:]
        return [output for output, _ in found]

    def steps(self, name):
        """Return the loss of every step of a process."""
        return np.loadtxt(self.directory / f"{name}.steps")

    def state(self, name):
        """Return weights, random states and the optimizer's variables of a run."""
        with np.load(self.directory / name / "training_state.npz") as state:
            return {key: state[key] for key in state.files if key != "progress"}

    def end(self):
        for process in self._processes:
            if process.poll() is None:
                process.kill()
                process.communicate()


def invoke(arguments):
    """Call the command in this process."""
    return command_runner().invoke(main, [str(word) for word in arguments])


@pytest.fixture
def runs(tmp_path, data, free_addresses):
    started = Runs(tmp_path, data, free_addresses)
    yield started
    started.end()


def test_two_workers_are_one_with_twice_the_tokens_a_batch(runs, monkeypatch):
    recipe = {"epochs": 3, "gradient_norm": 0.5, "label_smoothing": 0.1}
    outputs = runs.finish(
        runs.start("chief", index=0, batch_tokens=60, **recipe),
        runs.start("other", index=1, batch_tokens=60, **recipe),
    )
    alone = runs.train_alone("alone", monkeypatch, batch_tokens=120, **recipe)

    assert outputs[0].startswith("val_bleu")
    assert outputs[1] == ""
    assert not (runs.directory / "other").exists(), "only the chief writes"

    chief, other = map(runs.steps, ("chief", "other"))
    assert len(alone) >= 15
    assert alone[-1] < 0.9 * alone[0]
    np.testing.assert_allclose(chief, alone, rtol=2e-5)
    np.testing.assert_array_equal(chief, other)

    expected, found = runs.state("alone"), runs.state("chief")
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-3, atol=2e-5)


def test_matmuls_in_bfloat16_leave_losses_and_sums_of_gradients_in_float32(
    runs, monkeypatch
):
    recipe = {**SIMPLE, "epochs": 1, "matmul_precision": "bfloat16"}
    runs.finish(
        runs.start("chief", index=0, batch_tokens=60, **recipe),
        runs.start("other", index=1, batch_tokens=60, **recipe),
    )
    alone = runs.train_alone("alone", monkeypatch, batch_tokens=120, **recipe)
    chief = runs.steps("chief")
    # Before the first update all weights are the same.
    assert chief[0] == pytest.approx(alone[0], rel=2e-5)
    np.testing.assert_allclose(chief, alone, rtol=2e-3)


def test_those_who_lose_a_worker_say_so_and_resume_to_the_same_weights(
    runs, monkeypatch
):
    runs.text = runs.text[:4]  # All hold out the same pairs to validate on.
    recipe = {**SIMPLE, "batch_tokens": 60, "epochs": 100_000}
    recipe |= {"word_dropout": 0.1, "output_dropout": 0.1}
    chief = runs.start("whole", index=0, kept=2, **recipe)
    other = runs.start("whole-other", index=1, **recipe)
    wait_until((runs.directory / "whole-2").exists, chief)
    other.send_signal(signal.SIGKILL)
    refuses_to_go_on(chief)
    assert (runs.directory / "whole/last.weights.npz").exists()

    shutil.copytree(runs.directory / "whole-1", runs.directory / "part")
    chief = runs.start("part", "--resume", index=0, kept=2)
    other = runs.start("part-other", "--resume", index=1)
    wait_until((runs.directory / "part-2").exists, chief)
    chief.send_signal(signal.SIGKILL)
    chief.communicate()
    assert "--resume" in refuses_to_go_on(other)

    expected, found = runs.state("whole-2"), runs.state("part-2")
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)
    with (runs.directory / "part-2/history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]

    alone = invoke(runs.arguments("part", "--resume"))
    assert alone.exit_code == 2
    assert "as many workers as it was started with, 2. Received: 1." in alone.stderr


def refuses_to_go_on(process):
    """Check that a process ends in a line about the one that died; return it."""
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "no longer answers" in errors
    assert "Traceback" not in errors
    return errors


def wait_until(condition, process):
    deadline = time.monotonic() + 300
    while not condition():
        assert process.poll() is None, process.stderr.read()[-2000:]
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("config", "message"),
    [(None, "It is not set"), ("{", "must be JSON"), ("{}", "the object 'cluster'")],
)
def test_without_a_cluster_the_command_ends_with_one_line(runs, config, message):
    environment = {key: os.environ[key] for key in os.environ if key != "TF_CONFIG"}
    if config is not None:
        environment["TF_CONFIG"] = config
    command = [sys.executable, "-m", "keras_s2s", "train", *map(str, runs.text)]
    found = subprocess.run(
        [*command, "--out", str(runs.directory / "x"), "--strategy", "multi-worker"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert message in found.stderr
    assert not (runs.directory / "x").exists()
