"""Commands killed, and refused by the disk, at every one of their file operations.

    python benchmarks/faults.py [--commands train,export-onnx] [--faults 600] [--seed 0]

Runs each command on a tiny corpus in folders of its own, once to list its file
operations, then once for each fault, see `KINDS` in `faults/fault.py`; which of them,
see `faults/choice.py`. After each it looks at what is left, and runs the next command:
the same again, or as the command says. `faults/judge.py` says what a fault must not do.
At the end, trainings, adaptations and exports on real disks that are too small, where
this machine can mount them.

Needs the training extra, and Linux on x86-64. On two quiet cores,
`--commands evaluate,edge-translate --faults 60` takes about a minute and a half, half
of it for the run and the bundle, which `--kept FOLDER` keeps for the next time.
"""

import contextlib
import gc
import importlib
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import click
from faults.applicable_faults import applicable
from faults.beginnings import prepare_common
from faults.bench import Bench, Reference
from faults.call_filter import is_possible
from faults.case import Case
from faults.cases import COMMANDS, cases
from faults.choice import Candidate, choose
from faults.judge import Judge
from faults.small_disks import try_disks
from faults.table import Row, count, print_table
from faults.tree import plain

from keras_s2s.quiet_tensorflow import import_tensorflow_quietly

_IMPORTED = (
    *("keras_s2s.training.trainer", "keras_s2s.evaluation.report", "pandas"),
    *("export.pipeline", "keras_s2s.commands.compare", "keras_s2s.commands.train"),
    *("keras_s2s.evaluation.side_by_side", "edge_runtime.commands.serve"),
    *("matplotlib.figure", "matplotlib.font_manager", "keras_s2s.commands.distill"),
    *("keras_s2s.distillation.distill", "keras_s2s.commands.evaluate"),
    *("keras_s2s.commands.back_translate", "keras_s2s.distillation.back_translate"),
    *("sacrebleu", "matplotlib.backends.backend_agg", "edge_runtime.commands.screen"),
    *("keras_s2s.evaluation.pictures.length_chart", "export.cli", "http.server"),
    *("edge_runtime.commands.line_translation", "edge_runtime.commands.lines"),
    *("keras_s2s.commands.clean", "keras_s2s.cleaning.clean"),
    *("keras_s2s.commands.adapt", "keras_s2s.training.adaptation.adaptation"),
)
"""Modules that commands import while they run; where they are installed."""


@click.command()
@click.option("--commands", default=",".join(COMMANDS), help="Those to run.")
@click.option("--faults", default=600, show_default=True, help="How many, of all.")
@click.option("--seed", default=0, show_default=True, help="Of the choice.")
@click.option("--minutes", default=600.0, help="After which no fault is begun.")
@click.option("--disks/--no-disks", default=True, help="Also on real small disks.")
@click.option("--only", default="", help="Of the cases, those with this in the name.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to work.")
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    help="Where runs and bundles to begin with are kept for the next time.",
)
def main(
    commands: str,
    faults: int,
    seed: int,
    minutes: float,
    disks: bool,
    only: str,
    folder: Path | None,
    kept: Path | None,
) -> None:
    """Print a table of faults, and a line for every one that is not survived."""
    if not is_possible():
        raise SystemExit("faults.py needs Linux on x86-64, with seccomp.")
    asked = [name.strip() for name in commands.split(",")]
    unknown = sorted(set(asked) - set(COMMANDS))
    if unknown:
        raise click.UsageError(
            f"--commands takes {', '.join(COMMANDS)}. Received: {', '.join(unknown)}."
        )
    _import_all()
    start = time.monotonic()
    with tempfile.TemporaryDirectory(dir=folder) as name:
        bench = Bench(Path(name))
        judge = Judge(bench)
        bench.common.mkdir()
        prepare_common(bench, asked, kept)
        rows = {command: Row() for command in COMMANDS if command in asked}
        references: dict[Case, Reference] = {}
        possible: dict[str, list[Candidate]] = {}
        for case in cases():
            if case.command not in rows or only not in case.name:
                continue
            reference = references[case] = bench.reference(case)
            rows[case.command].operations += len(reference.operations)
            possible.setdefault(case.command, []).extend(
                (case, fault, operation)
                for fault, operation in applicable(case, reference.operations).items()
            )
        total = sum(map(len, possible.values()))
        click.echo(f"{total} faults are possible; prepared in {_seconds_since(start)}")
        chosen = choose(possible, faults, random.Random(seed))
        end = start + 60 * minutes
        kinds: Counter[str] = Counter()
        for number, (case, fault, _) in enumerate(chosen):
            if time.monotonic() > end:
                break
            if number % 20 == 0:
                done = f"{number} of {len(chosen)}, {_seconds_since(start)}"
                click.echo(done, err=True)
            outcome, wrong = judge.try_out(case, references[case], fault)
            hit = outcome.hit
            kinds[fault.kind if hit else "not come to"] += 1
            if hit:
                where = f"{fault.kind} at {fault.at}, {hit.name} {plain(hit.path)}"
                count(rows[case.command], case, where, wrong)
        if disks:
            rows["small disks"] = Row()
            try_disks(bench, judge, references, rows["small disks"], end)
        print_table(rows, judge.states)
        click.echo(", ".join(f"{kind}: {kinds[kind]}" for kind in sorted(kinds)))
        click.echo(f"{_seconds_since(start)}")
    sys.exit(any(row.problems for row in rows.values()))


def _import_all() -> None:
    """Import what the commands do, once for all of them."""
    import_tensorflow_quietly()
    for name in _IMPORTED:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    gc.freeze()  # so that a child does not copy what it only looks at


def _seconds_since(start: float) -> str:
    """Return the time since a start."""
    return f"{time.monotonic() - start:.0f} s"


if __name__ == "__main__":
    main()
