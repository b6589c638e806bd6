"""Trainings and exports on real disks that are too small."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import click

from faults.bench import Bench, Reference
from faults.case import Case
from faults.judge import Judge
from faults.table import Row, count

_COMMANDS = "train", "adapt", "export-onnx"
_DISKS = 40, 150, 300, 550, 590, 620, 680, 1000
"""Kilobytes that are free on the disks that are too small."""


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[bool]:
    """Mount a disk; yield whether this machine can."""
    folder.mkdir(exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    try:
        mounted = not subprocess.run(mount, check=False, capture_output=True).returncode
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def _resize(folder: Path, size: int) -> None:
    """Give a mounted disk another size, in bytes."""
    options = f"remount,size={size}"
    subprocess.run(["mount", "-o", options, str(folder)], check=True)


def try_disks(
    bench: Bench, judge: Judge, references: dict[Case, Reference], row: Row, end: float
) -> None:
    """Train, adapt and export on disks that are too small.

    Args:
        bench: Where it is done; its folder is not in use.
        judge: Says what is wrong.
        references: By case.
        row: Where it is counted.
        end: Monotonic time after which none is begun.
    """
    tried = [
        (case, size)
        for size in _DISKS
        for case in references
        if case.command in _COMMANDS and not case.without_exchange
    ]
    with _small_disk(bench.folder) as mounted:
        if not mounted:
            click.echo("This machine mounts no small disk: that part is left out.")
            return
        for case, size in tried:
            if time.monotonic() > end:
                break
            _resize(bench.folder, 64 << 20)
            bench.prepare(case)
            disk = os.statvfs(bench.folder)
            used = (disk.f_blocks - disk.f_bfree) * disk.f_frsize
            _resize(bench.folder, used + (size << 10))
            outcome = bench.start(case)
            _resize(bench.folder, 64 << 20)
            found = judge.look(case, references[case], None, outcome)
            count(row, case, f"{size} kB free, exit code {outcome.exit_code}", found)
