"""What came out, by command."""

from collections import Counter
from dataclasses import dataclass, field

import click

from faults.case import Case

_PROBLEMS = "lost", "traceback", "message", "half-written", "next fails"
_NOTES = "different states", "next with --force", "hidden files left"
_ENDINGS = "", " force", " left"


@dataclass
class Row:
    """What the table says of a command."""

    operations: int = 0
    faults: int = 0
    survived: int = 0
    problems: Counter[str] = field(default_factory=Counter)


def count(row: Row, case: Case, where: str, found: dict[str, str]) -> None:
    """Count a fault, and say what is wrong."""
    row.faults += 1
    row.survived += not found
    row.problems.update(found.keys())
    for kind, what in found.items():
        click.echo(f"{case.command}, {case.name}: {where}: {kind}: {what}")


def print_table(rows: dict[str, Row], states: Counter[str]) -> None:
    """Print what came out.

    The last column counts files with `.partial` in their name that are still there
    after the next command.

    Args:
        rows: By command.
        states: `Judge.states`.
    """
    columns = "operations", "faults", "survived", *_PROBLEMS, *_NOTES
    click.echo("| command | " + " | ".join(columns) + " |")
    click.echo("| --- " * (len(columns) + 1) + "|")
    total: Counter[str] = Counter()
    for command, row in rows.items():
        cells = {
            "operations": row.operations,
            "faults": row.faults,
            "survived": row.survived,
            **{problem: row.problems[problem] for problem in _PROBLEMS},
            **dict(
                zip(
                    _NOTES,
                    (states[command + what] for what in _ENDINGS),
                    strict=True,
                )
            ),
        }
        total.update(cells)
        click.echo(f"| {command} | " + " | ".join(map(str, cells.values())) + " |")
    click.echo("| all | " + " | ".join(str(total[name]) for name in columns) + " |")
