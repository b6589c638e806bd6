"""Results on the screen, which never ends a command: they are in files before."""

import logging
import os
import sys

import click

logger = logging.getLogger(__name__)


def show(text: str) -> None:
    """Print a line or several, whatever the console can hold and whoever reads.

    A character that the console's encoding lacks is escaped. Where the reader of
    standard output has gone, this and what follows is dropped.
    """
    if sys.stdout is None:  # closed by whoever started the process
        return
    encoding = sys.stdout.encoding or "utf-8"
    printable = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo(printable)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes standard output once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def log_translated(done: int) -> None:
    """Say now and then how many texts were translated."""
    if done % 1024 == 0:
        logger.info("Translated: %d sentences", done)
