"""Our students beside Transformers that learned from the same: quality, time, size.

    python benchmarks/pareto.py --out /tmp/pareto --tokenizer RUN/source.spm \
        --source MIXTURE.en --target MIXTURE.de --data multi30k_en_de \
        --suffix lc.norm.tok --languages en de --test test_2016_flickr --minutes 60 \
        --student edge-int8=BUNDLE --student edge-int4=BUNDLE

1. Transformers of Marian's architecture are trained on the text that the students were
   trained on (references and the teachers' translations, `benchmarks/multi30k.py` makes
   it), in the same vocabulary, each for `--minutes` of a processor's time, at the
   learning rate of `--learning-rates` that has the best validation BLEU. CTranslate2
   runs them in int8. A training that was ended goes on; one that is finished stays.
2. The test set is read, once: BLEU of the translations, greedy and with beam 5, and
   milliseconds a sentence, one by one and in batches of 32, on one core that is the
   processes' own. Systems take turns every 256 sentences.
3. A table and, with `--chart`, a picture: BLEU across time, size as a point's area.

Every system has a process of its own. Memory is the most that it had when all was
translated one by one, cold start what passes until its first sentence is there.
"""

import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import sacrebleu
from contestants.rounds import Timing, take_turns
from contestants.serving import Request
from contestants.system import System
from pareto_chart import Point, draw
from peers.environment import prepare
from peers.trained_transformers import MARIAN_INSTALLATIONS, train_all

STARTS = 5


@dataclass(frozen=True)
class Corpus:
    """Where the text is.

    Attributes:
        data: Folder of the splits.
        suffix: Between split and language; empty for none.
        languages: Source and target.
        test: Name of the test split.
    """

    data: Path
    suffix: str
    languages: tuple[str, str]
    test: str

    def file(self, split: str, side: int) -> str:
        """Return a file of a split: 0 for the source, 1 for the target."""
        parts = [split, self.suffix, self.languages[side]]
        return str(self.data / ".".join(part for part in parts if part))

    @property
    def bleu_tokenizer(self) -> str:
        """Text that is tokenized already is scored as it is."""
        return "none" if "tok" in self.suffix else "13a"

    def test_lines(self, side: int) -> list[str]:
        """Return the test set."""
        text = Path(self.file(self.test, side)).read_text(encoding="utf-8")
        return text.removesuffix("\n").split("\n")


def bleu_of(system: System, corpus: Corpus, beam_size: int) -> float:
    """Return the BLEU of a system's translations of the test set."""
    texts = corpus.test_lines(0)
    with system.start(beam_size) as contestant:
        _, _, reply = contestant.translate(Request(texts, [], 32))
    metric = sacrebleu.BLEU(tokenize=corpus.bleu_tokenizer)
    return float(metric.corpus_score(reply.texts, [corpus.test_lines(1)]).score)


def cold_start(system: System, text: str) -> float:
    """Return the seconds from the start of a process to its first translation."""
    taken = []
    for _ in range(STARTS):
        start = time.perf_counter()
        with system.start(1) as contestant:
            contestant.translate(Request([text], [], 1))
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def time_all(
    systems: Sequence[System], texts: Sequence[str], batch_size: int, rounds: int
) -> tuple[dict[str, Timing], dict[str, float]]:
    """Let all systems take turns; return their timings and the memory of each."""
    contestants = {system.name: system.start(1) for system in systems}
    lengths = [0] * len(texts)
    timings = take_turns(contestants, texts, lengths, batch_size, rounds)
    for contestant in contestants.values():
        contestant.end()
    return timings, {
        name: contestant.peak_megabytes for name, contestant in contestants.items()
    }


def describe_winner(points: Sequence[Point], ours: frozenset[str]) -> str:
    """Return how the best of ours compares with the best of the others."""
    peers = [point for point in points if point.name not in ours]
    best = max(peers, key=lambda point: point.bleu)
    level = [
        point for point in points if point.name in ours and point.bleu >= best.bleu
    ]
    if not level:
        nearest = max(
            (point for point in points if point.name in ours),
            key=lambda point: point.bleu,
        )
        return (
            f"No student reaches the {best.bleu:.2f} BLEU of {best.name}; "
            f"{nearest.name} has {nearest.bleu:.2f}."
        )
    quickest = min(level, key=lambda point: point.milliseconds)
    return (
        f"{quickest.name} has {quickest.bleu - best.bleu:+.2f} BLEU against "
        f"{best.name}, takes "
        f"{quickest.milliseconds / best.milliseconds:.2f} of its time at batch 1, "
        f"{quickest.batch_milliseconds / best.batch_milliseconds:.2f} at batch 32, and "
        f"{quickest.megabytes / best.megabytes:.2f} of its megabytes."
    )


