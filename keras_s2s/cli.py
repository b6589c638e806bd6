"""The command `keras-s2s`."""

import importlib
import logging
import os
import sys
from typing import Any

import click

from edge_runtime.errors import BundleError
from edge_runtime.version import __version__

_COMMANDS = {
    "demo": "Train, export and translate with the embedded phrasebook.",
    "train": "Train a translator from parallel text.",
    "distill": "Write training text in the words of teachers.",
    "evaluate": "Score a run or a bundle on a test set.",
    "compare": "Score several runs or bundles side by side.",
}


class _LazyGroup(click.Group):
    """Imports a command's module when it is called: `--help` must not load TensorFlow.

    Errors that tell the user what to do come out as one line and exit code 2.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"keras_s2s.commands.{cmd_name}")
        return module.command  # type: ignore[no-any-return]

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):
            raise  # Both are RuntimeErrors, and neither is one.
        except (ValueError, BundleError, OSError, ImportError, RuntimeError) as error:
            if os.environ.get("KERAS_S2S_TRACEBACK"):
                raise
            raise _one_line(error) from None


class _UserError(click.ClickException):
    """One line that tells what to do; wrong input exits with 2, as wrong options do."""

    exit_code = 2


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="keras-s2s")
def main() -> None:
    """Small recurrent translators, trained with Keras, run offline by onnxruntime."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


def _one_line(error: Exception) -> click.ClickException:
    if isinstance(error, ImportError):
        message = (
            f'{error}. Training and evaluation need: pip install "keras-s2s[train]"'
        )
    else:
        message = " ".join(str(error).split()) or type(error).__name__
    return _UserError(message)


if __name__ == "__main__":
    main()
