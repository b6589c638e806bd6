"""The command `edge-translate file`: a document, the same in another language."""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edge_runtime.commands.bounds import BATCH_SIZE, THREADS, check_range
from edge_runtime.commands.decoding_arguments import decoding_arguments
from edge_runtime.commands.errors import OneLineErrors
from edge_runtime.version import __version__

if TYPE_CHECKING:
    from edge_runtime.bundle.manifest import Manifest
    from edge_runtime.documents.journal import FoundText
    from edge_runtime.documents.translate_document import Summary, Translate
    from edge_runtime.translation.decoding_options import DecodingOptions

_PATH = click.Path(path_type=Path)
_MOST_LINES = 20
"""Most segments that are named after a translation."""

_JOURNAL = ".journal"
_LONG = 500
"""Texts of a document from which its progress is shown."""

_NOTES = """\b
Examples:
  edge-translate file models/en-de guide.po --output guide.de.po
  edge-translate file models/en-de app.json --output app.de.json --beam-size 4

Formats, by the name of the file or by --format: PO and POT, XLIFF, TMX, SRT, VTT, HTML,
Markdown, JSON, Android's strings.xml, Apple's .strings, plain text. Everything but the
text stays as it is. After Ctrl-C or a crash the same command goes on where it was.
"""


@click.command(
    "edge-translate file", cls=OneLineErrors, extra="documents", epilog=_NOTES
)
@click.argument("bundle", type=_PATH)
@click.argument("document", type=_PATH)
@click.option("--output", type=_PATH, required=True, help="File to write.")
@click.option("--force", is_flag=True, help="Replace --output if it is there.")
@click.option("--format", "format_name", help="Format, if the file's name tells none.")
@click.option("--encoding", help="Encoding, if the file tells none and is not UTF-8.")
@click.option("--target-language", help="Language code.  [default: the bundle's]")
@click.option("--retranslate", is_flag=True, help="Also what is translated already.")
@decoding_arguments
def file_command(
    *,
    bundle: Path,
    document: Path,
    output: Path,
    force: bool,
    format_name: str | None,
    encoding: str | None,
    target_language: str | None,
    retranslate: bool,
    decoding: "DecodingOptions",
    batch_size: int,
    threads: int,
) -> None:
    """Translate the text of DOCUMENT with BUNDLE, a directory or zip file."""
    # Imported here, so that --help and mistakes are answered at once.
    from edge_runtime.bundle.open_bundle import open_bundle
    from edge_runtime.documents.formats import FORMATS, find_format
    from edge_runtime.documents.journal import Journal
    from edge_runtime.documents.languages import known_language, require_language
    from edge_runtime.documents.translate_document import translate_document
    from edge_runtime.files.readable import read_input
    from edge_runtime.files.replacement import replace_file
    from edge_runtime.model.translation_model import load_model
    from edge_runtime.translation.translator import Translator

    check_range("batch_size", batch_size, BATCH_SIZE)
    check_range("threads", threads, THREADS)
    if format_name is not None and format_name not in FORMATS:
        raise click.UsageError(
            f"--format must be one of {', '.join(FORMATS)}. Received: {format_name}."
        )
    found_format = FORMATS[format_name] if format_name else find_format(document)
    journal_path = _journal_path(output)
    read_too = {"DOCUMENT": document, "BUNDLE": bundle}
    if decoding.glossary and decoding.glossary.file:
        read_too["--glossary"] = decoding.glossary.file
    _check_paths(read_too, output, journal_path, force)
    opened = open_bundle(bundle)
    target = target_language or known_language(opened.manifest.target_language)
    require_language(target)
    read = found_format.read(read_input(document), encoding, target)
    translator = Translator(load_model(opened, threads), decoding)
    key = _key(opened.manifest, decoding)
    with Journal(journal_path, key) as journal:
        progress = _Progress(document.name)
        try:
            summary = translate_document(
                read,
                _translate_with(translator, batch_size),
                journal,
                retranslate=retranslate,
                window=8 * batch_size,
                report=progress,
            )
        except KeyboardInterrupt:
            if journal_path:
                click.echo(
                    "\nStopped. The same command goes on from here: "
                    f"{journal_path} has what is translated.",
                    err=True,
                )
            raise
        finally:
            progress.end()
        replace_file(output, read.write())
        journal.remove()
    _tell(summary, document.name, read.marks_review)


