"""Trainings with a time limit: do they end in time, and how good are they?

For every corpus and limit, trains `--time-limit` with the recipe that `auto` chooses,
the same once more stopped in its middle and resumed, and each preset of `--presets`
with the same limit. Prints a row for each: minutes, share of the limit, why it ended,
validation BLEU, and what was chosen. Only validation text is read. What is finished
stays in `--out`, so the benchmark can be interrupted and goes on with the same command.

    python benchmarks/time_limit.py --data ../shared/data --out /tmp/time_limit
    python benchmarks/time_limit.py --data ../shared/data --out /tmp/time_limit \
        --only tatoeba_zh_en-5000 tatoeba_en_de-5000 --presets small base --unlimited

`--unlimited` trains `auto` and the presets without a limit instead. A folder of
`--data` holds `train.*` and `val.*`, as README.md there describes. `NAME-5000` stands
for 5,000 pairs of NAME, drawn once. Times are of the whole command, from its start to
its end.
"""

import argparse
import csv
import json
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = {"tatoeba_zh_en": ("zh", "en"), "tatoeba_en_de": ("en", "de")}
CASES = {
    "tatoeba_zh_en-5000": ("10m", "30m"),
    "tatoeba_en_de-5000": ("10m", "30m"),
    "tatoeba_zh_en": ("10m", "30m"),
    "tatoeba_en_de": ("30m", "90m"),
}
"""Corpora, and the limits that each is trained with."""

FEW_PIECES = 2000
"""Of each vocabulary of a preset where pairs are drawn; `auto` chooses its own."""
SEED = 1
SECONDS = {"s": 1, "m": 60, "h": 3600}


@dataclass(frozen=True)
class Case:
    """One training.

    Attributes:
        corpus: Folder of `--data`, and the number of pairs drawn of it, if any.
        limit: The limit as the command takes it; empty for none.
        preset: The preset.
        stopped: Whether it is stopped in its middle and resumed.
    """

    corpus: str
    limit: str
    preset: str
    stopped: bool = False

    @property
    def name(self) -> str:
        """Name of its directory."""
        parts = self.corpus, self.limit or "unlimited", self.preset
        return "-".join((*parts, *(["resumed"] if self.stopped else [])))

    @property
    def seconds(self) -> float:
        """The limit in seconds; 0 for none."""
        if not self.limit:
            return 0.0
        return float(self.limit[:-1]) * SECONDS[self.limit[-1]]


