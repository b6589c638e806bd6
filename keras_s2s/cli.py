"""The command `keras-s2s`."""

import importlib
import logging
import sys
from typing import Any

import click

from edge_runtime.commands.errors import OneLineErrors
from edge_runtime.version import __version__
from keras_s2s.commands.signals import ended_by_signals

_COMMANDS = {
    "demo": "Train, export and translate with the embedded phrasebook.",
    "train": "Train a translator from parallel text.",
    "clean": "Name pairs that are wrong, and write those that are left.",
    "adapt": "Go on from a trained run with pairs of one's own.",
    "distill": "Write training text in the words of teachers.",
    "back-translate": "Write sources for text of the target language.",
    "evaluate": "Score a run or a bundle on a test set.",
    "compare": "Score several runs or bundles side by side.",
}


class _LazyGroup(OneLineErrors, click.Group):
    """Imports a command's module when it is called: `--help` must not load TensorFlow.

    Errors are told as `OneLineErrors` tells them, and TERM and HUP end a command as
    Ctrl-C does: what it had begun to write is tidied away.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with ended_by_signals():
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(
            f"keras_s2s.commands.{cmd_name.replace('-', '_')}"
        )
        return module.command  # type: ignore[no-any-return]

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    "keras-s2s",
    cls=_LazyGroup,
    extra="train",
    no_args_is_help=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="keras-s2s")
def main() -> None:
    """Small recurrent translators, trained with Keras, run offline by onnxruntime."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)


if __name__ == "__main__":
    main()
