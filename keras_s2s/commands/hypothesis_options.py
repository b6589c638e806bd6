"""Options of the commands that write training text with a model."""

import click

from edge_runtime.commands.number_range import NumberRange

LENGTH_PENALTY = click.option(
    "--length-penalty",
    type=NumberRange(0),
    default=1.0,
    show_default=True,
    help="Above 0 favours long translations.",
)
ALTERNATIVES = click.option(
    "--alternatives",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Hypotheses of each sentence to learn from.",
)
SELECT = click.option(
    "--select",
    type=click.Choice(["best", "mbr"]),
    default="best",
    show_default=True,
    help="Hypotheses of the highest score, or those that agree most with all (chrF).",
)
THREADS = click.option(
    "--threads",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Batches translated at the same time.",
)
