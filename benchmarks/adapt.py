"""A translator of everyday sentences adapted to captions: what it learns and forgets.

A run on Tatoeba (English-German), made here unless there is one, is adapted to some
captions of Multi30k. BLEU on captions and on Tatoeba, before and after, stands beside
that of trainings on the captions alone and on both from the start. Epochs are chosen on
validation pairs; the test sets are read once, from float32 bundles, greedy.

What is in `--out` already is not made again, so a run that was stopped goes on.

    python benchmarks/adapt.py --tatoeba tatoeba_en_de --captions multi30k_en_de \
        --out /tmp/adapt --pairs 500 5000
"""

import argparse
import json
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from project_command import run

LANGUAGES = "en", "de"
SIDES = "source", "target"
LANGUAGE_OPTIONS = ["--source-language", "en", "--target-language", "de"]


def pair_options(prefix: str, stem: Path) -> list[str]:
    """Return the options that name `stem.en` and `stem.de`."""
    sides = zip(SIDES, LANGUAGES, strict=True)
    return [
        part
        for side, language in sides
        for part in (f"--{prefix}{side}", f"{stem}.{language}")
    ]


def write_lines(stem: Path, parts: Sequence[tuple[Path, int | None]]) -> Path:
    """Join the first lines of several texts; return the stem of the two files."""
    for language in LANGUAGES:
        with Path(f"{stem}.{language}").open("w", encoding="utf-8") as joined:
            for part, count in parts:
                with Path(f"{part}.{language}").open(encoding="utf-8") as lines:
                    joined.writelines(islice(lines, count))
    return stem