@click.command(help="Compare students and Transformers on a test set.")
@click.option("--out", type=click.Path(path_type=Path), required=True)
@click.option("--data", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--suffix", default="", help="Of the splits, e.g. lc.norm.tok.")
@click.option("--languages", nargs=2, required=True)
@click.option("--test", required=True, help="Name of the test split.")
@click.option("--source", type=click.Path(exists=True), required=True)
@click.option("--target", type=click.Path(exists=True), required=True)
@click.option("--tokenizer", type=click.Path(exists=True), required=True)
@click.option("--student", "students", multiple=True, required=True, help="NAME=BUNDLE")
@click.option("--minutes", type=float, required=True, help="Of each Transformer.")
@click.option("--learning-rates", multiple=True, type=float, default=(0.001,))
@click.option("--dropout", type=float, default=0.1, show_default=True)
@click.option("--batch-tokens", type=int, default=2400, show_default=True)
@click.option("--jobs", type=int, default=2, show_default=True)
@click.option("--rounds", type=int, default=3, show_default=True)
@click.option("--core", type=int, help="That everything is timed on; the last one.")
@click.option("--chart", type=click.Path(dir_okay=False, path_type=Path))
def main(
    out: Path,
    data: Path,
    suffix: str,
    languages: tuple[str, str],
    test: str,
    source: str,
    target: str,
    tokenizer: str,
    students: Sequence[str],
    minutes: float,
    learning_rates: Sequence[float],
    dropout: float,
    batch_tokens: int,
    jobs: int,
    rounds: int,
    core: int | None,
    chart: Path | None,
) -> None:
    """Train, translate, time, print."""
    corpus = Corpus(data, suffix, languages, test)
    python = prepare(out / "environment", MARIAN_INSTALLATIONS)
    setup = {
        "source": str(Path(source).resolve()),
        "target": str(Path(target).resolve()),
        "valid_source": corpus.file("val", 0),
        "valid_target": corpus.file("val", 1),
        "tokenizer": str(Path(tokenizer).resolve()),
        "bleu_tokenizer": corpus.bleu_tokenizer,
        "minutes": minutes,
        "dropout": dropout,
        "batch_tokens": batch_tokens,
        "seed": 1,
    }
    systems = train_all(python, out, setup, learning_rates, jobs)
    for student in students:
        name, _, bundle = student.partition("=")
        path = Path(bundle)
        systems.append(
            System(name, Path(sys.executable), "bundle", {"bundle": bundle}, (path,))
        )
    # Processes that are started from here on have one core.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0)) if core is None else core})
    texts = corpus.test_lines(0)
    single, memory = time_all(systems, texts, 1, rounds)
    batched, _ = time_all(systems, texts, 32, rounds)
    click.echo(
        "| system | BLEU, greedy | beam 5 | ms a sentence | in batches of 32 | "
        "tokens | MB | MB of memory | cold start, s |"
    )
    click.echo("| --- " * 9 + "|")
    points = []
    for system in systems:
        timing = single[system.name]
        point = Point(
            system.name,
            bleu_of(system, corpus, 1),
            statistics.median(timing.milliseconds),
            statistics.median(batched[system.name].milliseconds),
            system.megabytes,
        )
        points.append(point)
        click.echo(
            f"| {point.name} | {point.bleu:.2f} | {bleu_of(system, corpus, 5):.2f} | "
            f"{point.milliseconds:.2f} | {point.batch_milliseconds:.3f} | "
            f"{timing.length:.1f} | {point.megabytes:.2f} | {memory[point.name]:.0f} | "
            f"{cold_start(system, texts[0]):.2f} |"
        )
    ours = frozenset(student.partition("=")[0] for student in students)
    click.echo(describe_winner(points, ours))
    if chart:
        draw(points, ours, chart)


if __name__ == "__main__":
    main()
