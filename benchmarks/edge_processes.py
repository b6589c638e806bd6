"""Sentences per second of `edge-translate --processes`, against one process.

    python benchmarks/edge_processes.py BUNDLE SENTENCES [--processes 4]

The command translates SENTENCES, repeated up to --count lines, from a file to a file.
One process and several take turns. Loading is in the time; --count is large enough for
it not to matter.
"""

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
LEAST_RATIO = 3.2
"""How many times as many sentences per second 4 processes must translate."""


@click.command()
@click.argument("bundle", type=click.Path(exists=True))
@click.argument("sentences", type=click.Path(exists=True, dir_okay=False))
@click.option("--processes", type=int, default=4, show_default=True)
@click.option("--count", type=int, default=40_000, show_default=True)
@click.option("--rounds", type=int, default=3, show_default=True)
def main(bundle: str, sentences: str, processes: int, count: int, rounds: int) -> None:
    """Translate lines of SENTENCES with BUNDLE."""
    lines = Path(sentences).read_text(encoding="utf-8").split("\n")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        repeated = itertools.islice(itertools.cycle(filter(None, lines)), count)
        source.write_text("\n".join(repeated) + "\n", encoding="utf-8")
        rates: dict[int, list[float]] = {1: [], processes: []}
        outputs = {}
        for _ in range(rounds):
            for number, found in rates.items():
                target = Path(folder) / f"target_{number}"
                found.append(count / _translate(bundle, source, target, number))
                outputs[number] = target.read_bytes()
    ratios = zip(rates[processes], rates[1], strict=True)
    ratio = statistics.median(several / one for several, one in ratios)
    for number, found in rates.items():
        click.echo(f"--processes {number}: {statistics.median(found):.0f} sentences/s")
    same = outputs[processes].count(b"\n") == outputs[1].count(b"\n") == count
    click.echo(
        f"{ratio:.2f} times; {count} lines each: "
        f"{'yes' if same else 'no'}; load of the machine: {os.getloadavg()[0]:.1f}"
    )
    sys.exit(ratio < LEAST_RATIO or not same)


def _translate(bundle: str, source: Path, target: Path, processes: int) -> float:
    begin = time.perf_counter()
    with source.open("rb") as read, target.open("wb") as written:
        subprocess.run(
            [
                *[sys.executable, "-m", "edge_runtime", bundle],
                *["--processes", str(processes)],
            ],
            stdin=read,
            stdout=written,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            check=True,
        )
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
