"""`keras-s2s clean`: names pairs that are wrong, and writes those that are left."""

import csv
import io
import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click

from edge_runtime.commands.screen import show
from edge_runtime.documents.pairs import PAIR_SUFFIXES
from edge_runtime.files.replacement import open_descriptor, replace_file
from keras_s2s.commands.corpus_options import GivenText
from keras_s2s.data.corpus import Corpus, CorpusError, SentencePair, read_lines
from keras_s2s.data.table import is_csv
from keras_s2s.data.text_file import packed, plain_name

logger = logging.getLogger(__name__)

_EXAMPLE = """
Example:

\b
  keras-s2s clean --source web.en --target web.de \\
      --source-language en --target-language de \\
      --held-out val.en --held-out val.de --held-out test.en --held-out test.de \\
      --out-source clean.en --out-target clean.de --reasons named.tsv
"""

_PATH = click.Path(path_type=Path)


@click.command(epilog=_EXAMPLE)
@click.option(
    "--source", "sources", type=_PATH, multiple=True, help="One sentence a line."
)
@click.option(
    "--target", "targets", type=_PATH, multiple=True, help="Translations, line by line."
)
@click.option(
    "--tsv",
    "tables",
    type=_PATH,
    multiple=True,
    help="Pairs, source<TAB>target; CSV if the name ends in .csv.",
)
@click.option(
    "--corpus",
    "files",
    type=_PATH,
    multiple=True,
    help="Pairs in a file told by its name: TSV, CSV, TMX, XLIFF, PO.",
)
@click.option(
    "--columns",
    metavar="SOURCE,TARGET",
    help="Columns of TSV and CSV, by number from 1 or by name in the first line.",
)
@click.option("--source-language", default="", help="Language code.  [default: found]")
@click.option("--target-language", default="", help="Language code.  [default: found]")
@click.option(
    "--held-out",
    type=_PATH,
    multiple=True,
    help="Validation or test text of either language, one sentence a line, or pairs as "
    "for --corpus: pairs with one of its sentences are named.",
)
@click.option("--out-source", type=_PATH, help="Write the sources that are left.")
@click.option("--out-target", type=_PATH, help="Write the targets that are left.")
@click.option("--out-tsv", type=_PATH, help="Write the pairs that are left.")
@click.option(
    "--reasons",
    "reasons_path",
    type=_PATH,
    help="Write what was named: number, reasons, source, target a line.",
)
@click.option(
    "--keep",
    multiple=True,
    metavar="REASON",
    help="Write pairs that are named for nothing else, such as near-duplicate.",
)
@click.option(
    "--examples",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="Pairs to show of each reason.",
)
def command(
    sources: tuple[Path, ...],
    targets: tuple[Path, ...],
    tables: tuple[Path, ...],
    files: tuple[Path, ...],
    columns: str | None,
    source_language: str,
    target_language: str,
    held_out: tuple[Path, ...],
    out_source: Path | None,
    out_target: Path | None,
    out_tsv: Path | None,
    reasons_path: Path | None,
    keep: tuple[str, ...],
    examples: int,
) -> None:
    """Name pairs that are wrong, count them, and write those that are left.

    The files that are read stay as they are.
    """
    # Imported late: `--help` needs none of it.
    from keras_s2s.cleaning.clean import Languages, find_reasons
    from keras_s2s.cleaning.keys import sentence_keys
    from keras_s2s.cleaning.reasons import Reason, reason_names, reason_of
    from keras_s2s.cleaning.report import Examples
    from keras_s2s.files.outputs import check_outputs

    if (out_source is None) != (out_target is None):
        raise click.UsageError("Give --out-source and --out-target together.")
    names = [name for reason in Reason for name in reason_names(reason)]
    for name in keep:
        if name not in names:
            raise click.UsageError(
                f"--keep takes one of {', '.join(names)}. Received: {name}."
            )
    languages = source_language, target_language
    corpus = GivenText(sources, targets, tables, files, columns, languages).corpus()
    outputs = {
        "--out-source": out_source,
        "--out-target": out_target,
        "--out-tsv": out_tsv,
        "--reasons": reasons_path,
    }
    check_outputs(
        outputs,
        {
            "--source": sources,
            "--target": targets,
            "--tsv": tables,
            "--corpus": files,
            "--held-out": held_out,
        },
    )
    keys = [
        sentence_keys(
            sentence for path in held_out for sentence in _held_out(path, languages)
        )
    ]
    corpus = corpus.readable_again()
    reasons = find_reasons(
        corpus,
        languages=Languages(*languages),
        held_out=keys,
        progress=lambda what, count: logger.info("%s: %d pairs", what, count),
    )
    forgiven = sum(int(reason_of(name)) for name in set(keep))
    kept = (reasons | forgiven) == forgiven
    shown, named = Examples(examples), bytearray()
    left = _Left(_csv_line if out_tsv and is_csv(out_tsv) else _line)
    for number, (pair, bits) in enumerate(zip(corpus, reasons, strict=True), start=1):
        if kept[number - 1]:
            left.add(pair)
        if bits:
            shown.add(number, pair, int(bits))
            fields = str(number), ",".join(reason_names(int(bits)))
            named += _line(*fields, pair.source, pair.target)
    for path, content in (
        (out_source, left.sources),
        (out_target, left.targets),
        (out_tsv, left.pairs),
        (reasons_path, named),
    ):
        if path is not None:
            replace_file(path, packed(path, bytes(content)))
    # Where standard output has a text, the report is no part of it.
    descriptors = [path and open_descriptor(path) for path in outputs.values()]
    tell = partial(click.echo, err=True) if 1 in descriptors else show
    for line in shown.report(reasons, int(kept.sum())):
        tell(line)


class _Left:
    """The pairs that are left, as the files that may be written of them.

    Args:
        write: Returns a line of a table.
    """

    def __init__(self, write: Callable[..., bytes]) -> None:
        self._write = write
        self.sources, self.targets, self.pairs = (bytearray() for _ in range(3))

    def add(self, pair: SentencePair) -> None:
        self.sources += _line(pair.source)
        self.targets += _line(pair.target)
        self.pairs += self._write(pair.source, pair.target)


def _line(*texts: str) -> bytes:
    """Return texts as a line, parted by tabs; those within them become spaces."""
    plain = (text.replace("\t", " ") for text in texts) if len(texts) > 1 else texts
    return "\t".join(plain).encode() + b"\n"


def _csv_line(*texts: str) -> bytes:
    """Return texts as a line of CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(texts)
    return line.getvalue().encode()


def _held_out(path: Path, languages: tuple[str, str]) -> Iterator[str]:
    """Yield the sentences of a held-out text; refuse one without any."""
    empty = True
    for sentence in _sentences(path, languages):
        empty = empty and not sentence.strip()
        yield sentence
    if empty:
        raise CorpusError(f"Held-out text must hold sentences. {path} is empty.")


def _sentences(path: Path, languages: tuple[str, str]) -> Iterator[str]:
    name = plain_name(path).lower()
    if name.endswith((".tsv", *PAIR_SUFFIXES)) or is_csv(path):
        pairs: Corpus = GivenText(files=(path,), languages=languages).corpus()
        for pair in pairs:
            yield from (pair.source, pair.target)
    else:
        for line in read_lines(path):
            yield line
            if "\t" in line:  # pairs in a pipe, or under another name
                yield from line.split("\t")
