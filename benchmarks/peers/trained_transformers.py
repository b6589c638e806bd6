"""Transformers trained on given text; each is a system that CTranslate2 runs."""

import json
import os
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
from contestants.rounds import ONE_THREAD
from contestants.system import System

TRAINING = Path(__file__).parent / "marian_training.py"
MARIAN_INSTALLATIONS = (
    ("torch==2.13.0",),
    ("transformers==5.*", "ctranslate2>=4.8", "numpy", "sentencepiece>=0.2.2"),
    ("sacrebleu>=2.6",),
)
"""What pip is asked for, one call each."""
SHAPES = {
    "Transformer 4+4 x 128": {
        "encoder_layers": 4,
        "decoder_layers": 4,
        "width": 128,
        "heads": 4,
        "feed_forward": 256,
    },
    "Transformer 6+2 x 256": {
        "encoder_layers": 6,
        "decoder_layers": 2,
        "width": 256,
        "heads": 8,
        "feed_forward": 1536,
    },
    # As many parameters as the edge student: a deep encoder, a shallow decoder.
    "Transformer 6+1 x 128": {
        "encoder_layers": 6,
        "decoder_layers": 1,
        "width": 128,
        "heads": 4,
        "feed_forward": 384,
    },
}


def train(python: Path, out: Path, setup: dict[str, Any]) -> dict[str, Any]:
    """Train a Transformer, unless it is there; return its scores."""
    scores = out / "scores.json"
    if not scores.exists():
        out.mkdir(parents=True, exist_ok=True)
        (out / "setup.json").write_text(json.dumps(setup, indent=1))
        with (out / "training.log").open("a") as log:
            subprocess.run(
                [python, TRAINING, out / "setup.json", out],
                env={**os.environ, **ONE_THREAD},
                stdout=log,
                stderr=log,
                check=True,
            )
    found: dict[str, Any] = json.loads(scores.read_text())
    return found


def train_all(
    python: Path,
    out: Path,
    setup: dict[str, Any],
    learning_rates: Sequence[float],
    jobs: int,
) -> list[System]:
    """Train every shape at every learning rate; return the best of each shape."""
    runs = [(name, rate) for name in SHAPES for rate in learning_rates]

    def folder(name: str, rate: float) -> Path:
        return out / f"{name.replace(' ', '-')}-{rate:g}"

    def train_one(run: tuple[str, float]) -> dict[str, Any]:
        name, rate = run
        return train(
            python,
            folder(*run),
            {**setup, "shape": SHAPES[name], "learning_rate": rate},
        )

    with ThreadPoolExecutor(jobs) as pool:
        scores = dict(zip(runs, pool.map(train_one, runs), strict=True))
    systems = []
    for name in SHAPES:
        best = max(learning_rates, key=lambda rate: scores[name, rate]["val_bleu"])
        found = scores[name, best]
        click.echo(
            f"{name}: validation BLEU {found['val_bleu']:.2f}, greedy, "
            f"{found['parameters']:,} parameters, learning rate {best:g}"
        )
        model, tokenizer = folder(name, best) / "ctranslate2", Path(setup["tokenizer"])
        arguments = {"model": str(model), "tokenizer": str(tokenizer)}
        files = (model, tokenizer)
        systems.append(System(name, python, "trained_transformer", arguments, files))
    return systems
