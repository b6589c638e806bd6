"""The loss curve of two workers beside that of one with twice the tokens a batch.

    python benchmarks/two_workers.py

Trains preset `tiny` on the phrasebook, in float32 and without dropout: by two processes
on the loopback address with `batch_tokens` each, then by one with twice as many. Prints
the loss of single steps side by side, and how far apart losses and final weights are.
With `--set word_dropout=0.1`, say, the curves are alike but not equal: the workers do
not drop what one alone would.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import click
import numpy as np

from keras_s2s.config import Recipe
from keras_s2s.data.corpus import ParallelCorpus
from keras_s2s.phrasebook import build_splits, write_splits
from keras_s2s.presets import preset_recipe
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly
from keras_s2s.training.multi_worker.cluster import read_cluster

RECIPE_FILE = "recipe.json"


@click.command()
@click.option("--pairs", default=3000, show_default=True)
@click.option("--epochs", default=4, show_default=True)
@click.option("--batch-tokens", default=900, show_default=True, help="Of each worker.")
@click.option("--rows", default=20, show_default=True, help="Steps to print.")
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE")
@click.option("--worker", type=click.Path(path_type=Path), hidden=True)
def main(
    pairs: int,
    epochs: int,
    batch_tokens: int,
    rows: int,
    settings: tuple[str, ...],
    worker: Path | None,
) -> None:
    """Print both curves."""
    if worker is not None:
        train_and_record(worker, batch_tokens)
        return
    values = {
        "epochs": str(epochs),
        "matmul_precision": "float32",
        "target_vocab_size": "600",
    }
    values |= dict(setting.split("=", 1) for setting in settings)
    recipe = preset_recipe("tiny").with_settings(values)
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        write_splits(directory, build_splits(train=pairs, valid=1, test=1))
        (directory / RECIPE_FILE).write_text(json.dumps(recipe.to_json()))
        make_tokenizers(directory, recipe)
        addresses = free_addresses(2)
        finish(
            [
                start(directory / f"two-{index}", batch_tokens, addresses, index)
                for index in range(2)
            ]
        )
        finish([start(directory / "one", 2 * batch_tokens)])
        one = np.load(directory / "one.npz")
        two = np.load(directory / "two-0.npz")
        report(one, two, rows)


def report(one: np.lib.npyio.NpzFile, two: np.lib.npyio.NpzFile, rows: int) -> None:
    """Print losses side by side, and the largest differences."""
    losses = one["losses"], two["losses"]
    click.echo("  step   one worker  two workers   difference")
    shown = np.unique(np.linspace(0, len(losses[0]) - 1, rows).astype(int))
    for step in shown:
        alone, together = (curve[step] for curve in losses)
        click.echo(
            f"{step + 1:6}  {alone:11.6f}  {together:11.6f}  {together - alone:11.1e}"
        )
    difference = np.abs(losses[1] - losses[0]) / losses[0]
    click.echo(
        f"{len(losses[0])} steps: largest relative difference of a loss "
        f"{difference.max():.1e}, mean {difference.mean():.1e}"
    )
    names = [name for name in one.files if name != "losses"]
    apart = max(np.abs(one[name] - two[name]).max() for name in names)
    largest = max(np.abs(one[name]).max() for name in names)
    click.echo(
        f"final weights: largest difference {apart:.1e}, largest weight {largest:.2f}"
    )


def make_tokenizers(directory: Path, recipe: Recipe) -> None:
    """Train the tokenizers of all runs, where `read_tokenizers` finds them."""
    import_tensorflow_quietly()
    from keras_s2s.run.run_tokenizers import make_tokenizers

    make_tokenizers(corpus_in(directory), recipe, directory)


def corpus_in(directory: Path) -> ParallelCorpus:
    """Return the training pairs."""
    return ParallelCorpus(directory / "train.zh", directory / "train.en")


def free_addresses(count: int) -> list[str]:
    """Return addresses of this machine that nothing listens at."""
    with ExitStack() as stack:
        probes = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            for _ in range(count)
        ]
        return [f"127.0.0.1:{probe.getsockname()[1]}" for probe in probes]


def start(
    output: Path, batch_tokens: int, addresses: list[str] | None = None, index: int = 0
) -> subprocess.Popen[bytes]:
    """Start a process that trains; alone without addresses."""
    environment = {key: os.environ[key] for key in os.environ if key != "TF_CONFIG"}
    if addresses:
        task = {"type": "worker", "index": index}
        environment["TF_CONFIG"] = json.dumps(
            {"cluster": {"worker": addresses}, "task": task}
        )
    command = [sys.executable, __file__, "--worker", str(output)]
    return subprocess.Popen(
        [*command, "--batch-tokens", str(batch_tokens)], env=environment
    )


def finish(processes: list[subprocess.Popen[bytes]]) -> None:
    """Wait for processes that must succeed."""
    codes = [process.wait() for process in processes]
    if any(codes):
        raise click.ClickException(f"A training failed, exit codes {codes}.")


def train_and_record(output: Path, batch_tokens: int) -> None:
    """Train, with the workers of TF_CONFIG where it is set; write losses and weights.

    Args:
        output: Where to, without ending; text, tokenizers and recipe are beside it.
        batch_tokens: Of this process.
    """
    import_tensorflow_quietly()
    import keras

    from keras_s2s.data.encoded_corpus import encode_corpus
    from keras_s2s.fast.process_settings import prepare_process
    from keras_s2s.run.run_directory import read_tokenizers
    from keras_s2s.training.checkpoint import Progress
    from keras_s2s.training.multi_worker.handover import share_state
    from keras_s2s.training.multi_worker.workers import connect
    from keras_s2s.training.prepared_training import prepare_training

    class RecordLosses(keras.callbacks.Callback):
        """Keeps the loss of every step by itself, rather than an epoch's mean."""

        def __init__(self) -> None:
            super().__init__()
            self.losses: list[float] = []

        def on_train_batch_end(
            self, batch: int, logs: dict[str, float] | None = None
        ) -> None:
            self.losses.append(float((logs or {})["loss"]))
            self.model.reset_metrics()

    directory = output.parent
    recipe = Recipe.from_json(json.loads((directory / RECIPE_FILE).read_text()))
    recipe = recipe.with_settings({"batch_tokens": str(batch_tokens)})
    prepare_process(recipe.training.operator_threads)
    workers = connect(read_cluster(os.environ)) if "TF_CONFIG" in os.environ else None
    tokenizers = read_tokenizers(directory)
    corpus = encode_corpus(corpus_in(directory), *tokenizers, recipe.data, output)
    training = prepare_training(recipe, tokenizers, corpus, workers)
    if workers:
        share_state(training.model, workers)
    record = RecordLosses()
    progress = Progress(corpus.key)
    training.fit(recipe.training.epochs, progress, [record], verbose=0)
    weights = {
        variable.path: variable.numpy()
        for variable in training.model.trainable_variables
    }
    np.savez(output.with_suffix(".npz"), losses=np.array(record.losses), **weights)
    if workers:
        workers.part()


if __name__ == "__main__":
    main()
