"""Sentence pairs in the columns of a table: tab-separated lines, or CSV."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from keras_s2s.data.text_file import CorpusError, plain_name

_DELIMITERS: Final = ",;\t"
"""What may part the columns of a CSV file; spreadsheets write each of them."""


@dataclass(frozen=True)
class Columns:
    """Which two columns of a table hold source and target.

    Attributes:
        source: Number of the column, counted from 1, or its name in the first line.
        target: The same for the target.
    """

    source: str
    target: str

    @property
    def are_numbers(self) -> bool:
        """Whether the table has no line of names."""
        return self.source.isdecimal() and self.target.isdecimal()

    @classmethod
    def parse(cls, text: str) -> "Columns":
        """Read what a command line says, such as `1,3` or `english,german`.

        Raises:
            CorpusError: It does not name two columns.
        """
        names = [name.strip() for name in text.split(",")]
        columns = cls(*names) if len(names) == 2 and all(names) else None
        if (
            columns is None
            or columns.source == columns.target
            or (columns.are_numbers and not all(map(int, names)))
        ):
            raise CorpusError(
                "Columns must be those of source and target, by number from 1 or by "
                f"name, such as 1,3 or english,german. Received: {text}."
            )
        return columns


def is_csv(path: Path) -> bool:
    """Return whether the name of a file, compressed or not, says that it is CSV."""
    return plain_name(path).lower().endswith(".csv")


def read_table(
    lines: Iterator[str], path: Path, columns: Columns | None
) -> Iterator[tuple[str, str]]:
    """Yield the pairs of a table.

    A line without any text is a pair without text, as blank lines of two files are.

    Args:
        lines: Lines of the file, without their ends.
        path: The file; where its name ends in .csv, maybe compressed, it is CSV, with
            quotes and line breaks within them.
        columns: The columns; None for the first two, or those after numbers, as in
            Tatoeba's `id<TAB>source<TAB>id<TAB>target`.

    Raises:
        CorpusError: A column is missing, or CSV is malformed.
    """
    if columns is None and not is_csv(path):
        yield from _read_first_columns(lines, path)
        return
    wanted = columns or Columns("1", "2")
    places: tuple[int, int] | None = None
    for number, row in _csv_rows(lines, path, wanted) if is_csv(path) else _rows(lines):
        if not any(text.strip() for text in row):
            yield "", ""
            continue
        if places is None:
            places = _places(row, path, wanted)
            if not wanted.are_numbers:
                continue
        if max(places) >= len(row):
            raise CorpusError(
                f"Every line must have the columns {wanted.source} and "
                f"{wanted.target}. {path}, line {number} has {len(row)} "
                f"{'column' if len(row) == 1 else 'columns'}."
            )
        source, target = (row[place] for place in places)
        yield source, target


def _rows(lines: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
    return ((number, line.split("\t")) for number, line in enumerate(lines, start=1))


def _csv_rows(
    lines: Iterator[str], path: Path, wanted: Columns
) -> Iterator[tuple[int, list[str]]]:
    first = next(lines, None)
    if first is None:
        return
    delimiter = next(
        (each for each in _DELIMITERS if _has_columns(first, each, wanted)), ","
    )
    ended = (f"{line}\n" for line in chain((first,), lines))
    rows = csv.reader(ended, delimiter=delimiter, strict=True)
    try:
        for row in rows:
            # A line break within quotes is one in the text, which is one line here.
            yield rows.line_num, [" ".join(text.splitlines()) for text in row]
    except csv.Error as error:
        raise CorpusError(
            f"A CSV file must have its quotes in pairs. {path}, line {rows.line_num}: "
            f"{error}."
        ) from None


def _has_columns(line: str, delimiter: str, wanted: Columns) -> bool:
    row = next(csv.reader([line], delimiter=delimiter), [])
    return _find_places(row, wanted) is not None


def _places(row: Sequence[str], path: Path, wanted: Columns) -> tuple[int, int]:
    """Return the places of the columns, by the first row that has text."""
    places = _find_places(row, wanted)
    if places is not None:
        return places
    if wanted.are_numbers:
        has = f"has {len(row)}: {' | '.join(row)}"
    else:
        has = f"has: {', '.join(map(repr, row))}"
    raise CorpusError(
        f"The first line must have the columns {wanted.source} and {wanted.target}. "
        f"That of {path} {has[:200]}."
    )


def _find_places(row: Sequence[str], wanted: Columns) -> tuple[int, int] | None:
    names = wanted.source, wanted.target
    if wanted.are_numbers:
        places = [int(name) - 1 for name in names]
        return (places[0], places[1]) if max(places) < len(row) else None
    # The names of a sheet stand with other letters and spaces as people write them.
    header = [text.strip().casefold() for text in row]
    try:
        source, target = (header.index(name.casefold()) for name in names)
    except ValueError:
        return None
    return source, target


def _read_first_columns(lines: Iterator[str], path: Path) -> Iterator[tuple[str, str]]:
    numbered = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            yield "", ""
            continue
        columns = line.split("\t")
        if numbered is None:
            numbered = _have_ids(columns) and not any(
                text.isdecimal() for text in columns[1:4:2]
            )
        if numbered:
            if not _have_ids(columns):
                raise CorpusError(
                    "Every line must hold id, source, id and target, separated by "
                    f"tabs, as the first does. {path}, line {number} does not."
                )
            columns = columns[1::2]
        if len(columns) < 2:
            raise CorpusError(
                "Every line must hold source and target, separated by a tab. "
                f"{path}, line {number} has no tab."
            )
        yield columns[0], columns[1]


def _have_ids(columns: Sequence[str]) -> bool:
    """Return whether columns may be id, text, id, text."""
    return len(columns) >= 4 and all(column.isdecimal() for column in columns[:4:2])
