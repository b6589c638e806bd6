"""Quality after the same minutes: ours beside JoeyNMT, on the same pairs and pieces.

    python benchmarks/same_time.py --data tatoeba_en_de --languages en de \
        --minutes 30 --minutes 90 --out /tmp/same_time

1. Ours: `keras-s2s train --time-limit`, once for each of `--minutes`, everything from
   reading to scores within it; exported in float32.
2. JoeyNMT's Transformer and its recurrent model with Bahdanau attention, in the sizes
   of its documentation (IWSLT), trained for the longest of `--minutes` in the pieces of
   our longest training. Tokenizers, start and validation are not counted for them; of
   the weights at 80, 90 and 100 % of a limit the best on validation text count.
3. The test set is read, once: BLEU, greedy and with beam 5 and length penalty 1.

Each training has the cores that this process has (`taskset`). What is finished in
`--out` stays, so `--only` can train systems side by side, each on cores of its own; a
last call without it prints all. PyTorch and JoeyNMT go into an environment in `--out`.
"""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import sacrebleu
from peers.environment import JOEYNMT_INSTALLATIONS, prepare
from project_command import run

OURS = "keras-s2s"
TRAINING = Path(__file__).parent / "peers" / "joeynmt_quality.py"
SEARCHES = {
    "greedy": ("--beam-size", "1"),
    "beam": ("--beam-size", "5", "--length-penalty", "1"),
}


def embedding(dim: int, dropout: float, scale: bool) -> dict[str, Any]:
    """Return JoeyNMT's description of an embedding."""
    return {"embedding_dim": dim, "scale": scale, "dropout": dropout}


def transformer() -> dict[str, Any]:
    """Return JoeyNMT's Transformer for IWSLT: six layers of 256 units a side."""
    side = {
        "type": "transformer",
        "num_layers": 6,
        "num_heads": 4,
        "embeddings": embedding(256, 0.0, scale=True),
        "hidden_size": 256,
        "ff_size": 1024,
        "dropout": 0.3,
        "layer_norm": "pre",
    }
    return {
        "initializer": "xavier_uniform",
        "embed_initializer": "xavier_uniform",
        "bias_initializer": "zeros",
        "tied_embeddings": False,
        "tied_softmax": True,
        "encoder": side,
        "decoder": side,
    }


def recurrent() -> dict[str, Any]:
    """Return JoeyNMT's recurrent model for IWSLT, with Bahdanau attention."""
    return {
        "initializer": "xavier_uniform",
        "embed_initializer": "normal",
        "embed_init_weight": 0.1,
        "bias_initializer": "zeros",
        "tied_embeddings": False,
        "tied_softmax": False,
        "encoder": {
            "type": "recurrent",
            "rnn_type": "gru",
            "embeddings": embedding(620, 0.2, scale=False),
            "hidden_size": 500,
            "bidirectional": True,
            "dropout": 0.2,
            "num_layers": 1,
        },
        "decoder": {
            "type": "recurrent",
            "rnn_type": "gru",
            "embeddings": embedding(620, 0.2, scale=False),
            "hidden_size": 1000,
            "dropout": 0.2,
            "hidden_dropout": 0.2,
            "num_layers": 1,
            "input_feeding": True,
            "init_hidden": "bridge",
            "attention": "bahdanau",
        },
    }


PEERS = {
    "JoeyNMT Transformer": {"model": transformer(), "learning_rate": 7e-4},
    "JoeyNMT recurrent": {"model": recurrent(), "learning_rate": 5e-4},
}
"""Learning rates are higher than the documentation's, which has days of a GPU."""


@dataclass(frozen=True)
class Corpus:
    """The text of one folder.

    Attributes:
        folder: Has `train`, `val` and `test` of both languages.
        languages: Source and target.
        bleu_tokenizer: sacreBLEU's.
    """

    folder: Path
    languages: tuple[str, str]
    bleu_tokenizer: str

    def sides(self, split: str) -> tuple[str, str]:
        """Return the two files of a split."""
        source, target = self.languages
        return str(self.folder / f"{split}.{source}"), str(
            self.folder / f"{split}.{target}"
        )


def train_ours(corpus: Corpus, minutes: int, out: Path, options: Sequence[str]) -> None:
    """Train, export and evaluate ours, unless that is done."""
    result = out / f"ours-{minutes}.json"
    if result.exists():
        return
    path, bundle = out / f"ours-{minutes}", out / f"ours-{minutes}-bundle"
    log = out / f"ours-{minutes}.log"
    (source, target), (valid_source, valid_target) = map(corpus.sides, ("train", "val"))
    languages = corpus.languages
    begin = time.perf_counter()
    run(
        log,
        *("keras_s2s", "train", "--source", source, "--target", target),
        *("--valid-source", valid_source, "--valid-target", valid_target),
        *("--source-language", languages[0], "--target-language", languages[1]),
        *("--time-limit", f"{minutes}m", "--out", str(path), "--force", *options),
    )
    seconds = time.perf_counter() - begin
    run(log, "export", str(path), str(bundle), "--force")
    scores = json.loads((path / "scores.json").read_text())
    test = corpus.sides("test")
    written = {}
    for name, search in SEARCHES.items():
        output = out / f"ours-{minutes}.{name}"
        run(
            log,
            *("keras_s2s", "evaluate", str(bundle), *search),
            *("--source", test[0], "--reference", test[1], "--output", str(output)),
        )
        written[name] = read_lines(output)
    with np.load(path / "best.weights.npz") as weights:
        parameters = sum(weights[name].size for name in weights)
    found = {"val_bleu": scores["val_bleu"], "minutes": seconds / 60}
    result.write_text(json.dumps({**found, "parameters": parameters, **written}))


