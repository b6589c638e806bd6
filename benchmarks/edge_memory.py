"""Check that the memory of `edge-translate` does not grow with its input. Linux only.

    python benchmarks/edge_memory.py BUNDLE SENTENCES [--megabytes 1000]

Writes a file of SENTENCES, over and over, into a temporary folder, translates it, and
samples the resident memory of the command and its workers together with how far it has
read. Passes if the largest sample of the last tenth of the file exceeds the largest of
the second tenth by no more than --allowed megabytes.

A gigabyte is 20 million lines of 50 characters. `--characters` joins sentences into
longer lines and `--max-length` cuts their translations: what passes through is as much,
what is computed is less.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent


@click.command()
@click.argument("bundle", type=click.Path(exists=True))
@click.argument("sentences", type=click.Path(exists=True, dir_okay=False))
@click.option("--megabytes", type=int, default=1000, show_default=True)
@click.option("--characters", type=int, default=0, help="Least length of a line.")
@click.option("--max-length", type=int, help="Most tokens of a translation.")
@click.option("--processes", type=int, default=1, show_default=True)
@click.option("--allowed", type=float, default=5.0, show_default=True)
def main(
    bundle: str,
    sentences: str,
    megabytes: int,
    characters: int,
    max_length: int | None,
    processes: int,
    allowed: float,
) -> None:
    """Translate a large file of SENTENCES with BUNDLE."""
    command = [sys.executable, "-m", "edge_runtime", bundle]
    command += ["--processes", str(processes)]
    if max_length:
        command += ["--max-length", str(max_length)]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source"
        lines = _write(source, Path(sentences), megabytes * 1_000_000, characters)
        size = source.stat().st_size
        begin = time.perf_counter()
        with source.open("rb") as read, (Path(folder) / "target").open("wb") as write:
            process = subprocess.Popen(
                command,
                stdin=read,
                stdout=write,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )
            largest = _watch(process, size)
        seconds = time.perf_counter() - begin
        with (Path(folder) / "target").open("rb") as target:
            written = sum(1 for _ in target)
    click.echo(f"{size / 1e6:.0f} MB, {lines} lines in, {written} out, {seconds:.0f} s")
    tenths = ", ".join(f"{largest[tenth]:.1f}" for tenth in sorted(largest))
    click.echo(f"largest resident memory in each tenth of the file, MB: {tenths}")
    growth = largest[9] - largest[1]
    click.echo(f"growth from 10 % to 100 %: {growth:.1f} MB, allowed {allowed:.1f}")
    sys.exit(bool(process.returncode) or growth > allowed or written != lines)


def _write(path: Path, sentences: Path, size: int, characters: int) -> int:
    """Write at least `size` bytes; return the number of lines."""
    block = []
    line = ""
    for sentence in sentences.read_text(encoding="utf-8").split("\n"):
        line = f"{line} {sentence}".strip()
        if len(line) >= characters:
            block.append(line)
            line = ""
    if not block:
        block.append(line)
    content = "".join(f"{line}\n" for line in block).encode()
    repetitions = -(-size // len(content))
    with path.open("wb") as file:
        for _ in range(repetitions):
            file.write(content)
    return repetitions * len(block)


def _watch(process: subprocess.Popen[bytes], size: int) -> dict[int, float]:
    """Return the largest sample of resident memory, MB, by tenth of the input."""
    largest: dict[int, float] = defaultdict(float)
    while process.poll() is None:
        try:
            position = _field(process.pid, "fdinfo/0", "pos:")
            resident = sum(
                _field(pid, "status", "VmRSS:") for pid in _with_children(process.pid)
            )
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended in between
        tenth = min(9, 10 * position // size)
        largest[tenth] = max(largest[tenth], resident / 1024)
        time.sleep(0.05)
    return largest


def _field(pid: int, file: str, name: str) -> int:
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    # A process that has ended but is not yet gone has no memory.
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)


def _with_children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


if __name__ == "__main__":
    main()
