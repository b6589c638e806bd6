"""What the cases are given: corpora, runs, bundles and results."""

import gzip
import pickle
import shutil
from pathlib import Path

from faults.bench import Bench
from faults.cases import COMMANDS, STATE_FILE, cases
from faults.corpora import write_corpora
from faults.fault import Fault, Outcome
from faults.kept_proofs import keep_proofs, load_proofs


def prepare_common(bench: Bench, asked: list[str], kept: Path | None) -> None:
    """Make what the cases are given, or take what an earlier start made.

    Args:
        bench: Where it is made.
        asked: Commands whose cases are run.
        kept: Where it is kept for the next time, for all commands; None for nowhere.

    Raises:
        SystemExit: What is kept is of an earlier version, and lacks something.
    """
    _serve_a_page(bench.common)
    if kept is None or not kept.is_dir():
        _Beginnings(bench).make(asked if kept is None else list(COMMANDS))
        if kept is not None:
            shutil.copytree(bench.common, kept)
        return
    shutil.copytree(kept, bench.common, dirs_exist_ok=True)
    missing = {
        name
        for case in cases()
        for name in case.given.values()
        if case.command in asked and not (bench.common / name).exists()
    }
    if missing:
        raise SystemExit(
            f"--kept must hold what the cases begin with. {kept} lacks "
            f"{', '.join(sorted(missing))}: remove it, and it is made anew."
        )
    load_proofs(pickle.loads((bench.common / "proof").read_bytes()))


class _Beginnings:
    """Makes files for the cases by running some of them undisturbed."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._cases = {(case.command, case.name): case for case in cases()}

    def make(self, asked: list[str]) -> None:
        """Make what some commands are given."""
        wanted = set(asked)
        write_corpora(self._bench.common / "data")
        if wanted == {"clean"}:
            return
        whole = self._run("train", "a new run", run="run")
        if "train" in wanted:
            self._make_runs("train", "run", whole, "--set", "epochs=1")
        if "adapt" in wanted:
            whole = self._run("adapt", "a new run")
            self._make_runs("adapt", "adapted", whole, "--epochs", "1")
        if wanted <= {"train", "adapt", "clean"}:
            return
        weights = ["none"] + ["int8"] * ("export-onnx" in wanted)
        keep_proofs(self._bench, self._cases["export-onnx", "a directory"], weights)
        self._run("export-onnx", "a directory", bundle="bundle")
        self._archive("bundle")
        if "export-onnx" in wanted:
            options = "--beam-size", "2"
            name = "earlier-bundle"
            self._run("export-onnx", "a directory", *options, bundle=name)
            self._archive(name)
        if {"evaluate", "compare"} & wanted:
            (self._bench.common / "results").mkdir()
            kinds = ("json", "html", "png", "txt")
            targets = {f"x_{kind}": f"results/x.{kind}" for kind in kinds}
            self._run("evaluate", "new files", "--beam-size", "3", **targets)

    def _make_runs(self, command: str, run: str, whole: Outcome, *options: str) -> None:
        """Make a run to be replaced, and one to be continued.

        Args:
            command: The command that trains.
            run: Name of its run directory.
            whole: How it ended undisturbed.
            options: Make the run to be replaced another one, besides another seed.
        """
        name = "a new run"
        seed = "--set", "seed=2"
        self._run(command, name, *options, *seed, **{run: f"earlier-{run}"})
        # Killed right after the first epoch.
        changes = [operation for operation in whole.operations if operation.changes]
        saved = next(
            at
            for at, operation in enumerate(changes)
            if operation.name == "rename" and operation.path == f"{run}/{STATE_FILE}"
        )
        self._bench.prepare(self._cases[command, name])
        self._bench.start(self._cases[command, name], Fault("kill", saved + 1))
        self._move(run, f"begun-{run}")

    def _run(self, command: str, name: str, *options: str, **targets: str) -> Outcome:
        """Run a case with further options, and move what it writes.

        Args:
            command: That of the case.
            name: That of the case.
            options: Further arguments.
            targets: Names in the common folder by names of outputs, with `_` for dots.
        """
        case = self._cases[command, name]
        self._bench.prepare(case)
        outcome = self._bench.start_undisturbed(case, (*case.arguments, *options))
        for found, target in targets.items():
            self._move(found.replace("_", "."), target)
        return outcome

    def _move(self, found: str, target: str) -> None:
        shutil.move(self._bench.folder / found, self._bench.common / target)

    def _archive(self, name: str) -> None:
        folder = self._bench.common / name
        Path(shutil.make_archive(str(folder), "zip", folder)).chmod(0o644)


def _serve_a_page(common: Path) -> None:
    """Have `serve` look for its page where it works: it may not have been built."""
    from edge_runtime.commands import serve

    page = common / serve._PAGE
    page.mkdir(exist_ok=True)
    (page / "index.html.gz").write_bytes(gzip.compress(b"<!doctype html>"))
    serve.files = lambda _: Path.cwd()