class Benchmark:
    """The texts, and where results go."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.out: Path = arguments.out
        self.tatoeba: Path = arguments.tatoeba
        self.captions: Path = arguments.captions
        self.training = ["--preset", arguments.preset, *_settings(arguments.settings)]
        if arguments.start_time_limit:
            self.training += ["--time-limit", arguments.start_time_limit]
        self.alone = _settings(arguments.alone_settings)
        self.adapting = ["--time-limit", arguments.time_limit]
        if arguments.epochs:
            self.adapting = ["--epochs", str(arguments.epochs)]
        self.adapting += _settings(arguments.adapt_settings)
        self.test_lines: int | None = arguments.test_lines
        self.train_lines: int | None = arguments.train_lines

    def make(self, name: str, *command: str) -> Path:
        """Make a run, unless it is there; note how long it took."""
        path = self.out / name
        if not (path / "scores.json").exists():
            begin = time.perf_counter()
            run(path.with_suffix(".log"), "keras_s2s", *command, "--out", str(path))
            minutes = (time.perf_counter() - begin) / 60
            path.with_suffix(".minutes").write_text(f"{minutes:.1f}\n")
        return path

    def base(self, given: Path | None) -> Path:
        """Return the run that is adapted; train it, unless one is given."""
        text = self.out / "tatoeba"
        write_lines(text, [(self.tatoeba / "train", self.train_lines)])
        link = self.out / "base"
        if given and not link.exists():
            link.symlink_to(given.resolve())
        return self.make(
            "base",
            *("train", *self.training, *LANGUAGE_OPTIONS),
            *pair_options("", text),
            *pair_options("valid-", self.tatoeba / "val"),
        )

    def systems(self, base: Path, pairs: int) -> dict[str, Path]:
        """Make what is compared for a number of captions."""
        new = write_lines(
            self.out / f"captions-{pairs}", [(self.captions / "train", pairs)]
        )
        # Somebody who has 500 pairs has no thousand to validate on.
        valid = write_lines(
            self.out / f"valid-{pairs}", [(self.captions / "val", max(50, pairs // 10))]
        )
        old = self.out / "tatoeba"
        both = write_lines(self.out / f"both-{pairs}", [(old, None), (new, None)])
        both_valid = write_lines(
            self.out / f"both-valid-{pairs}",
            [(self.tatoeba / "val", None), (valid, None)],
        )
        # So few lines have no more pieces; `auto` chooses its own.
        pieces = min(4000, 2 * pairs)
        settings = [f"{side}_vocab_size={pieces}" for side in SIDES]
        vocabularies = [] if "auto" in self.training else _settings(settings)
        bounded = [*self.adapting, *pair_options("", new)]
        bounded += pair_options("valid-", valid)
        bounded += pair_options("old-valid-", self.tatoeba / "val")
        mixed = pair_options("mix-", old)
        return {
            f"adapted to {pairs}": self.make(
                f"adapted-{pairs}", "adapt", str(base), *bounded, *mixed
            ),
            f"adapted to {pairs}, nothing mixed in, no bound": self.make(
                f"adapted-freely-{pairs}",
                *("adapt", str(base), *bounded, "--max-forgetting", "inf"),
            ),
            f"{pairs} captions alone": self.make(
                f"alone-{pairs}",
                *("train", *self.training, *LANGUAGE_OPTIONS),
                *vocabularies,
                *self.alone,
                *(*pair_options("", new), *pair_options("valid-", valid)),
            ),
            f"Tatoeba and {pairs} captions from the start": self.make(
                f"both-{pairs}-run",
                *("train", *self.training, *LANGUAGE_OPTIONS),
                *(*pair_options("", both), *pair_options("valid-", both_valid)),
            ),
        }

    def bleu(self, path: Path) -> list[dict[str, object]]:
        """Return BLEU of a run's bundle on the test captions and on Tatoeba's."""
        bundle = path.with_name(f"{path.name}-bundle")
        if not bundle.exists():
            run(path.with_suffix(".log"), "export", str(path), str(bundle))
        scores = []
        for name, text in (
            ("captions", self.captions / "test_2016_flickr"),
            ("tatoeba", self.tatoeba / "test"),
        ):
            file = self.out / f"{path.name}.{name}.json"
            if not file.exists():
                test = self.out / f"test-{name}"
                write_lines(test, [(text, self.test_lines)])
                run(
                    path.with_suffix(".log"),
                    *("keras_s2s", "evaluate", str(bundle), "--beam-size", "1"),
                    *("--source", f"{test}.en", "--reference", f"{test}.de"),
                    *("--json", str(file)),
                )
            scores.append(json.loads(file.read_text())["bleu"])
        return scores


def _settings(settings: Sequence[str]) -> list[str]:
    return [part for setting in settings for part in ("--set", setting)]


def main() -> None:
    """Train, adapt, export, evaluate, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tatoeba", type=Path, required=True, help="train, val, test")
    parser.add_argument("--captions", type=Path, required=True, help="Multi30k")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--run", type=Path, help="a run on Tatoeba; default: train one")
    parser.add_argument("--pairs", type=int, nargs="+", default=[500, 5000])
    parser.add_argument("--preset", default="small")
    parser.add_argument("--time-limit", default="10m", help="of each adaptation")
    parser.add_argument("--epochs", type=int, help="of adaptations, instead")
    parser.add_argument("--start-time-limit", help="of each training from the start")
    parser.add_argument("--train-lines", type=int, help="of Tatoeba; default: all")
    parser.add_argument("--test-lines", type=int, help="of each test; default: all")
    for option, name, what in (
        ("--set", "settings", "of all trainings from the start"),
        ("--alone-set", "alone_settings", "of those on captions alone"),
        ("--adapt-set", "adapt_settings", "of adaptations"),
    ):
        parser.add_argument(
            option,
            dest=name,
            action="append",
            default=[],
            metavar="KEY=VALUE",
            help=what,
        )
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    benchmark = Benchmark(arguments)
    base = benchmark.base(arguments.run)
    signatures: dict[str, None] = {}

    def show(name: str, path: Path) -> None:
        captions, tatoeba = benchmark.bleu(path)
        signatures.update({str(captions["signature"]): None})
        minutes = path.with_suffix(".minutes")
        took = minutes.read_text().strip() if minutes.exists() else "?"
        print(
            f"{name:45} captions {captions['value']:6.2f}  "
            f"Tatoeba {tatoeba['value']:6.2f}  {took} minutes",
            flush=True,
        )

    show("before", base)
    for pairs in arguments.pairs:
        for name, path in benchmark.systems(base, pairs).items():
            show(name, path)
    print(*signatures, sep="\n")


if __name__ == "__main__":
    main()