def _journal_path(output: Path) -> Path | None:
    """Return where translations are kept meanwhile; None for an output that streams."""
    from edge_runtime.files.replacement import is_written_into, open_descriptor
    from edge_runtime.files.short_name import LONGEST_NAME, short_name
    from edge_runtime.files.writable import check_writable

    check_writable(output)
    if open_descriptor(output) is not None or is_written_into(output):
        return None
    stem = short_name(output.name, LONGEST_NAME - len(_JOURNAL))
    journal = output.with_name(stem + _JOURNAL)
    check_writable(journal)
    return journal


def _check_paths(
    read: Mapping[str, Path], output: Path, journal: Path | None, force: bool
) -> None:
    """Refuse an output that would cost the user something.

    Args:
        read: What is read, by the name of its argument.
        output: What is written.
        journal: What is written meanwhile, if anything.
        force: Whether the output may be there.
    """
    from edge_runtime.files.same_file import is_same_file
    from edge_runtime.files.within import path_within
    from edge_runtime.files.writable import OutputError

    bundle = read["BUNDLE"]
    for written in (output, journal):
        if written is None:
            continue
        for name, path in read.items():
            if is_same_file(written, path):
                raise OutputError(
                    "--output, and --output with .journal, must not be what is read. "
                    f"Received: {written}, which is {name}."
                )
        if bundle.is_dir() and (
            is_same_file(written.parent, bundle)
            or path_within(written, bundle) is not None
        ):
            raise OutputError(
                f"--output must not stand in the bundle. Received: {output}."
            )
    if journal is not None and not force and output.exists():
        raise OutputError(
            f"--output must be a new file. Received: {output}, which is there. "
            "--force replaces it."
        )


def _key(manifest: "Manifest", decoding: "DecodingOptions") -> str:
    """Return what tells translations of other bundles, options and versions apart."""
    parts = (__version__, manifest.to_json(), repr(decoding))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _translate_with(translator: Any, batch_size: int) -> "Translate":
    from edge_runtime.documents.journal import FoundText

    def translate(texts: Sequence[str]) -> "list[FoundText]":
        return [
            FoundText(found.text, found.finished)
            for found in translator.translate_batch(
                texts, batch_size=batch_size, with_evidence=False
            )
        ]

    return translate


class _Progress:
    """A bar on standard error, for documents that take a while.

    Args:
        label: What stands before it.
    """

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show that so many of all texts are translated."""
        if total < _LONG:
            return
        if self._bar is None:
            self._bar = click.progressbar(
                length=total, label=self._label, show_pos=True, file=sys.stderr
            )
        self._bar.update(done - self._bar.pos)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._bar is not None:
            self._bar.render_finish()


def _tell(summary: "Summary", name: str, is_marked: bool) -> None:
    """Say on standard error what became of the segments."""
    counts = [
        f"{summary.translated:,} translated",
        f"{summary.kept:,} kept",
        f"{len(summary.unfinished):,} unfinished",
        f"{len(summary.problems):,} left as they were",
    ]
    click.echo(f"{name}: {', '.join(counts)}.", err=True)
    lines = [
        *(f"{name}:{each.line}: unfinished" for each in summary.unfinished),
        *(f"{name}:{each.line}: left ({why})" for each, why in summary.problems),
    ]
    if lines and is_marked:
        click.echo("They are marked in the output for a person's look.", err=True)
    for line in lines[:_MOST_LINES]:
        click.echo(line, err=True)
    if len(lines) > _MOST_LINES:
        click.echo(f"and {len(lines) - _MOST_LINES:,} more.", err=True)
