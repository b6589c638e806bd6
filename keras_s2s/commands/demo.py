"""`keras-s2s demo`: the whole path on the embedded phrasebook."""

import os
import shutil
import sys
from pathlib import Path

import click

from edge_runtime.commands.errors import INTERRUPTED
from edge_runtime.commands.screen import show
from edge_runtime.commands.serve import is_page_built
from keras_s2s.files.layouts import DEMONSTRATION
from keras_s2s.files.new_directory import new_directory
from keras_s2s.quiet_tensorflow import import_tensorflow_quietly


@click.command(
    name="demo",
    epilog="""\b
Example:
  keras-s2s demo --out demo""",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="Gets data, runs, bundles and pictures.",
)
@click.option(
    "--epochs",
    type=click.IntRange(min=1),
    default=8,
    show_default=True,
    help="Most epochs of each of the two trainings.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--force", is_flag=True, help="Replace the demonstration in --out.")
def command(out: Path, epochs: int, seed: int, force: bool) -> None:
    """Train both systems, export them, translate offline, draw the pictures.

    Takes a few minutes on two cores. Results go to stdout, progress to stderr.
    """
    import_tensorflow_quietly()
    from keras_s2s.demo import run_demo

    try:
        with new_directory(out, DEMONSTRATION, force=force) as directory:
            run_demo(directory.path, epochs=epochs, seed=seed, report=show)
            directory.put_in_place()
    except KeyboardInterrupt as interrupt:
        click.echo(f"\nStopped. {out} is as it was.", err=True)
        raise SystemExit(getattr(interrupt, "exit_code", INTERRUPTED)) from None
    show(f"wrote {out}")
    show(next_step(out / "bundles" / "bahdanau"))


def next_step(bundle: Path) -> str:
    """Return what to try next, as the commands that a shell here finds."""
    build = "" if is_page_built() else "make page && "
    command = "edge-translate"
    if not shutil.which(command):  # as in the environment of `make demo`
        command = os.path.relpath(Path(sys.executable).with_name(command))
    return f"try it in a browser: {build}{command} serve {bundle}"
