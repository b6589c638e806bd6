"""What each ingredient of the recipe gives, in validation BLEU.

Trains a base recipe, and once more with each ingredient taken away, added or changed,
all with the same seed and the same number of epochs, and prints the best validation
BLEU (greedy, of the averaged weights), its difference to the base's and the
processor's time. A run that is already in `--out` is not trained again, so the
benchmark can be interrupted.

    python benchmarks/ingredients.py --data multi30k_en_de --suffix lc.norm.tok \
        --languages en de --out /tmp/ingredients

A difference of less than about 0.5 BLEU is within what another seed changes; `--seeds`
trains every variant with several and prints the means.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
from pathlib import Path

BASE = {
    "embedding_dim": "128",
    "encoder_units": "96",
    "units": "160",
    "attention_units": "96",
    "conditional": "true",
    "tied_embeddings": "all",
    "shared_vocabulary": "true",
    "target_vocab_size": "4000",
    "batch_tokens": "1200",
    "embedding_dropout": "0.2",
    "context_dropout": "0.2",
    "output_dropout": "0.2",
    "word_dropout": "0.1",
    # Ten epochs are few: small models learn more of them with larger steps.
    "learning_rate": "0.002",
    "epochs": "10",
    "first_validation_epoch": "9",
    "operator_threads": "1",
}
VARIANTS = {
    "base": {},
    "no conditional cell": {"conditional": "false"},
    "embeddings not tied": {"tied_embeddings": "none"},
    "two vocabularies, target embedding tied": {
        "shared_vocabulary": "false",
        "source_vocab_size": "4000",
        "tied_embeddings": "target",
    },
    "no dropout": {
        "embedding_dropout": "0",
        "context_dropout": "0",
        "output_dropout": "0",
    },
    "more dropout, 0.4": {
        "embedding_dropout": "0.4",
        "context_dropout": "0.4",
        "output_dropout": "0.4",
    },
    "no word dropout": {"word_dropout": "0"},
    "word dropout 0.2": {"word_dropout": "0.2"},
    "recurrent dropout 0.2": {"recurrent_dropout": "0.2"},
    "layer norm": {"layer_norm": "true"},
    "two encoder layers": {"encoder_layers": "2"},
    "two encoder layers, layer norm": {"encoder_layers": "2", "layer_norm": "true"},
    "vocabulary 2,000": {"target_vocab_size": "2000"},
    "vocabulary 8,000": {"target_vocab_size": "8000"},
    "BPE": {"tokenizer_model": "bpe"},
    "batches of 600 tokens": {"batch_tokens": "600"},
    "batches of 2,400 tokens": {"batch_tokens": "2400"},
    "no label smoothing": {"label_smoothing": "0"},
    "no averaged weights": {"weight_averaging": "0"},
    "no warm-up": {"warmup_epochs": "0"},
    "constant learning rate": {"final_learning_rate": "0.002"},
    "learning rate 0.001": {"learning_rate": "0.001"},
    "float32 matmuls": {"matmul_precision": "float32"},
    "plain RNN cells": {"cell": "rnn"},
    "LSTM cells": {"cell": "lstm"},
}


def train(
    path: Path, files: list[str], settings: dict[str, str], seed: int
) -> tuple[float, float]:
    """Return the best validation BLEU and the processor minutes of one run."""
    result = path / "ingredient.json"
    if not result.exists():
        options = [
            part
            for key, value in settings.items()
            if key != "cell"
            for part in ("--set", f"{key}={value}")
        ]
        before = processor_seconds()
        with path.with_name(f"{path.name}.log").open("w") as log:
            subprocess.run(
                [
                    *(sys.executable, "-m", "keras_s2s", "train", *files, *options),
                    *("--preset", "plain", "--cell", settings.get("cell", "gru")),
                    *("--seed", str(seed), "--out", str(path), "--force"),
                ],
                stdout=log,
                stderr=log,
                check=True,
            )
        minutes = (processor_seconds() - before) / 60
        scores = json.loads((path / "scores.json").read_text())
        result.write_text(json.dumps({"bleu": scores["val_bleu"], "minutes": minutes}))
    found = json.loads(result.read_text())
    return found["bleu"], found["minutes"]


def processor_seconds() -> float:
    """Return what all trainings so far took of the processor, whoever else used it."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Train every variant and print the table as it grows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="train.* and val.*")
    parser.add_argument("--suffix", default="", help="between split and language")
    parser.add_argument("--languages", nargs=2, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--bleu-tokenizer", default="none")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--only", nargs="+", default=list(VARIANTS), metavar="VARIANT")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    def split(name: str, language: str) -> str:
        parts = [name, arguments.suffix, language]
        return str(arguments.data / ".".join(part for part in parts if part))

    source, target = arguments.languages
    files = [
        *("--source", split("train", source), "--target", split("train", target)),
        *("--valid-source", split("val", source)),
        *("--valid-target", split("val", target)),
    ]
    base = None
    print("| variant | val BLEU | difference | processor minutes |")
    print("| --- | --- | --- | --- |")
    for name in arguments.only:
        settings = BASE | {"bleu_tokenizer": arguments.bleu_tokenizer} | VARIANTS[name]
        runs = [
            train(
                arguments.out / f"{name.replace(' ', '-')}-{seed}",
                files,
                settings,
                seed,
            )
            for seed in arguments.seeds
        ]
        bleu = statistics.mean(bleu for bleu, _ in runs)
        minutes = statistics.mean(minutes for _, minutes in runs)
        base = bleu if base is None else base
        print(
            f"| {name} | {bleu:.2f} | {bleu - base:+.2f} | {minutes:.1f} |", flush=True
        )


if __name__ == "__main__":
    main()
