"""Runs killed at random moments and resumed end with the weights of a whole run.

    python benchmarks/kill_and_resume.py

Trains a small model on the phrasebook once without interruption; then, ten times, kills
the same training (SIGKILL) at a random moment, resumes it, and compares all weights bit
for bit. A run killed before its first epoch ended is started again with `--force`.
With `--set batch_tokens 9000`, batches are computed as micro-batches.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
import numpy as np

from keras_s2s.phrasebook import build_splits, write_splits
from keras_s2s.run.weights import weights_from_bytes

SETTINGS = {"epochs": "3", "target_vocab_size": "800", "batch_parts": "2"}


@click.command()
@click.option("--kills", default=10, show_default=True)
@click.option("--pairs", default=3000, show_default=True)
@click.option("--seed", default=0, show_default=True, help="Of the moments.")
@click.option(
    "--set", "settings", type=(str, str), multiple=True, help="Key, value: the recipe."
)
def main(
    kills: int, pairs: int, seed: int, settings: tuple[tuple[str, str], ...]
) -> None:
    """Print for each kill when it came and whether the final weights are equal."""
    SETTINGS.update(settings)
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        write_splits(directory, build_splits(train=pairs, valid=50, test=1))
        start = time.perf_counter()
        finish(directory, "whole")
        seconds = time.perf_counter() - start
        expected = weights(directory / "whole")
        click.echo(f"whole run: {seconds:.0f} s")
        equal = 0
        for kill in range(kills):
            name = f"killed-{kill}"
            moment = rng.uniform(0.2 * seconds, seconds)
            killed = kill_after(moment, directory, name)
            resumable = (directory / name / "training_state.npz").exists()
            finish(directory, name, *(["--resume"] if resumable else ["--force"]))
            found = weights(directory / name)
            same = found.keys() == expected.keys() and all(
                np.array_equal(found[path], expected[path]) for path in expected
            )
            equal += same
            click.echo(
                f"killed after {moment:.1f} s: {'yes' if killed else 'had finished'}, "
                f"{'resumed' if resumable else 'started again'}, "
                f"weights {'equal' if same else 'DIFFER'}"
            )
    click.echo(f"{equal} of {kills} equal")
    sys.exit(equal != kills)


def command(directory: Path, name: str, *options: str) -> list[str]:
    """Return the training command; a resumed one must not name a recipe."""
    recipe = ["--preset", "tiny"]
    for key, value in SETTINGS.items():
        recipe += ["--set", f"{key}={value}"]
    return [
        *(sys.executable, "-m", "keras_s2s", "train", "--out", str(directory / name)),
        *("--source", str(directory / "train.zh")),
        *("--target", str(directory / "train.en")),
        *("--valid-source", str(directory / "valid.zh")),
        *("--valid-target", str(directory / "valid.en")),
        *([] if "--resume" in options else recipe),
        *options,
    ]


def finish(directory: Path, name: str, *options: str) -> None:
    """Train to the end."""
    subprocess.run(command(directory, name, *options), check=True, capture_output=True)


def kill_after(seconds: float, directory: Path, name: str) -> bool:
    """Start a training and kill it; return whether it was still running."""
    process = subprocess.Popen(
        command(directory, name),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def weights(run: Path) -> dict[str, np.ndarray]:
    """Return the last weights of a run by their name."""
    return dict(weights_from_bytes((run / "last.weights.npz").read_bytes()))


if __name__ == "__main__":
    main()
