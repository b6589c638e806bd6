"""A command that faults are injected into, and how it is run."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, eq=False)
class Case:
    """A command in a folder of its own.

    Attributes:
        command: What the table calls it.
        name: What is special about it.
        arguments: Those of the command.
        given: What the folder holds: a name in it, by a name in the common folder.
        outputs: Files and directories that are written.
        at_once: Whether an output is the old one or the new one as a whole.
        kept: Files that stay once they are in place.
        following: Arguments of the next command, those after the first where the one
            before is refused.
        source: File for standard input.
        without_exchange: Whether the file system cannot exchange two directories.
    """

    command: str
    name: str
    arguments: tuple[str, ...]
    given: dict[str, str]
    outputs: tuple[str, ...]
    at_once: bool = False
    kept: tuple[str, ...] = ()
    following: tuple[tuple[str, ...], ...] = ()
    source: str | None = None
    without_exchange: bool = False


def main_of(command: str) -> Callable[[list[str]], object]:
    """Return the function that a command calls."""
    if command == "export-onnx":
        from export.cli import main

        return main.main
    if command.startswith("edge-translate"):
        from edge_runtime.cli import main as translate

        prefix = command.split()[1:]
        return lambda arguments: translate([*prefix, *arguments])
    from keras_s2s.cli import main as group

    return lambda arguments: group.main([command, *arguments])


def work(command: str, arguments: tuple[str, ...], folder: Path) -> None:
    """Be a process that runs a command in a folder."""
    os.chdir(folder)
    os.environ["TMPDIR"] = str(folder / "tmp")
    tempfile.tempdir = None
    main_of(command)(list(arguments))
