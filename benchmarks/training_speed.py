r"""Training speed against JoeyNMT and plain PyTorch: same model, batches and threads.

    python benchmarks/training_speed.py --source train.en --target train.de \
        --environment ~/.cache/keras-s2s-peers

A bidirectional GRU encoder and a one-layer GRU decoder with additive attention, float32
weights, Adam, clipped gradients, label smoothing and equal dropout rates (on both
embeddings and on the last hidden layer), on the processor. Prints the real (unpadded)
target tokens per second of each, as medians of alternating rounds, and the ratios. The
PyTorch model equals ours weight by weight; JoeyNMT feeds its attention vector back
instead of the context, which gives it a few weights fewer.

The batches are those our trainer makes of the text: the first `--steps` of its second
epoch, whose ids the peers are given as they are. Ours is `keras-s2s train` itself,
timed by one more callback of its `model.fit`; its first epoch is the warm-up, in which
every shape of a batch is met once. The peers warm up on `--warm-up` batches, as nothing
of them is compiled. Every round is a process of its own, on the same cores.

JoeyNMT 2.3 and PyTorch 2.13 are installed into `--environment`; where the package index
offers PyTorch with CUDA only, set
`PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu`.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click
from peers import environment

from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

import_tensorflow_quietly()

from keras_s2s.data.batches import TrainingBatches  # noqa: E402
from keras_s2s.data.corpus import ParallelCorpus  # noqa: E402
from keras_s2s.data.encoded_corpus import encode_corpus  # noqa: E402
from keras_s2s.training.run_directory import (  # noqa: E402
    CACHE_DIRECTORY,
    Run,
    load_run,
)

Batch = dict[str, list[list[int]]]

HERE = Path(__file__).parent
_PATH = click.Path(path_type=Path, exists=True, dir_okay=False)

# JoeyNMT asks for versions that no longer install; with these it trains.
INSTALLATIONS = [
    ["torch==2.13.0"],
    ["--no-deps", "joeynmt==2.3.0"],
    (
        "numpy pyyaml sacrebleu sacremoses sentencepiece subword-nmt tensorboard "
        "matplotlib pandas packaging datasets importlib_metadata six wrapt future"
    ).split(),
]
PEERS = {
    "JoeyNMT": "joeynmt_training.py",
    "PyTorch": "pytorch_attention.py",
}
OURS = "keras-s2s"


@dataclass(frozen=True)
class Measurement:
    """What one round measured.

    Attributes:
        tokens: Real target tokens of the timed steps.
        seconds: What the timed steps took.
        cpu_seconds: What they took of the processor, all threads together.
        parameters: Weights of the model.
    """

    tokens: int
    seconds: float
    cpu_seconds: float
    parameters: int

    @property
    def speed(self) -> float:
        """Target tokens per second."""
        return self.tokens / self.seconds

    @property
    def cpu_speed(self) -> float:
        """Target tokens per second of the processor: stands other load better."""
        return self.tokens / self.cpu_seconds


@click.command()
@click.option("--source", type=_PATH, required=True, help="Training source.")
@click.option("--target", type=_PATH, required=True, help="Training target.")
@click.option("--pairs", default=0, help="Use so many of the pairs.  [default: all]")
@click.option("--vocab-size", default=6000, show_default=True)
@click.option("--units", default=256, show_default=True, help="Embeddings and units.")
@click.option("--batch-tokens", default=4000, show_default=True)
@click.option("--dropout", default=0.2, show_default=True)
@click.option("--steps", default=60, show_default=True, help="Timed steps a round.")
@click.option("--warm-up", default=10, show_default=True, help="Steps of a peer.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--threads", type=int, help="Cores.  [default: all that are free to it]")
@click.option(
    "--set", "settings", type=(str, str), multiple=True, help="Key, value: our recipe."
)
@click.option(
    "--environment",
    "environment_folder",
    type=click.Path(path_type=Path),
    help="Where the peers are installed.  [default: a temporary one]",
)
def main(
    source: Path,
    target: Path,
    pairs: int,
    vocab_size: int,
    units: int,
    batch_tokens: int,
    dropout: float,
    steps: int,
    warm_up: int,
    rounds: int,
    threads: int | None,
    settings: tuple[tuple[str, str], ...],
    environment_folder: Path | None,
) -> None:
    """Train the same model with three engines in turn and print how fast each is."""
    cores = sorted(os.sched_getaffinity(0))
    threads = min(threads or len(cores), len(cores))
    os.sched_setaffinity(0, cores[:threads])
    os.environ["OMP_NUM_THREADS"] = str(threads)
    recipe = {
        "embedding_dim": units,
        "units": units,
        "attention_units": units,
        # Both directions together are as wide as the decoder.
        "encoder_units": units // 2,
        "embedding_dropout": dropout,
        "output_dropout": dropout,
        "source_vocab_size": vocab_size,
        "target_vocab_size": vocab_size,
        # Fills a vocabulary of 6,000 from less text than the unigram model.
        "tokenizer_model": "bpe",
        "batch_tokens": batch_tokens,
        # As many cores as the peers' operators use together.
        "operator_threads": 1,
        "batch_parts": threads,
        # The peers average no weights.
        "weight_averaging": 0,
        "epochs": 2,
        "first_validation_epoch": 2,
        **dict(settings),
    }
    measurements: dict[str, list[Measurement]] = {name: [] for name in (OURS, *PEERS)}
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        python = environment.prepare(
            (environment_folder or folder / "environment").absolute(), INSTALLATIONS
        )
        cut_files(source, target, pairs, folder)
        for number in range(1, rounds + 1):
            measurements[OURS].append(train_ours(folder, recipe, steps))
            if number == 1:
                write_setup(folder, steps, warm_up, threads)
            for name, script in PEERS.items():
                measurements[name].append(train_peer(python, script, folder))
            check_equal_tokens(
                {name: found[-1] for name, found in measurements.items()}
            )
            click.echo(
                f"round {number}: "
                + ", ".join(
                    f"{name} {found[-1].speed:.0f} ({found[-1].cpu_speed:.0f})"
                    for name, found in measurements.items()
                )
                + " target tokens/s (per second of the processor)"
            )
        setup = json.loads((folder / "setup.json").read_text())
    rows = [len(batch["targets"]) for batch in setup["timed"]]
    click.echo(
        f"{threads} threads, {len(rows)} timed steps a round, "
        f"{measurements[OURS][0].tokens} target tokens in {sum(rows)} pairs, "
        f"dropout {dropout}; medians of {rounds} rounds:"
    )
    report(measurements)


def report(measurements: dict[str, list[Measurement]]) -> None:
    """Print medians and ratios; a ratio is the median of the rounds' ratios."""
    ours = measurements[OURS]
    for name, found in measurements.items():
        speed = statistics.median(one.speed for one in found)
        cpu_speed = statistics.median(one.cpu_speed for one in found)
        click.echo(
            f"  {name}: {speed:.0f} target tokens/s, {cpu_speed:.0f} per second of the "
            f"processor ({found[0].parameters:,} parameters)"
        )
    for name in PEERS:
        rounds = list(zip(ours, measurements[name], strict=True))
        ratio = statistics.median(one.speed / peer.speed for one, peer in rounds)
        cpu_ratio = statistics.median(
            one.cpu_speed / peer.cpu_speed for one, peer in rounds
        )
        click.echo(
            f"  {OURS} is {ratio:.2f} times as fast as {name} "
            f"({cpu_ratio:.2f} by the processor's time)"
        )


