"""Results on the screen, which ends no command: they are in files before."""

import os
import sys

import click

_failures: list[OSError] = []


def show(text: str) -> None:
    """Print a line or several, whatever the console can hold and whoever reads.

    A character that the console's encoding lacks is escaped. Where standard output
    fails, this and what follows is dropped; a command that ends then says so, unless
    its reader has gone: who goes wants no more.
    """
    if sys.stdout is None:  # closed by whoever started the process
        return
    encoding = sys.stdout.encoding or "utf-8"
    printable = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        click.echo(printable)
        sys.stdout.flush()
    except OSError as error:
        # Python flushes standard output once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            _failures.append(error)


def raise_failure() -> None:
    """Raise the first error of standard output that `show` has passed over.

    Raises:
        OSError: It could not be written to.
    """
    if _failures:
        first = _failures[0]
        _failures.clear()
        raise OSError(first.errno, first.strerror, "standard output")
