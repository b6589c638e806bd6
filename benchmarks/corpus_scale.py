"""A million pairs against a hundred thousand: memory and speed of training.

    python benchmarks/corpus_scale.py --folder corpus_scale

Draws the pairs from the phrasebook's grammar, all distinct, the small corpus being the
beginning of the large one. Then, in alternating rounds, runs `keras-s2s train` on each
in a process of its own, from the text to a step of the first epoch, and prints the peak
of its memory (children included) and its real target tokens per second over the same
range of steps. Files that an earlier call drew are used again.

Three memories are told apart: `resident` is everything, with the pages of mapped files
that the system caches and takes back when it needs them; `private` is what belongs to
these processes alone; `anonymous` is what no file stands behind. Needs Linux.
"""

import csv
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click

from keras_s2s.phrasebook import AlignedPair, generate_pairs
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

import_tensorflow_quietly()

from keras_s2s.data.batches import TrainingBatches  # noqa: E402
from keras_s2s.data.corpus import ParallelCorpus  # noqa: E402
from keras_s2s.data.encoded_corpus import encode_corpus  # noqa: E402
from keras_s2s.files.layouts import CACHE_DIRECTORY  # noqa: E402
from keras_s2s.run.run_directory import load_run  # noqa: E402

HERE = Path(__file__).parent
VALID_PAIRS = 200
SECONDS_BETWEEN_SAMPLES = 0.25
MEMORIES = {
    "resident": ("Rss",),
    "private": ("Private_Clean", "Private_Dirty"),
    "anonymous": ("Anonymous",),
}


@dataclass(frozen=True)
class Measurement:
    """What one training measured.

    Attributes:
        peaks: Largest size of each memory, in bytes.
        speed: Target tokens per second.
        cpu_speed: Target tokens per second of the processor, all threads together.
        preparation: Seconds from the start to the first step.
    """

    peaks: dict[str, int]
    speed: float
    cpu_speed: float
    preparation: float


