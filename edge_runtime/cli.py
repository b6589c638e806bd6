"""The command `edge-translate`: lines in, translated lines out."""

import dataclasses
import os
import stat
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from edge_runtime.commands.bounds import PROCESSES, check_range
from edge_runtime.commands.decoding_arguments import decoding_arguments
from edge_runtime.commands.errors import OneLineErrors
from edge_runtime.version import __version__

if TYPE_CHECKING:
    from edge_runtime.commands.line_translation import LineTask, TranslatedLines
    from edge_runtime.translation.decoding_options import DecodingOptions

_NOTES = """\b
Examples:
  echo 我爱吃苹果 | edge-translate models/zh-en
  edge-translate models/zh-en --beam-size 4 --processes 4 < input.zh > output.en
  edge-translate models/zh-en models/en-de < mixed.txt
  edge-translate file models/zh-en guide.po --output guide.en.po
  edge-translate serve models/zh-en --open
  edge-translate serve --api models/zh-en models/en-de

Every line of standard input gives one line of standard output, in the same order; an
empty line stays empty. With --n-best above 1 and without --json, each hypothesis gets a
line `line<TAB>score<TAB>text`, lines counted from 0: up to N for a line of input, one
for an empty one. Tabs and line ends within a translation are written as spaces.

Of several bundles, each translates the lines of its own source language, which is
identified line by line (`pip install "keras-s2s[identify]"`), or is LANG for all lines.
With --json, `"source_language"` and `"target_language"` say which bundle it was.

Numbers, tags, placeholders, addresses and the like arrive as they are in the input.
KINDS are names from: tag, code, placeholder, url, email, path, version, identifier,
number, symbol; or all, or none.

With --min-confidence, a translation whose confidence is below X is withheld: its line
stays empty, or its text in a line of --n-best. With --json it is written, and
`"withheld"` says true or false.

`edge-translate file` translates documents, `edge-translate serve` opens the bundle in a
browser, `edge-translate serve --api` answers programs; each has its own --help. A
bundle of such a name is `./file` or `./serve`.
"""


@click.command("edge-translate", cls=OneLineErrors, epilog=_NOTES)
@click.argument(
    "bundles", metavar="BUNDLE…", type=click.Path(), nargs=-1, required=True
)
@click.option("--source-language", metavar="LANG", help="Language of all lines.")
@click.option("--n-best", type=int, default=1, help="Translations per line.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines.")
@click.option(
    "--min-confidence",
    type=float,
    metavar="X",
    help="Withhold translations of less confidence.",
)
@click.option("--show-alignment", is_flag=True, help="Add Pharaoh pairs after a tab.")
@decoding_arguments
@click.option("--processes", type=int, default=1, help="Processes, for large inputs.")
@click.version_option(__version__)
def translate_command(
    *,
    bundles: tuple[str, ...],
    source_language: str | None,
    n_best: int,
    as_json: bool,
    min_confidence: float | None,
    show_alignment: bool,
    decoding: "DecodingOptions",
    batch_size: int,
    threads: int,
    processes: int,
) -> None:
    """Translate lines of standard input with BUNDLE, a directory or zip file.

    Of several bundles the language of each line chooses one.
    """
    # Imported here, so that --help and mistakes are answered at once.
    from edge_runtime.commands.line_translation import LineTask, OutputFormat

    check_range("processes", processes, PROCESSES)
    options = dataclasses.replace(decoding, num_hypotheses=n_best)
    output = OutputFormat(as_json, n_best > 1, show_alignment, min_confidence)
    task = LineTask(bundles, options, output, batch_size, threads, source_language)
    _run(task, processes)


def _run(task: "LineTask", processes: int) -> None:
    from edge_runtime.commands.line_translation import LineTranslator
    from edge_runtime.commands.lines import read_windows
    from edge_runtime.commands.standard_streams import open_input, open_output

    source, output = open_input(), open_output()
    _refuse_own_output()

    def write(translated: "TranslatedLines") -> None:
        for line in translated.invalid:
            click.echo(
                f"edge-translate: line {line + 1} is not valid UTF-8; "
                "the bytes in question were replaced.",
                err=True,
            )
        for part in translated.output:
            output.write(part)

    # Also where other processes translate: what is wrong is found here, and told once.
    translator = LineTranslator(task)
    if processes > 1:
        from edge_runtime.commands.processes import translate_in_processes

        windows = read_windows(source, 8 * task.batch_size)
        translate_in_processes(task, windows, write, processes)
        return
    first = 0
    for window in read_windows(source, 16 * task.batch_size):
        write(translator(window, first))
        first += len(window)


def _refuse_own_output() -> None:
    """Refuse to read the file that is written, which would never end."""
    try:
        source, output = (os.fstat(file.fileno()) for file in (sys.stdin, sys.stdout))
    except (OSError, ValueError):
        return  # no files of the system
    if stat.S_ISREG(source.st_mode) and os.path.samestat(source, output):
        raise click.UsageError("Standard input must not be the file that is written.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process, see `OneLineErrors`.

    Args:
        arguments: Instead of those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["serve"] and "--api" in given:
        from edge_runtime.commands.serve_api import serve_api_command

        serve_api_command.main([each for each in given[1:] if each != "--api"])
    if given[:1] == ["serve"]:
        from edge_runtime.commands.serve import serve_command

        serve_command.main(given[1:])
    if given[:1] == ["file"]:
        from edge_runtime.commands.file import file_command

        file_command.main(given[1:])
    translate_command.main(given)