def main() -> None:
    """Train what is not trained yet and print the table as it grows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folders of corpora")
    parser.add_argument("--out", type=Path, required=True, help="runs and results")
    parser.add_argument("--only", nargs="+", default=list(CASES), metavar="CORPUS")
    parser.add_argument("--limits", nargs="+", help="instead of those of a corpus")
    parser.add_argument("--presets", nargs="*", default=["small", "base"])
    parser.add_argument("--no-resumed", action="store_true")
    parser.add_argument("--unlimited", action="store_true", help="without a limit")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    print(
        "| corpus | limit | recipe | minutes | of the limit | ended | val BLEU "
        "| beside training | chosen |"
    )
    print(f"|{' --- |' * 9}")
    for corpus in arguments.only:
        limits = arguments.limits or CASES.get(corpus, ())
        for limit in [""] if arguments.unlimited else limits:
            cases = [Case(corpus, limit, "auto")]
            if limit and not arguments.no_resumed:
                cases.append(Case(corpus, limit, "auto", stopped=True))
            cases += [Case(corpus, limit, preset) for preset in arguments.presets]
            for case in cases:
                result = measured(case, arguments.data, arguments.out)
                print(row(case, result), flush=True)


def measured(case: Case, data: Path, out: Path) -> dict[str, object]:
    """Return what a training came to; train it if no earlier call has."""
    path = out / f"{case.name}.json"
    if not path.exists():
        files = text_options(case.corpus, data, out)
        run = out / case.name
        seconds = trained(case, files, run)
        config = json.loads((run / "config.json").read_text())
        result = {
            "seconds": seconds,
            "scores": json.loads((run / "scores.json").read_text()),
            "config": config,
            "beside": seconds_of_validation(run) / seconds,
        }
        path.write_text(json.dumps(result, indent=2))
    found: dict[str, object] = json.loads(path.read_text())
    return found


def trained(case: Case, files: list[str], run: Path) -> float:
    """Train and return the seconds of all starts together."""
    command = [sys.executable, "-m", "keras_s2s", "train", *files, "--out", str(run)]
    options = ["--preset", case.preset, "--force"]
    if case.preset != "auto" and "-" in case.corpus:
        # The vocabularies of the presets are larger than what so few pairs yield.
        for side in ("source", "target"):
            options += ["--set", f"{side}_vocab_size={FEW_PIECES}"]
    if case.limit:
        options += ["--time-limit", case.limit]
    log = run.with_name(f"{run.name}.log")
    with log.open("w") as messages:
        first = started([*command, *options], messages, case.seconds / 2, case.stopped)
        if not case.stopped:
            return first
        return first + started([*command, "--resume"], messages, 0, stopped=False)


def started(
    command: list[str], messages: object, stop_after: float, stopped: bool
) -> float:
    """Run a command, stop it as Ctrl-C does if asked, and return its seconds."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=messages, stderr=messages)  # type: ignore[call-overload]
    if stopped:
        try:
            process.wait(stop_after)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait()
            return time.perf_counter() - begin
        sys.exit(f"{' '.join(command)} ended before it could be stopped.")
    if process.wait():
        sys.exit(f"{' '.join(command)} failed.")
    return time.perf_counter() - begin


def text_options(corpus: str, data: Path, out: Path) -> list[str]:
    """Return the options that name the text; draw pairs of it if the name says so."""
    folder, _, count = corpus.partition("-")
    source, target = LANGUAGES[folder]
    train = data / folder
    if count:
        train = out / "text" / corpus
        draw(data / folder, train, (source, target), int(count))
    return [
        *("--source", f"{train / 'train'}.{source}"),
        *("--target", f"{train / 'train'}.{target}"),
        *("--valid-source", f"{data / folder / 'val'}.{source}"),
        *("--valid-target", f"{data / folder / 'val'}.{target}"),
        *("--source-language", source, "--target-language", target),
    ]


def draw(folder: Path, drawn: Path, languages: tuple[str, str], count: int) -> None:
    """Write `count` training pairs of a folder, the same ones every time."""
    lines = [
        (folder / f"train.{language}").read_bytes().split(b"\n")[:-1]
        for language in languages
    ]
    chosen = sorted(random.Random(SEED).sample(range(len(lines[0])), count))
    drawn.mkdir(parents=True, exist_ok=True)
    for language, side in zip(languages, lines, strict=True):
        text = b"".join(side[index] + b"\n" for index in chosen)
        (drawn / f"train.{language}").write_bytes(text)


def seconds_of_validation(run: Path) -> float:
    """Return the seconds of all validations of a run."""
    with (run / "history.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return sum(float(row.get("validation_seconds") or 0) for row in rows)


def row(case: Case, result: dict) -> str:
    """Return a row of the table."""
    model, data = result["config"]["model"], result["config"]["data"]
    training, scores = result["config"]["training"], result["scores"]
    share = f"{result['seconds'] / case.seconds:.1%}" if case.seconds else ""
    chosen = (
        f"{model['units']} units, {data['target_vocab_size']} pieces, dropout "
        f"{model['output_dropout']:g}, {training['epochs']} epochs, "
        f"{training['measured_speed']:.0f} tokens/s"
    )
    cells = (
        case.corpus,
        case.limit or "none",
        case.preset + (", resumed" if case.stopped else ""),
        f"{result['seconds'] / 60:.1f}",
        share,
        scores.get("ended", ""),
        f"{scores['val_bleu']:.2f}",
        f"{result['beside']:.1%}",
        chosen,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
