"""`keras-s2s demo`: the whole path on the embedded phrasebook."""

from pathlib import Path

import click

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
    default=4,
    show_default=True,
    help="Epochs of each of the two trainings.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--force", is_flag=True, help="Replace what --out holds.")
def command(out: Path, epochs: int, seed: int, force: bool) -> None:
    """Train both systems, export them, translate offline, draw the pictures.

    Takes a few minutes on two cores. Results go to stdout, progress to stderr.
    """
    import_tensorflow_quietly()
    from keras_s2s.demo import run_demo
    from keras_s2s.run.run_directory import prepare_directory

    prepare_directory(out, force)
    run_demo(out, epochs=epochs, seed=seed, report=click.echo)
