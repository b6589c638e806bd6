"""The command `edge-translate`: lines in, translated lines out."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from edge_runtime.commands.bounds import PROCESSES, check_range
from edge_runtime.commands.errors import OneLineErrors
from edge_runtime.contract import SPAN_KINDS
from edge_runtime.version import __version__

if TYPE_CHECKING:
    from edge_runtime.commands.line_translation import LineTask, TranslatedLines

_NOTES = """\b
Examples:
  echo 我爱吃苹果 | edge-translate models/zh-en
  edge-translate models/zh-en --beam-size 4 --processes 4 < input.zh > output.en
  edge-translate serve models/zh-en --open

Every line of standard input gives one line of standard output, in the same order; an
empty line stays empty. With --n-best above 1 and without --json, each hypothesis gets a
line `line<TAB>score<TAB>text`, lines counted from 0: up to N for a line of input, one
for an empty one. Tabs and line ends within a translation are written as spaces.

Numbers, tags, placeholders, addresses and the like arrive as they are in the input.
KINDS are names from: tag, code, placeholder, url, email, path, version, identifier,
number, symbol; or all, or none.

With --min-confidence, a translation whose confidence is below X is withheld: its line
stays empty, or its text in a line of --n-best. With --json it is written, and
`"withheld"` says true or false.

`edge-translate serve BUNDLE` opens the bundle in a browser; a bundle of that very name
is `./serve`.
"""


@click.command("edge-translate", cls=OneLineErrors, epilog=_NOTES)
@click.argument("bundle", type=click.Path())
@click.option("--beam-size", type=int, help="Hypotheses kept; 1 is greedy search.")
@click.option("--n-best", type=int, default=1, help="Translations per line.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON lines.")
@click.option(
    "--min-confidence",
    type=float,
    metavar="X",
    help="Withhold translations of less confidence.",
)
@click.option("--show-alignment", is_flag=True, help="Add Pharaoh pairs after a tab.")
@click.option("--carry", metavar="KINDS", help="Spans taken over, such as tag,url.")
@click.option("--glossary", metavar="FILE", help="Lines of term, tab, translation.")
@click.option("--copy-unknown", is_flag=True, help="Copy words without translation.")
@click.option(
    "--split-sentences/--no-split-sentences",
    default=None,
    help="Translate each sentence alone.",
)
@click.option("--allow-loops", is_flag=True, help="Repeat phrases without end.")
@click.option("--length-penalty", type=float, help="Above 0 favours long translations.")
@click.option("--coverage-penalty", type=float, default=0.0, help="Above 0: omit less.")
@click.option("--min-length", type=int, default=0, help="Fewest tokens per sentence.")
@click.option("--max-length", type=int, help="Most tokens per sentence, eos included.")
@click.option("--no-repeat-ngram", type=int, default=0, help="Repeat none of N tokens.")
@click.option("--sampling", is_flag=True, help="Draw tokens at random.")
@click.option("--temperature", type=float, default=1.0, help="Of --sampling.")
@click.option("--top-k", type=int, default=0, help="Sample among so many tokens.")
@click.option("--seed", type=int, default=0, help="Of --sampling.")
@click.option("--batch-size", type=int, default=32, help="Sentences per batch.")
@click.option("--threads", type=int, default=1, help="Threads per process.")
@click.option("--processes", type=int, default=1, help="Processes, for large inputs.")
@click.version_option(__version__)
def translate_command(
    *,
    bundle: str,
    beam_size: int | None,
    n_best: int,
    as_json: bool,
    min_confidence: float | None,
    show_alignment: bool,
    carry: str | None,
    glossary: str | None,
    copy_unknown: bool,
    split_sentences: bool | None,
    allow_loops: bool,
    length_penalty: float | None,
    coverage_penalty: float,
    min_length: int,
    max_length: int | None,
    no_repeat_ngram: int,
    sampling: bool,
    temperature: float,
    top_k: int,
    seed: int,
    batch_size: int,
    threads: int,
    processes: int,
) -> None:
    """Translate lines of standard input with BUNDLE, a directory or zip file."""
    # Imported here, so that --help and mistakes are answered at once.
    from edge_runtime.commands.line_translation import LineTask, OutputFormat
    from edge_runtime.text.glossary import Glossary
    from edge_runtime.translation.decoding_options import DecodingOptions

    check_range("processes", processes, PROCESSES)
    options = DecodingOptions(
        beam_size=beam_size,
        num_hypotheses=n_best,
        length_penalty=length_penalty,
        coverage_penalty=coverage_penalty,
        min_length=min_length,
        max_length=max_length,
        no_repeat_ngram_size=no_repeat_ngram,
        sampling=sampling,
        temperature=temperature,
        top_k=top_k,
        seed=seed,
        copy_unknown=copy_unknown,
        split_sentences=split_sentences,
        carry=None if carry is None else _kinds(carry),
        glossary=Glossary.from_file(glossary) if glossary else None,
        break_loops=not allow_loops,
    )
    output = OutputFormat(as_json, n_best > 1, show_alignment, min_confidence)
    _run(LineTask(bundle, options, output, batch_size, threads), processes)


def _kinds(names: str) -> tuple[str, ...]:
    """Return the kinds of spans that an option names."""
    if names in ("all", "none"):
        return SPAN_KINDS if names == "all" else ()
    return tuple(name.strip() for name in names.split(","))


def _run(task: "LineTask", processes: int) -> None:
    from edge_runtime.commands.line_translation import LineTranslator
    from edge_runtime.commands.lines import read_windows
    from edge_runtime.commands.standard_streams import open_input, open_output

    source, output = open_input(), open_output()

    def write(translated: "TranslatedLines") -> None:
        for line in translated.invalid:
            click.echo(
                f"edge-translate: line {line + 1} is not valid UTF-8; "
                "the bytes in question were replaced.",
                err=True,
            )
        output.write(translated.output)

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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process, see `OneLineErrors`.

    Args:
        arguments: Instead of those of the process.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["serve"]:
        from edge_runtime.commands.serve import serve_command

        serve_command.main(given[1:])
    translate_command.main(given)
