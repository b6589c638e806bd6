r"""Training speed against JoeyNMT and plain PyTorch: same model, batches and threads.

    python benchmarks/training_speed.py --source train.en --target train.de \
        --environment ~/.cache/keras-s2s-peers

A bidirectional GRU encoder and a one-layer GRU decoder with additive attention, float32
weights, Adam, clipped gradients, label smoothing and equal dropout rates (on both
embeddings and on the last hidden layer), on the processor. Prints the real (unpadded)
target tokens per second of each, as medians of alternating rounds, and the ratios, for
every model and batch size that `--units` and `--batch-tokens` name. The PyTorch model
equals ours weight by weight; JoeyNMT feeds its attention vector back instead of the
context, which gives it a few weights fewer.

The batches are those our trainer makes of the text: the first of its second epoch,
about `--tokens` in all, whose ids the peers are given as they are. Ours is `keras-s2s
train` itself, timed by one more callback of its `model.fit`; its first epoch is the
warm-up, in which every shape of a batch is met once. The peers warm up on a quarter as
many tokens, as nothing of them is compiled. Every measurement is a process of its own,
on the same cores.

With `--before CHECKOUT`, another checkout of this project trains in turn with ours;
`--no-peers` leaves the peers out.

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
from itertools import islice, product
from pathlib import Path
from typing import Any

import click
from peers import environment

from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

import_tensorflow_quietly()

from keras_s2s.data.batches import TrainingBatches  # noqa: E402
from keras_s2s.data.corpus import ParallelCorpus  # noqa: E402
from keras_s2s.data.encoded_corpus import encode_corpus  # noqa: E402
from keras_s2s.files.layouts import CACHE_DIRECTORY  # noqa: E402
from keras_s2s.run.run_directory import Run, load_run  # noqa: E402

Batch = dict[str, list[list[int]]]

HERE = Path(__file__).parent
_PATH = click.Path(path_type=Path, exists=True, dir_okay=False)

# JoeyNMT asks for versions that no longer install; with these it trains.
PEERS = {
    "JoeyNMT": "joeynmt_training.py",
    "PyTorch": "pytorch_attention.py",
}
OURS = "keras-s2s"
BEFORE = "before"


@dataclass(frozen=True)
class Setup:
    """What is trained, and how.

    Attributes:
        units: Width of embeddings, states and attention.
        batch_tokens: Target tokens of a batch, at most.
        vocab_size: Of each side.
        dropout: On both embeddings and on the last hidden layer.
        tokens: Target tokens that are timed, about.
        threads: Cores.
        settings: More of our recipe, key and value.
    """

    units: int
    batch_tokens: int
    vocab_size: int
    dropout: float
    tokens: int
    threads: int
    settings: tuple[tuple[str, str], ...]

    @property
    def steps(self) -> int:
        """Timed steps a round."""
        return max(1, self.tokens // self.batch_tokens)

    @property
    def warm_up(self) -> int:
        """Steps of a peer before the clock."""
        return max(1, self.steps // 4)

    @property
    def recipe(self) -> dict[str, Any]:
        """Our recipe."""
        return {
            "embedding_dim": self.units,
            "units": self.units,
            "attention_units": self.units,
            # Both directions together are as wide as the decoder.
            "encoder_units": self.units // 2,
            "embedding_dropout": self.dropout,
            "output_dropout": self.dropout,
            "source_vocab_size": self.vocab_size,
            "target_vocab_size": self.vocab_size,
            # Fills a vocabulary of 6,000 from less text than the unigram model.
            "tokenizer_model": "bpe",
            "batch_tokens": self.batch_tokens,
            # As many cores as the peers' operators use together.
            "operator_threads": 1,
            "batch_parts": self.threads,
            # The peers average no weights.
            "weight_averaging": 0,
            "epochs": 2,
            "first_validation_epoch": 2,
            **dict(self.settings),
        }

    def __str__(self) -> str:
        return f"{self.units} units, {self.batch_tokens:,} target tokens a batch"


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
@click.option(
    "--units",
    "sizes",
    type=int,
    multiple=True,
    default=[256],
    show_default=True,
    help="Embeddings and units.",
)
@click.option(
    "--batch-tokens",
    "batch_sizes",
    type=int,
    multiple=True,
    default=[4000, 16000, 25000],
    show_default=True,
)
@click.option("--dropout", default=0.2, show_default=True)
@click.option(
    "--tokens", default=200_000, show_default=True, help="Timed a round, about."
)
@click.option("--rounds", default=3, show_default=True)
@click.option("--threads", type=int, help="Cores.  [default: all that are free to it]")
@click.option(
    "--set", "settings", type=(str, str), multiple=True, help="Key, value: our recipe."
)
@click.option(
    "--before",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Another checkout of this project, to compare with.",
)
@click.option("--peers/--no-peers", default=True, help="Whether to run them.")
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
    sizes: Sequence[int],
    batch_sizes: Sequence[int],
    dropout: float,
    tokens: int,
    rounds: int,
    threads: int | None,
    settings: tuple[tuple[str, str], ...],
    before: Path | None,
    peers: bool,
    environment_folder: Path | None,
) -> None:
    """Train the same model with several engines in turn and print how fast each is."""
    cores = sorted(os.sched_getaffinity(0))
    threads = min(threads or len(cores), len(cores))
    os.sched_setaffinity(0, cores[:threads])
    os.environ["OMP_NUM_THREADS"] = str(threads)
    setups = [
        Setup(*one, vocab_size, dropout, tokens, threads, settings)
        for one in product(sizes, batch_sizes)
    ]
    measurements: dict[Setup, dict[str, list[Measurement]]] = {
        setup: {} for setup in setups
    }
    with tempfile.TemporaryDirectory() as directory:
        python = None
        if peers:
            python = environment.prepare(
                (environment_folder or Path(directory, "environment")).absolute(),
                environment.JOEYNMT_INSTALLATIONS,
            )
        for number, (place, setup) in product(range(1, rounds + 1), enumerate(setups)):
            folder = Path(directory, str(place))
            if number == 1:
                folder.mkdir()
                cut_files(source, target, pairs, folder)
            found = measure(setup, folder, python, before)
            for name, measurement in found.items():
                measurements[setup].setdefault(name, []).append(measurement)
            click.echo(
                f"round {number}, {setup}: "
                + ", ".join(
                    f"{name} {one.speed:.0f} ({one.cpu_speed:.0f})"
                    for name, one in found.items()
                )
                + " target tokens/s (per second of the processor)"
            )
    for setup, engines in measurements.items():
        click.echo(
            f"{setup}, {threads} threads, {engines[OURS][0].tokens} timed tokens a "
            f"round, dropout {dropout}; medians of {rounds} rounds:"
        )
        report(engines)


def measure(
    setup: Setup, folder: Path, python: Path | None, before: Path | None
) -> dict[str, Measurement]:
    """Train with all engines, one after the other."""
    found = {OURS: train_ours(folder, setup)}
    if before is not None:
        found[BEFORE] = train_ours(folder, setup, before.absolute())
    if python is not None:
        write_setup(folder, setup)
        for name, script in PEERS.items():
            found[name] = train_peer(python, script, folder)
    if len({one.tokens for one in found.values()}) > 1:
        tokens = ", ".join(f"{name} {one.tokens}" for name, one in found.items())
        sys.exit(f"All must train on the same tokens. Received: {tokens}.")
    return found


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
    for name, others in measurements.items():
        if name == OURS:
            continue
        rounds = list(zip(ours, others, strict=True))
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


def train_ours(folder: Path, setup: Setup, checkout: Path = HERE.parent) -> Measurement:
    """Run two epochs of `keras-s2s train`, the second one up to a step.

    Args:
        folder: Where text and runs are.
        setup: What is trained.
        checkout: Whose code trains.
    """
    recipe = setup.recipe
    path = folder / ("run" if checkout == HERE.parent else "run-before")
    run(
        [
            sys.executable,
            *(checkout / "benchmarks/timed_training.py", folder / "times.csv"),
            *("--stop-at", "1", str(setup.steps)),
            *("train", "--out", path, "--force", "--preset", "plain"),
            *("--source", folder / "train.source"),
            *("--target", folder / "train.target"),
            *("--valid-source", folder / "valid.source"),
            *("--valid-target", folder / "valid.target"),
            *(part for key in recipe for part in ("--set", f"{key}={recipe[key]}")),
        ],
        checkout,
    )
    with (folder / "times.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["epoch"] == "1"]
    first, last = rows[0], rows[-1]
    trained = load_run(path)
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


def write_setup(folder: Path, setup: Setup) -> None:
    """Write sizes and batches for the peers, taken from our run."""
    trained = load_run(folder / "run")
    model, training = trained.recipe.model, trained.recipe.training
    content = {
        "threads": setup.threads,
        "source_vocab_size": trained.source_tokenizer.vocab_size,
        "target_vocab_size": trained.target_tokenizer.vocab_size,
        "embedding_dim": model.embedding_dim,
        "encoder_units": model.encoder_units,
        "units": model.units,
        "dropout": model.output_dropout,
        "learning_rate": training.learning_rate,
        "gradient_norm": training.gradient_norm,
        "label_smoothing": training.label_smoothing,
        "warm_up": batches_of(trained, folder, epoch=0, count=setup.warm_up),
        "timed": batches_of(trained, folder, epoch=1, count=setup.steps),
    }
    (folder / "setup.json").write_text(json.dumps(content))


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


def run(command: Sequence[str | Path], checkout: Path = HERE.parent) -> None:
    """Run a command with a checkout's code; end with its last lines if it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(checkout)},
    )
    if result.returncode:
        sys.exit(f"{command[1]} failed:\n{result.stderr[-3000:]}")


if __name__ == "__main__":
    main()
