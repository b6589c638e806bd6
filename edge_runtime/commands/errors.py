"""What becomes of an error in any command: one line and an exit code."""

import errno
import os
import re
import sys
from collections.abc import Sequence
from typing import Any

import click

from edge_runtime.commands.screen import raise_failure
from edge_runtime.commands.standard_error import let_standard_error_never_fail
from edge_runtime.errors import UserError

USER_MISTAKE = 2
SYSTEM_FAILURE = 1
INTERRUPTED = 130
"""What a shell reports of a process that Ctrl-C ended: 128 and the signal's number."""

TRACEBACK_VARIABLE = "KERAS_S2S_TRACEBACK"
"""Set, the environment variable lets errors through with their traceback."""

_WRONG_PATHS = (
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)
_WRONG_NAMES = (errno.ENAMETOOLONG, errno.ELOOP)


class OneLineErrors(click.Command):
    """A command whose every error is one line on standard error.

    Exit codes: 0, also where the reader of the output went away; 2 for what the user
    can put right, such as options, files and missing packages; 1 for failures of the
    system or of this program; 130 after Ctrl-C.

    Args:
        arguments: Those of `click.Command`.
        extra: The extra of `keras-s2s` that the command needs beyond the edge runtime;
            empty for none.
        options: Those of `click.Command`.
    """

    def __init__(self, *arguments: Any, extra: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.extra = extra

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command and end the process, see `click.Command.main`.

        With `standalone_mode=False` it returns, and errors come as they are.
        """
        name = self.name or prog_name or "command"
        if not standalone_mode:
            return super().main(args, name, complete_var, False, **extra)
        let_standard_error_never_fail()
        try:
            exit_code = super().main(args, name, complete_var, False, **extra)
        except click.Abort:  # Ctrl-C before `invoke`, while options are read
            sys.exit(INTERRUPTED)
        except Exception as error:
            if os.environ.get(TRACEBACK_VARIABLE):
                raise
            message, exit_code = describe_error(error, self.extra)
            _drop_output()
            click.echo(f"{name}: {message}", err=True)
        sys.exit(exit_code or 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; answer Ctrl-C and a closed pipe before click does."""
        try:
            result = super().invoke(ctx)
            _flush_output()
            raise_failure()
        except BrokenPipeError:
            _drop_output()
            raise click.exceptions.Exit(0) from None
        except KeyboardInterrupt as interrupt:
            # Of a signal that a command answers as Ctrl-C, the exit code is another.
            exit_code = getattr(interrupt, "exit_code", INTERRUPTED)
            raise click.exceptions.Exit(exit_code) from None
        return result


def _flush_output() -> None:
    """Write what Python holds back: at its exit, an error would be a traceback."""
    if sys.stdout is None:  # closed by whoever started the process
        return
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        where = "standard output"
        raise OSError(error.errno, error.strerror, where) from None


def _drop_output() -> None:
    """Leave nothing in standard output that Python would fail to write at its exit."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def describe_error(error: Exception, extra: str = "") -> tuple[str, int]:
    """Return one line about an error, and the exit code that it deserves.

    Args:
        error: Any error.
        extra: The extra of `keras-s2s` to install where a package is missing; empty
            for none.
    """
    match error:
        case click.UsageError(ctx=click.Context() as context):
            help_command = f"{context.command_path} --help"
            message = f"{error.format_message()} See: {help_command}"
            exit_code = error.exit_code
        case click.ClickException():
            message, exit_code = error.format_message(), error.exit_code
        case UnicodeEncodeError():
            message = (
                f"the output must be able to hold {error.object[error.start]!r}, which "
                f"{error.encoding} is not. Set PYTHONIOENCODING=utf-8."
            )
            exit_code = USER_MISTAKE
        case UnicodeDecodeError():
            message = f"text must be {error.encoding}. Received: {error}."
            exit_code = USER_MISTAKE
        case ModuleNotFoundError() if extra:
            message = f'{error}. This command needs: pip install "keras-s2s[{extra}]"'
            exit_code = USER_MISTAKE
        case UserError() | ValueError():
            message, exit_code = str(error), USER_MISTAKE
        case OSError():
            wrong_path = isinstance(error, _WRONG_PATHS) or error.errno in _WRONG_NAMES
            message = str(error)
            exit_code = USER_MISTAKE if wrong_path else SYSTEM_FAILURE
        case MemoryError():
            message, exit_code = f"out of memory. {error}", SYSTEM_FAILURE
        case RuntimeError():  # those of this program and of onnxruntime speak to people
            message, exit_code = str(error), SYSTEM_FAILURE
        case _:
            what = _without_nodes(str(error))
            message = (
                f"{type(error).__name__}: {what} (set {TRACEBACK_VARIABLE}=1 to see "
                "where)"
            )
            exit_code = SYSTEM_FAILURE
    return " ".join(message.split()) or type(error).__name__, exit_code


def _without_nodes(message: str) -> str:
    """Leave out what TensorFlow says of its graph in an error of a file."""
    return re.sub(r"\{\{.*?\}\}|\[Op:\w+\]( name:)?", "", message)
