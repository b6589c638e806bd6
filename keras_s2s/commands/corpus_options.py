"""Parallel text as it is named on a command line: one corpus, or several joined."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from edge_runtime.documents.languages import known_language
from edge_runtime.documents.pairs import PAIR_SUFFIXES
from keras_s2s.data.corpus import Corpus, ParallelCorpus
from keras_s2s.data.joined_corpus import JoinedCorpus
from keras_s2s.data.table import Columns, is_csv
from keras_s2s.data.text_file import plain_name


@dataclass(frozen=True)
class GivenText:
    """What a command was given as parallel text.

    Attributes:
        sources: Files of source sentences.
        targets: Files of their translations, one for each of `sources`.
        tables: Files with tab-separated lines, or CSV.
        files: Files of any of these kinds that have both sides, told by their names.
        columns: The columns of all tables, as `Columns.parse` reads them.
        languages: Codes of source and target, for documents.
        prefix: What the names of the options begin with, after `--`.
    """

    sources: Sequence[Path] = ()
    targets: Sequence[Path] = ()
    tables: Sequence[Path] = ()
    files: Sequence[Path] = ()
    columns: str | None = None
    languages: tuple[str, str] = ("", "")
    prefix: str = ""

    def __bool__(self) -> bool:
        return any((self.sources, self.targets, self.tables, self.files))

    def corpus(self) -> Corpus:
        """Return the corpus, or all corpora joined: lines, then tables, then files.

        Raises:
            click.UsageError: Nothing is given, or a side is missing.
            CorpusError: The columns cannot be read.
        """
        if not self or len(self.sources) != len(self.targets):
            raise click.UsageError(
                f"Give --{self.prefix}source and --{self.prefix}target, or "
                f"--{self.prefix}tsv, or --{self.prefix}corpus."
            )
        if self.columns is not None and not any(
            (self.tables, *map(_is_table, self.files))
        ):
            raise click.UsageError(
                f"--{self.prefix}columns are those of a TSV or CSV: give one, or leave "
                "them out."
            )
        columns = None if self.columns is None else Columns.parse(self.columns)
        corpora = [
            *map(ParallelCorpus, self.sources, self.targets),
            *(ParallelCorpus(path, columns=columns) for path in self.tables),
            *self._corpora_of_files(columns),
        ]
        return corpora[0] if len(corpora) == 1 else JoinedCorpus(tuple(corpora))

    def _corpora_of_files(self, columns: Columns | None) -> Iterable[ParallelCorpus]:
        source_language, target_language = map(known_language, self.languages)
        for path in self.files:
            name = plain_name(path).lower()
            if _is_table(path):
                yield ParallelCorpus(path, columns=columns)
            elif name.endswith(PAIR_SUFFIXES):
                yield ParallelCorpus(path, languages=(source_language, target_language))
            else:
                raise click.UsageError(
                    f"--{self.prefix}corpus takes files whose names end in .tsv, .csv, "
                    f"{', '.join(PAIR_SUFFIXES)}, and, compressed, in .tsv.gz and the "
                    f"like. Give others as --{self.prefix}tsv. Received: {path}."
                )


def _is_table(path: Path) -> bool:
    return plain_name(path).lower().endswith(".tsv") or is_csv(path)