def cut_files(source: Path, target: Path, pairs: int, folder: Path) -> None:
    """Write the pairs that are used, and a few to validate on outside the clock."""
    for name, path in (("source", source), ("target", target)):
        with path.open(encoding="utf-8", newline="\n") as file:
            lines = list(islice(file, pairs or None))
        (folder / f"train.{name}").write_text("".join(lines), encoding="utf-8")
        (folder / f"valid.{name}").write_text("".join(lines[:8]), encoding="utf-8")


def train_ours(folder: Path, recipe: dict[str, Any], steps: int) -> Measurement:
    """Run two epochs of `keras-s2s train`, the second one up to a step."""
    run(
        [
            *(sys.executable, HERE / "timed_training.py", folder / "times.csv"),
            *("--stop-at", "1", str(steps)),
            *("train", "--out", folder / "run", "--force", "--preset", "plain"),
            *("--source", folder / "train.source"),
            *("--target", folder / "train.target"),
            *("--valid-source", folder / "valid.source"),
            *("--valid-target", folder / "valid.target"),
            *(part for key in recipe for part in ("--set", f"{key}={recipe[key]}")),
        ]
    )
    with (folder / "times.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["epoch"] == "1"]
    first, last = rows[0], rows[-1]
    trained = load_run(folder / "run")
    batches = batches_of(trained, folder, epoch=1, count=int(last["step"]))
    return Measurement(
        tokens=sum(len(row) for batch in batches for row in batch["targets"]),
        seconds=float(last["seconds"]) - float(first["seconds"]),
        cpu_seconds=float(last["cpu_seconds"]) - float(first["cpu_seconds"]),
        parameters=trained.seq2seq.training.count_params(),
    )


def train_peer(python: Path, script: str, folder: Path) -> Measurement:
    """Run one of the peers on the batches of `setup.json`."""
    result = folder / "result.json"
    run([python, HERE / "peers" / script, folder / "setup.json", result])
    return Measurement(**json.loads(result.read_text()))


def write_setup(folder: Path, steps: int, warm_up: int, threads: int) -> None:
    """Write sizes and batches for the peers, taken from our run."""
    trained = load_run(folder / "run")
    model, training = trained.recipe.model, trained.recipe.training
    setup = {
        "threads": threads,
        "source_vocab_size": trained.source_tokenizer.vocab_size,
        "target_vocab_size": trained.target_tokenizer.vocab_size,
        "embedding_dim": model.embedding_dim,
        "encoder_units": model.encoder_units,
        "units": model.units,
        "dropout": model.output_dropout,
        "learning_rate": training.learning_rate,
        "gradient_norm": training.gradient_norm,
        "label_smoothing": training.label_smoothing,
        "warm_up": batches_of(trained, folder, epoch=0, count=warm_up),
        "timed": batches_of(trained, folder, epoch=1, count=steps),
    }
    (folder / "setup.json").write_text(json.dumps(setup))


def batches_of(trained: Run, folder: Path, epoch: int, count: int) -> list[Batch]:
    """Return the first batches of an epoch of a run: ids without padding."""
    corpus = encode_corpus(
        ParallelCorpus(folder / "train.source", folder / "train.target"),
        trained.source_tokenizer,
        trained.target_tokenizer,
        trained.recipe.data,
        trained.path / CACHE_DIRECTORY,
    )
    batches = TrainingBatches(
        corpus, trained.recipe.data.batch_tokens, trained.recipe.training.seed
    )
    return [
        {
            "sources": [corpus.source[int(index)].tolist() for index in indices],
            "targets": [corpus.target[int(index)].tolist() for index in indices],
        }
        for indices in batches.indices(epoch)[:count]
    ]


def check_equal_tokens(found: dict[str, Measurement]) -> None:
    """End the benchmark if the engines did not train on the same tokens."""
    if len({one.tokens for one in found.values()}) > 1:
        tokens = ", ".join(f"{name} {one.tokens}" for name, one in found.items())
        sys.exit(f"All must train on the same tokens. Received: {tokens}.")


def run(command: Sequence[str | Path]) -> None:
    """Run a command; end the benchmark with its last lines if it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if result.returncode:
        sys.exit(f"{command[1]} failed:\n{result.stderr[-3000:]}")


if __name__ == "__main__":
    main()