def train_peer(
    name: str, corpus: Corpus, minutes: Sequence[int], out: Path, batch_tokens: int
) -> None:
    """Train a system of JoeyNMT with the pieces of ours, unless that is done."""
    folder = out / name.replace(" ", "-")
    if all((folder / f"{one}.json").exists() for one in minutes):
        return
    python = prepare(out / "peers", JOEYNMT_INSTALLATIONS)
    ours = out / f"ours-{max(minutes)}"
    names = [ours / f"{side}.spm" for side in ("source", "target")]
    if not names[0].exists():
        names = [ours / "shared.spm"] * 2
    if not names[0].exists():
        raise click.UsageError(
            f"{name} is trained in the pieces of ours: {ours} must have begun."
        )
    sides = {split: dict(zip(("src", "trg"), corpus.sides(split), strict=True))
             for split in ("train", "val", "test")}  # fmt: skip
    setup = {
        **PEERS[name],
        "seed": 1,
        "threads": len(os.sched_getaffinity(0)),
        "minutes": sorted(minutes),
        "batch_tokens": batch_tokens,
        "warm_up": 1000,
        "bleu_tokenizer": corpus.bleu_tokenizer,
        "src_tokenizer": str(names[0]),
        "trg_tokenizer": str(names[1]),
        "train": sides["train"],
        "dev": [sides["val"], sides["test"]],
    }
    folder.mkdir(exist_ok=True)
    described = folder / "setup.json"
    described.write_text(json.dumps(setup))
    with (out / f"{folder.name}.log").open("w") as messages:
        subprocess.run(
            [str(python), str(TRAINING), str(described), str(folder)],
            check=True,
            stdout=messages,
            stderr=messages,
        )


def row(name: str, minutes: int, path: Path, corpus: Corpus) -> str:
    """Return a row of the table."""
    found = json.loads(path.read_text())
    references = [read_lines(Path(corpus.sides("test")[1]))]
    scores = [
        sacrebleu.corpus_bleu(
            found[search], references, tokenize=corpus.bleu_tokenizer
        ).score
        for search in SEARCHES
    ]
    return (
        f"| {name} | {minutes} | {found['parameters']:,} | {found['minutes']:.1f} "
        f"| {found['val_bleu']:.2f} | {scores[0]:.2f} | {scores[1]:.2f} |"
    )


def read_lines(path: Path) -> list[str]:
    """Return the lines of a file."""
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


@click.command()
@click.option("--data", type=click.Path(path_type=Path), required=True)
@click.option("--languages", nargs=2, required=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--minutes", multiple=True, type=int, default=(30, 90))
@click.option("--bleu-tokenizer", default="13a", show_default=True)
@click.option("--batch-tokens", default=2048, show_default=True, help="JoeyNMT's.")
@click.option("--only", multiple=True, type=click.Choice([OURS, *PEERS]))
@click.option("--set", "settings", multiple=True, help="Of ours: KEY=VALUE.")
def main(
    *,
    data: Path,
    languages: tuple[str, str],
    out: Path,
    minutes: tuple[int, ...],
    bleu_tokenizer: str,
    batch_tokens: int,
    only: tuple[str, ...],
    settings: tuple[str, ...],
) -> None:
    """Train what is not trained yet, and print the table."""
    out.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(data, languages, bleu_tokenizer)
    wanted = only or (OURS, *PEERS)
    options = [part for setting in settings for part in ("--set", setting)]
    if OURS in wanted:
        # The longest first: the others are trained in its pieces.
        for limit in sorted(minutes, reverse=True):
            train_ours(corpus, limit, out, options)
    for name in PEERS:
        if name in wanted:
            train_peer(name, corpus, minutes, out, batch_tokens)
    click.echo(
        "| system | limit | parameters | minutes | validation | test, greedy | beam 5 |"
    )
    click.echo("| --- " * 7 + "|")
    for limit in sorted(minutes):
        if OURS in wanted:
            click.echo(row(OURS, limit, out / f"ours-{limit}.json", corpus))
        for name in PEERS:
            if name in wanted:
                path = out / name.replace(" ", "-") / f"{limit}.json"
                click.echo(row(name, limit, path, corpus))
    signature = sacrebleu.BLEU(tokenize=bleu_tokenizer)
    signature.corpus_score(["a"], [["a"]])
    click.echo(signature.get_signature())


if __name__ == "__main__":
    main()
