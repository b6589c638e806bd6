"""The edge runtime against the same weights in PyTorch and in Keras, one thread each.

    python benchmarks/edge_loops.py RUN INT8_BUNDLE FLOAT32_BUNDLE SOURCE \
        [--environment FOLDER]

RUN is what the bundles were exported from: a model with GRU cells, attention, and one
layer on each side. PyTorch's side is a plain model and a plain loop with the run's
weights, Keras's the edge runtime's search over the compiled step. Every system
translates the same sentences from text to text, in processes of their own that take
turns. The hypotheses of PyTorch, Keras and the float32 bundle must be the same.
"""

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import click
import numpy as np
from contestants.rounds import Contestant, take_turns
from peers.environment import prepare

from edge_runtime import DecodingOptions
from keras_s2s.run.run_directory import Run, load_run

REQUIREMENTS = ("torch==2.13.*", "numpy", "sentencepiece>=0.2.2")
INT8, FLOAT32, PYTORCH, KERAS = "int8 bundle", "float32 bundle", "PyTorch", "Keras"
LEAST_RATIOS = {1: {PYTORCH: 3.0, KERAS: 5.0}, 32: {PYTORCH: 2.0, KERAS: 2.0}}
"""By batch size: how many times as fast the int8 bundle must be at least."""
_SAME = 0.99
"""Least share of equal hypotheses: another order of additions may turn a near tie."""


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("int8_bundle", type=click.Path(exists=True))
@click.argument("float32_bundle", type=click.Path(exists=True))
@click.argument("source", type=click.Path(exists=True, dir_okay=False))
@click.option("--environment", type=click.Path(file_okay=False), help="Of PyTorch.")
@click.option("--count", type=int, default=1000, show_default=True)
@click.option("--rounds", type=int, default=3, show_default=True)
def main(
    run: Path,
    int8_bundle: str,
    float32_bundle: str,
    source: str,
    environment: str | None,
    count: int,
    rounds: int,
) -> None:
    """Time the bundles of RUN over the first lines of SOURCE."""
    texts = Path(source).read_text(encoding="utf-8").split("\n")[:count]
    lengths = [0] * len(texts)  # these systems end by themselves
    failed = False
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        python = prepare(
            Path(environment) if environment else folder / "environment", [REQUIREMENTS]
        )
        loaded = load_run(run)
        _write_weights(loaded, folder)
        options = DecodingOptions()
        contestants = {
            INT8: Contestant(sys.executable, "bundle", bundle=int8_bundle),
            FLOAT32: Contestant(sys.executable, "bundle", bundle=float32_bundle),
            PYTORCH: Contestant(
                python,
                "pytorch_loop",
                folder=str(folder),
                max_length_factor=options.max_length_factor,
                max_length_constant=options.max_length_constant,
                max_target_length=loaded.recipe.data.max_target_length,
            ),
            KERAS: Contestant(sys.executable, "keras_loop", run=str(run)),
        }
        for contestant in contestants.values():
            stack.enter_context(contestant)
        for batch_size, least in LEAST_RATIOS.items():
            found = take_turns(contestants, texts, lengths, batch_size, rounds)
            click.echo(
                f"{len(texts)} sentences, batch {batch_size}, one thread, {rounds} "
                "rounds, median ms a sentence:"
            )
            for name, timing in found.items():
                line = f"  {name:14} {timing.describe()}"
                if name in least:
                    wall, processor = timing.ratios_to(found[INT8])
                    beside, _ = timing.ratios_to(found[FLOAT32])
                    failed |= min(wall, processor) < least[name]
                    line += (
                        f"; int8 is {wall:.2f} ({processor:.2f}) times as fast; "
                        f"float32 {beside:.2f} times"
                    )
                click.echo(line)
            for name in (PYTORCH, KERAS):
                pairs = zip(found[name].tokens, found[FLOAT32].tokens, strict=True)
                same = sum(one == other for one, other in pairs)
                click.echo(f"  {name}: {same} hypotheses equal the float32 bundle's")
                failed |= same < _SAME * len(texts)
    sys.exit(failed)


def _write_weights(run: Run, folder: Path) -> None:
    """Write a run's weights and tokenizers where PyTorch's side reads them.

    Raises:
        SystemExit: The run has an architecture that PyTorch's side does not have.
    """
    config = run.recipe.model
    architecture = config.attention, config.cell, config.decoder_layers
    if architecture != ("bahdanau", "gru", 1) or config.layer_norm:
        raise SystemExit(
            "RUN must be a model with attention, GRU cells, one decoder layer and no "
            f"layer norm. Received: {config.attention}, {config.cell}, "
            f"{config.decoder_layers} layers, layer_norm={config.layer_norm}."
        )
    variables = {
        variable.path: np.asarray(variable)
        for variable in run.seq2seq.training.trainable_variables
    }
    np.savez(folder / "weights.npz", **variables)  # type: ignore[arg-type]
    (folder / "config.json").write_text(json.dumps(config.to_json()))
    for side, file in run.tokenizer_files.items():
        (folder / side).write_bytes(file.read_bytes())


if __name__ == "__main__":
    main()
