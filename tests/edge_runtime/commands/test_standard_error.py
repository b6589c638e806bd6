"""What is said on standard error ends no command, wherever it goes."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "edge_runtime"]
PLACES = ["closed", "gone", pytest.param("full", marks=pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="Linux's full device"))]  # fmt: skip

SAYING = """
import sys
import click
from edge_runtime.commands.errors import OneLineErrors
from edge_runtime.commands.screen import show

@click.command(cls=OneLineErrors)
def main():
    print("a bar ", end="", file=sys.stderr, flush=True)
    click.echo("a warning", err=True)
    show("a result")
    show("another")
    open(sys.argv[1], "w").write("done")

main([])
"""


@contextlib.contextmanager
def opened(place):
    """Something to write to that takes nothing."""
    if place == "full":
        with Path("/dev/full").open("wb") as full:
            yield full
    else:
        reader, writer = os.pipe()
        os.close(reader)
        try:
            yield writer
        finally:
            os.close(writer)


def run(arguments, place, descriptor, content=b"", **streams):
    """Run a command while one of its streams takes nothing."""
    with opened(place) as stream:
        return subprocess.run(
            arguments,
            input=content,
            **{
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                {1: "stdout", 2: "stderr"}[descriptor]: stream,
                **streams,
            },
            preexec_fn=(lambda: os.close(descriptor)) if place == "closed" else None,
            timeout=60,
            check=False,
        )


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("place", PLACES)
def test_a_warning_costs_no_translation(bundle, place, processes):
    arguments = [*COMMAND, str(bundle), "--processes", str(processes)]
    found = run(arguments, place, 2, b"a\n\xff\nb\n")
    assert (found.returncode, found.stdout.count(b"\n")) == (0, 3)


@pytest.mark.parametrize("place", PLACES)
def test_a_mistake_keeps_its_exit_code(tmp_path, place):
    found = run([*COMMAND, str(tmp_path / "nowhere")], place, 2)
    assert found.returncode == 2


@pytest.mark.parametrize("place", PLACES)
def test_a_command_goes_on_whatever_it_says(tmp_path, place):
    done = tmp_path / "done"
    found = run([sys.executable, "-c", SAYING, str(done)], place, 2)
    assert (found.returncode, found.stdout) == (0, b"a result\nanother\n")
    assert done.exists()


@pytest.mark.parametrize(
    ("place", "exit_code", "lines"), [("closed", 0, 0), ("gone", 0, 0), ("full", 1, 1)]
)
def test_results_that_cannot_be_shown_are_told_at_the_end(
    tmp_path, place, exit_code, lines
):
    if place == "full" and not Path("/dev/full").exists():
        pytest.skip("Linux's full device")
    done = tmp_path / "done"
    found = run([sys.executable, "-c", SAYING, str(done)], place, 1)
    assert done.exists()
    assert found.returncode == exit_code
    assert found.stderr.count(b"standard output") == lines
