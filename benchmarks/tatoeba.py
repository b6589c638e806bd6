"""Quality on real Chinese-English sentences: both systems, same recipe and budget.

Trains a GRU model with and without attention on the training pairs, chooses epochs on
the validation pairs, exports both, and scores both bundles on the test set with
`keras-s2s evaluate`. The hypotheses of each float32 bundle are compared with those of
its Keras model on the way.

    python benchmarks/tatoeba.py --data ../shared/data/tatoeba_zh_en --out /tmp/tatoeba
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

SYSTEMS = {"bahdanau": "attention", "none": "fixed context"}


def run(*arguments: str) -> None:
    """Run one of the project's commands; stop the benchmark where it fails."""
    print("$", *arguments[1:], flush=True)
    subprocess.run(arguments, check=True)


def main() -> None:
    """Train, export, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="train, val, test")
    parser.add_argument("--out", type=Path, required=True, help="runs and bundles")
    parser.add_argument("--preset", default="base")
    parser.add_argument("--set", dest="settings", action="append", default=[])
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)

    def split(name: str, side: str) -> str:
        return str(arguments.data / f"{name}.{side}")

    lines = []
    for attention, name in SYSTEMS.items():
        run_path = arguments.out / attention
        bundle = arguments.out / f"{attention}-bundle"
        scores = arguments.out / f"{attention}.json"
        start = time.perf_counter()
        run(
            *(sys.executable, "-m", "keras_s2s", "train", "--out", str(run_path)),
            *("--source", split("train", "zh"), "--target", split("train", "en")),
            *("--valid-source", split("val", "zh")),
            *("--valid-target", split("val", "en")),
            *("--source-language", "zh", "--target-language", "en", "--force"),
            *("--preset", arguments.preset, "--attention", attention),
            *(part for setting in arguments.settings for part in ("--set", setting)),
        )
        minutes = (time.perf_counter() - start) / 60
        run(
            *(sys.executable, "-m", "export", str(run_path), str(bundle), "--force"),
            *("--verify-source", split("test", "zh")),
            *("--verify-reference", split("test", "en")),
        )
        run(
            *(sys.executable, "-m", "keras_s2s", "evaluate", str(bundle)),
            *("--source", split("test", "zh"), "--reference", split("test", "en")),
            *("--beam-size", "1", "--json", str(scores)),
        )
        found = json.loads(scores.read_text())
        lines.append(
            f"{name:14} test BLEU {found['bleu']['value']:.2f}, "
            f"chrF {found['chrf']['value']:.2f}, greedy, float32 bundle, "
            f"{minutes:.1f} minutes of training"
        )
    print(*lines, found["bleu"]["signature"], found["chrf"]["signature"], sep="\n")


if __name__ == "__main__":
    main()
