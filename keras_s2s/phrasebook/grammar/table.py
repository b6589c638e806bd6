"""Text tables: one row a line, its columns separated by `|`.

`#` begins a comment line. A line that begins with a space continues the row above.
"""

from collections.abc import Callable, Iterable
from importlib.resources import files
from typing import NamedTuple, TypeVar

Value = TypeVar("Value")


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        fields: The columns, stripped.
        place: Table and line it stands in, for error messages.
    """

    fields: tuple[str, ...]
    place: str

    def error(self, message: str) -> ValueError:
        """Return an error that names the table and the line."""
        return ValueError(f"{self.place}: {message}")


def read_table(package: str, name: str, columns: str) -> list[Row]:
    """Read the table that a package holds under the file name `name`."""
    text = (files(package) / name).read_text(encoding="utf-8")
    return parse_table(text, name, columns)


def parse_table(text: str, name: str, columns: str) -> list[Row]:
    """Split a table into its rows.

    Args:
        text: The table.
        name: What errors call it.
        columns: Names of the columns, separated by `|`.

    Raises:
        ValueError: If a row has more or fewer columns. The message names the line.
    """
    joined: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith(" ") and joined:
            first, begun = joined[-1]
            joined[-1] = first, f"{begun} {line.strip()}"
        else:
            joined.append((number, line))
    rows = []
    for number, line in joined:
        row = Row(
            tuple(field.strip() for field in line.split("|")), f"{name}, line {number}"
        )
        if len(row.fields) != columns.count("|") + 1:
            raise row.error(f"A row must have the columns {columns}. Received: {line}")
        rows.append(row)
    return rows


def by_name(rows: Iterable[Row], build: Callable[[Row], Value]) -> dict[str, Value]:
    """Build a value of each row, by the row's first column.

    Raises:
        ValueError: If two rows have the same first column.
    """
    values: dict[str, Value] = {}
    for row in rows:
        name = row.fields[0]
        if name in values:
            raise row.error(f"The first column must name one row. Received: {name}")
        values[name] = build(row)
    return values
