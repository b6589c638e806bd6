"""Two real processes on this machine against one with twice the tokens a batch."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("tensorflow", reason="needs the train extra")

pytestmark = [pytest.mark.train, pytest.mark.slow]

# Also writes the loss of every step: `record` is a file for the steps of one process.
PROGRAM = """
import sys
from keras_s2s.cli import main
from keras_s2s.training import callbacks
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

record = open(sys.argv.pop(1), "a")
check = callbacks.StopWhenDiverged.on_train_batch_end

def check_and_record(self, batch, logs=None):
    print(float(logs["loss"]), file=record, flush=True)
    self.model.reset_metrics()
    check(self, batch, logs)

callbacks.StopWhenDiverged.on_train_batch_end = check_and_record
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

    def start(self, name, *options, index=None, **settings):
        """Start a worker; alone where it has no index."""
        recipe = ["--preset", "plain"] if "--resume" not in options else []
        for key, value in {**SETTINGS, **settings}.items() if recipe else ():
            recipe += ["--set", f"{key}={value}"]
        environment = dict(os.environ)
        if index is not None:
            options = (*options, "--strategy", "multi-worker")
            environment["TF_CONFIG"] = json.dumps(
                {
                    "cluster": {"worker": self._addresses},
                    "task": {"type": "worker", "index": index},
                }
            )
        command = [
            *(sys.executable, "-c", PROGRAM, self.directory / f"{name}.steps"),
            *("train", *self.text, "--out", self.directory / name),
            *recipe,
            *options,
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


@pytest.fixture
def runs(tmp_path, data, free_addresses):
    started = Runs(tmp_path, data, free_addresses)
    yield started
    started.end()


def test_two_workers_are_one_with_twice_the_tokens_a_batch(runs):
    recipe = {"epochs": 3, "gradient_norm": 0.5, "label_smoothing": 0.1}
    outputs = runs.finish(
        runs.start("chief", index=0, batch_tokens=60, **recipe),
        runs.start("other", index=1, batch_tokens=60, **recipe),
    )
    runs.finish(runs.start("alone", batch_tokens=120, **recipe))

    assert outputs[0].startswith("val_bleu")
    assert outputs[1] == ""
    assert not (runs.directory / "other").exists(), "only the chief writes"

    alone, chief, other = map(runs.steps, ("alone", "chief", "other"))
    assert len(alone) >= 15
    assert alone[-1] < 0.9 * alone[0]
    np.testing.assert_allclose(chief, alone, rtol=2e-5)
    np.testing.assert_array_equal(chief, other)

    expected, found = runs.state("alone"), runs.state("chief")
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-3, atol=2e-5)


def test_matmuls_in_bfloat16_leave_losses_and_sums_of_gradients_in_float32(runs):
    recipe = {"epochs": 1, "matmul_precision": "bfloat16"}
    runs.finish(
        runs.start("chief", index=0, batch_tokens=60, **recipe),
        runs.start("other", index=1, batch_tokens=60, **recipe),
    )
    runs.finish(runs.start("alone", batch_tokens=120, **recipe))
    alone, chief = map(runs.steps, ("alone", "chief"))
    # Before the first update all weights are the same.
    assert chief[0] == pytest.approx(alone[0], rel=2e-5)
    np.testing.assert_allclose(chief, alone, rtol=2e-3)


def test_all_workers_resume_to_the_weights_of_an_uninterrupted_run(runs):
    runs.text = runs.text[:4]  # All hold out the same pairs to validate on.
    recipe = {"batch_tokens": 60, "word_dropout": 0.1, "output_dropout": 0.1}
    runs.finish(
        *(runs.start(f"whole{i}", index=i, epochs=2, **recipe) for i in range(2))
    )
    chief = runs.start("part0", index=0, epochs=2, **recipe)
    other = runs.start("part1", index=1, epochs=2, **recipe)
    wait_until((runs.directory / "part0/training_state.npz").exists, chief)
    chief.send_signal(signal.SIGKILL)
    chief.communicate()
    _, errors = other.communicate(timeout=120)
    assert other.returncode == 1
    assert "Traceback" not in errors
    assert "no longer answers" in errors
    assert "--resume" in errors

    runs.finish(*(runs.start(f"part{i}", "--resume", index=i) for i in range(2)))
    expected, found = runs.state("whole0"), runs.state("part0")
    for name, value in expected.items():
        np.testing.assert_array_equal(found[name], value)
    with (runs.directory / "part0/history.csv").open() as file:
        assert [row["epoch"] for row in csv.DictReader(file)] == ["1", "2"]

    alone = runs.start("part0", "--resume")
    _, errors = alone.communicate(timeout=120)
    assert alone.returncode == 2
    assert "as many workers as it was started with, 2. Received: 1." in errors


def test_the_chief_says_that_a_worker_died(runs):
    recipe = {"batch_tokens": 60, "epochs": 100_000}
    chief = runs.start("chief", index=0, **recipe)
    other = runs.start("other", index=1, **recipe)
    wait_until((runs.directory / "chief/training_state.npz").exists, chief)
    other.send_signal(signal.SIGKILL)
    _, errors = chief.communicate(timeout=120)
    assert chief.returncode == 1
    assert "no longer answers" in errors
    assert "Traceback" not in errors
    assert (runs.directory / "chief/last.weights.npz").exists()


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
