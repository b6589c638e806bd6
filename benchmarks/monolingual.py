"""What text of one language gives: teachers' translations of it, and back-translation.

1. A baseline and a model of the other direction are trained on the pairs, and exported.
2. `distill` translates further source sentences, `back-translate` further target ones.
3. The same recipe is trained on the pairs with each of these texts, and scored on the
   validation pairs; with `--test`, also once on the test set.

Epochs are passes over the whole text, so a longer text is trained on for longer. What
is in `--out` already is not made again, so a run that was stopped goes on.

    python benchmarks/monolingual.py --data tatoeba_zh_en --languages zh en \
        --target-text tatoeba_english/sentences.en --out /tmp/monolingual
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from project_command import run

BACK_TRANSLATIONS = {
    "beam": [],
    "beam-untagged": ["--no-tag"],
    "sampled": ["--sampling"],
    "sampled-top-10": ["--sampling", "--top-k", "10"],
    "mbr": ["--sampling", "--select", "mbr"],
}
"""Options of `back-translate`, by the name of what is trained on its text."""

DISTILLATIONS = {
    "distilled": [],
    "distilled-mbr": ["--select", "mbr", "--beam-size", "8"],
}
"""Options of `distill --monolingual`."""


def join(path: Path, parts: Sequence[Path]) -> Path:
    """Write some texts one after the other."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


@dataclass(frozen=True)
class Benchmark:
    """The texts and the recipe.

    Attributes:
        data: Folder with `train`, `val` and `test`, a file for each language.
        languages: Codes of source and target, which are the suffixes of the files.
        out: Where results go.
        training: Options of every training.
        threads: Batches translated at the same time.
    """

    data: Path
    languages: tuple[str, str]
    out: Path
    training: Sequence[str]
    threads: int

    def split(self, name: str) -> list[Path]:
        """Return source and target of a split."""
        return [self.data / f"{name}.{language}" for language in self.languages]

    def train(self, name: str, text: Sequence[Path], *, reverse: bool = False) -> Path:
        """Train a run, unless it is there."""
        path = self.out / name
        if (path / "scores.json").exists():
            return path
        order = -1 if reverse else 1
        options: list[str] = []
        for prefix, files in (("", text), ("valid-", self.split("val"))):
            for side, file in zip(("source", "target"), files[::order], strict=True):
                options += [f"--{prefix}{side}", str(file)]
        for side, language in zip(
            ("source", "target"), self.languages[::order], strict=True
        ):
            options += [f"--{side}-language", language]
        begin = time.perf_counter()
        run(
            path.with_suffix(".log"),
            *("keras_s2s", "train", *options, *self.training, "--out", str(path)),
        )
        minutes = (time.perf_counter() - begin) / 60
        path.with_suffix(".minutes").write_text(f"{minutes:.1f}\n")
        return path

    def export(self, path: Path) -> Path:
        """Export a run, unless its bundle is there."""
        bundle = path.with_name(f"{path.name}-bundle")
        if not bundle.exists():
            run(path.with_suffix(".log"), "export", str(path), str(bundle))
        return bundle

    def written(self, name: str, command: Sequence[str]) -> list[Path]:
        """Let a bundle write a text, unless it is there; return its two files."""
        files = [self.out / f"{name}.{language}" for language in self.languages]
        if not files[1].exists():
            said = run(
                self.out / f"{name}.write.log",
                *("keras_s2s", *command, "--threads", str(self.threads)),
                *("--out-source", str(files[0]), "--out-target", str(files[1])),
            )
            print(f"{name}: {said}", end="", flush=True)
        return files

    def with_pairs(self, name: str, files: Sequence[Path]) -> Path:
        """Train on the pairs and a text that was written."""
        text = [
            join(self.out / f"{name}-all.{language}", parts)
            for language, *parts in zip(
                self.languages, self.split("train"), files, strict=True
            )
        ]
        return self.train(f"{name}-run", text)

    def report(self, path: Path, test: bool) -> None:
        """Print what a run's bundle has."""
        scores = json.loads((path / "scores.json").read_text())
        minutes = path.with_suffix(".minutes").read_text().strip()
        line = f"{path.name:24} val {scores['val_bleu']:6.2f}  {minutes} minutes"
        if test:
            source, reference = map(str, self.split("test"))
            for beam_size in ("1", "5"):
                file = self.out / f"{path.name}.{beam_size}.json"
                if not file.exists():
                    run(
                        path.with_suffix(".log"),
                        *("keras_s2s", "evaluate", str(self.export(path))),
                        *("--source", source, "--reference", reference),
                        *("--beam-size", beam_size, "--length-penalty", "1"),
                        *("--json", str(file)),
                    )
                bleu = json.loads(file.read_text())["bleu"]
                line += f"  beam {beam_size}: {bleu['value']:.2f}"
            line += f"  {bleu['signature']}"
        print(line, flush=True)


def first_lines(source: Path, count: int | None, target: Path) -> Path:
    """Write the first lines of a text; all of them for no count."""
    with source.open("rb") as text, target.open("wb") as written:
        written.writelines(islice(text, count))
    return target


def main() -> None:
    """Train, translate, train, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="train, val, test")
    parser.add_argument("--languages", nargs=2, required=True, metavar="CODE")
    parser.add_argument("--source-text", type=Path, help="further source sentences")
    parser.add_argument("--target-text", type=Path, help="further target sentences")
    parser.add_argument("--lines", type=int, help="of these texts; default: all")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--preset", default="small")
    parser.add_argument("--set", dest="settings", action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--test", action="store_true", help="read the test set")
    known = {**BACK_TRANSLATIONS, **DISTILLATIONS}
    parser.add_argument("--variants", nargs="+", choices=known, default=list(known))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    settings = [part for setting in arguments.settings for part in ("--set", setting)]
    benchmark = Benchmark(
        arguments.data,
        tuple(arguments.languages),
        arguments.out,
        ["--preset", arguments.preset, *settings],
        arguments.threads,
    )
    baseline = benchmark.train("pairs", benchmark.split("train"))
    benchmark.report(baseline, arguments.test)
    for name in arguments.variants:
        backwards = name in BACK_TRANSLATIONS
        given = arguments.target_text if backwards else arguments.source_text
        if given is None:
            continue
        side = "target" if backwards else "source"
        text = first_lines(given, arguments.lines, arguments.out / f"more.{side}")
        if backwards:
            reverse = benchmark.train("reverse", benchmark.split("train"), reverse=True)
            bundle = str(benchmark.export(reverse))
            command = ["back-translate", bundle, str(text), *BACK_TRANSLATIONS[name]]
        else:
            bundle = str(benchmark.export(baseline))
            command = ["distill", bundle, "--monolingual", str(text)]
            command += DISTILLATIONS[name]
        files = benchmark.written(name, command)
        benchmark.report(benchmark.with_pairs(name, files), arguments.test)


if __name__ == "__main__":
    main()
