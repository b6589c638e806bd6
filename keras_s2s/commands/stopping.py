"""What is said when a training is stopped from outside."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from edge_runtime.commands.errors import INTERRUPTED


@contextmanager
def says_how_to_go_on() -> Iterator[None]:
    """After Ctrl-C, say what the training noted about how to go on, and exit."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        advice = " ".join(getattr(interrupt, "__notes__", []))
        click.echo(f"\nStopped. {advice}", err=True)
        raise SystemExit(getattr(interrupt, "exit_code", INTERRUPTED)) from None