class PeakMemory(threading.Thread):
    """Samples the memory of a process and its children until it ends.

    Args:
        pid: The process.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.peaks = dict.fromkeys(MEMORIES, 0)

    def run(self) -> None:
        """Keep the largest sample of each memory."""
        while sample := memory_of(process_tree(self._pid)):
            for name, size in sample.items():
                self.peaks[name] = max(self.peaks[name], size)
            time.sleep(SECONDS_BETWEEN_SAMPLES)


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Corpora and runs.",
)
@click.option("--small", default=100_000, show_default=True, help="Pairs.")
@click.option("--large", default=1_000_000, show_default=True, help="Pairs.")
@click.option("--preset", default="tiny", show_default=True)
@click.option("--skip", default=100, show_default=True, help="Steps before the clock.")
@click.option("--steps", default=500, show_default=True, help="Step that ends it.")
@click.option("--rounds", default=3, show_default=True)
def main(
    folder: Path,
    small: int,
    large: int,
    preset: str,
    skip: int,
    steps: int,
    rounds: int,
) -> None:
    """Train on both corpora in turn and print memory, speed and their ratios."""
    folder.mkdir(parents=True, exist_ok=True)
    draw(folder, small, large)
    found: dict[int, list[Measurement]] = {small: [], large: []}
    for number in range(1, rounds + 1):
        for pairs, measurements in found.items():
            one = measure(folder, pairs, preset, skip, steps)
            measurements.append(one)
            click.echo(
                f"round {number}, {pairs:,} pairs: {one.speed:.0f} target tokens/s, "
                f"{one.cpu_speed:.0f} per second of the processor; "
                + ", ".join(
                    f"{name} {size >> 20} MiB" for name, size in one.peaks.items()
                )
                + f"; first step after {one.preparation:.0f} s"
            )
    click.echo(
        f"{large:,} pairs against {small:,}, preset {preset}, steps {skip} to {steps}, "
        f"medians of {rounds} rounds:"
    )
    pairs_of_rounds = list(zip(found[small], found[large], strict=True))
    for memory in MEMORIES:
        ratio = statistics.median(
            many.peaks[memory] / few.peaks[memory] for few, many in pairs_of_rounds
        )
        click.echo(f"  {memory} memory at its peak: {ratio:.3f} times")
    speed = statistics.median(many.speed / few.speed for few, many in pairs_of_rounds)
    cpu_speed = statistics.median(
        many.cpu_speed / few.cpu_speed for few, many in pairs_of_rounds
    )
    click.echo(
        f"  tokens per second: {speed:.3f} times "
        f"({cpu_speed:.3f} by the processor's time)"
    )


def draw(folder: Path, small: int, large: int) -> None:
    """Write the corpora, one distinct pair after the other, as `<pairs>.zh` and `.en`.

    Validation pairs come first, so no training pair is among them.
    """
    finished = folder / f"{large}-{small}.drawn"
    if finished.exists():
        return
    start = time.perf_counter()
    pairs = generate_pairs(VALID_PAIRS + large)
    write(folder / "valid", islice(pairs, VALID_PAIRS))
    write(folder / str(large), pairs)
    for side in ("zh", "en"):
        with (
            (folder / f"{large}.{side}").open(encoding="utf-8") as source,
            (folder / f"{small}.{side}").open("w", encoding="utf-8") as target,
        ):
            target.writelines(islice(source, small))
    finished.touch()
    click.echo(f"{large:,} distinct pairs: {time.perf_counter() - start:.0f} s")


def write(path: Path, pairs: Iterable[AlignedPair]) -> None:
    """Write pairs as they come to two files, which are called after the languages."""
    with (
        path.with_suffix(".zh").open("w", encoding="utf-8") as source,
        path.with_suffix(".en").open("w", encoding="utf-8") as target,
    ):
        for pair in pairs:
            source.write(f"{pair.source}\n")
            target.write(f"{pair.target}\n")


def measure(
    folder: Path, pairs: int, preset: str, skip: int, steps: int
) -> Measurement:
    """Train on a corpus up to a step."""
    corpus = ParallelCorpus(folder / f"{pairs}.zh", folder / f"{pairs}.en")
    run_path, times = folder / f"run-{pairs}", folder / f"times-{pairs}.csv"
    command = [
        *(sys.executable, HERE / "timed_training.py", times),
        *("--stop-at", "0", str(steps)),
        *("train", "--out", run_path, "--force", "--preset", preset),
        *("--source", folder / f"{pairs}.zh", "--target", folder / f"{pairs}.en"),
        *("--valid-source", folder / "valid.zh"),
        *("--valid-target", folder / "valid.en"),
    ]
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    memory = PeakMemory(process.pid)
    memory.start()
    _, errors = process.communicate()
    memory.join()
    if process.returncode:
        sys.exit(f"Training on {pairs} pairs failed:\n{errors[-3000:]}")
    with times.open(encoding="utf-8") as file:
        rows = {int(row["step"]): row for row in csv.DictReader(file)}
    # Nearest recorded steps: a trainer may report several steps at once.
    first = min(step for step in rows if step >= skip)
    last = max(rows)
    trained = load_run(run_path)
    encoded = encode_corpus(
        corpus,
        trained.source_tokenizer,
        trained.target_tokenizer,
        trained.recipe.data,
        run_path / CACHE_DIRECTORY,
    )
    batches = TrainingBatches(
        encoded, trained.recipe.data.batch_tokens, trained.recipe.training.seed
    )
    lengths = encoded.target.lengths
    tokens = sum(
        int(lengths[indices].sum()) for indices in batches.indices(0)[first:last]
    )

    def spent(column: str) -> float:
        return float(rows[last][column]) - float(rows[first][column])

    return Measurement(
        peaks=memory.peaks,
        speed=tokens / spent("seconds"),
        cpu_speed=tokens / spent("cpu_seconds"),
        preparation=float(rows[0]["seconds"]),
    )


def process_tree(pid: int) -> Iterator[int]:
    """Yield a process and all processes it started."""
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = file.read_text().split()
        except OSError:  # It ended meanwhile.
            continue
        for child in children:
            yield from process_tree(int(child))


def memory_of(pids: Iterable[int]) -> dict[str, int]:
    """Return the memories of processes in bytes; nothing when none is left."""
    found: dict[str, int] = {}
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        except OSError:  # It ended, or is about to.
            continue
        sizes = {line.split(":")[0]: int(line.split()[1]) << 10 for line in lines}
        for name, parts in MEMORIES.items():
            found[name] = found.get(name, 0) + sum(sizes[part] for part in parts)
    return found


if __name__ == "__main__":
    main()
