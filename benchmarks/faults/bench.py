"""Where cases are run, with a fault or undisturbed."""

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from faults.case import Case, work
from faults.child import run
from faults.fault import Fault, Operation, Outcome
from faults.tree import Tree, digest, plain, tree
from faults.visitor import Visitor


@dataclass
class Reference:
    """What a case does undisturbed.

    Attributes:
        operations: Its file operations.
        before: What its folder holds.
        after: What it holds in the end.
        whole: Digests of all that ever stood finished at a path.
        output: What it wrote to standard output.
    """

    operations: list[Operation]
    before: Tree
    after: Tree
    whole: dict[str, set[str]]
    output: bytes


class Bench:
    """Runs cases in folders below one.

    Args:
        folder: Empty; everything is written into it.

    Attributes:
        common: Holds what the cases are given.
        folder: That of the case that is run.
        errors: Its standard error.
    """

    def __init__(self, folder: Path) -> None:
        self.common = folder / "common"
        self.folder = folder / "work"
        self.errors = folder / "errors"

    def prepare(self, case: Case) -> None:
        """Fill the folder of a case."""
        for path in self.folder.glob("*") if self.folder.is_mount() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not self.folder.is_mount():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
        (self.folder / "tmp").mkdir()
        (self.folder / "mine.txt").write_text("the user's\n")
        for name, source in case.given.items():
            found = self.common / source
            if found.is_dir():
                shutil.copytree(found, self.folder / name)
            else:
                shutil.copy(found, self.folder / name)

    def start(
        self,
        case: Case,
        fault: Fault | None = None,
        arguments: tuple[str, ...] | None = None,
        on_operation: Callable[[Operation], object] | None = None,
    ) -> Outcome:
        """Run a case, or with other arguments, in the folder as it is."""
        given = case.arguments if arguments is None else arguments
        visitor = Visitor() if "serve" in case.command else None
        source = self.folder / case.source if case.source else None
        outcome = run(
            lambda: work(case.command, given, self.folder),
            self.folder,
            fault,
            streams=(source, self.folder / "stdout", self.errors),
            without_exchange=case.without_exchange,
            on_operation=on_operation,
            on_start=visitor.start if visitor else lambda _: None,
        )
        if visitor:
            visitor.end()
            with self.errors.open("a") as file:
                file.writelines(f"{line}\n" for line in visitor.complaints)
        return outcome

    def start_undisturbed(self, case: Case, arguments: tuple[str, ...]) -> Outcome:
        """Run a case with other arguments, all of its operations counted.

        Raises:
            SystemExit: It fails.
        """
        outcome = self.start(case, arguments=arguments, on_operation=lambda _: None)
        if outcome.exit_code:
            raise SystemExit(self.errors.read_text()[-3000:])
        return outcome

    def reference(self, case: Case) -> Reference:
        """Run a case undisturbed."""
        self.prepare(case)
        before = tree(self.folder)
        whole: dict[str, set[str]] = {}

        def remember(operation: Operation) -> None:
            if operation.name != "rename":
                return
            source = self.folder / operation.source
            name = Path(operation.path).name
            found = tree(source) if source.is_dir() else {"": digest(source, name)}
            for name, content in found.items():
                path = f"{operation.path}/{name}" if name else operation.path
                path = re.sub(r"^\.(\w+)\.\w+\.staging/new/", r"\1/", path)
                whole.setdefault(plain(path), set()).add(content)

        outcome = self.start(case, on_operation=remember)
        errors = self.errors.read_text()
        if outcome.exit_code not in (0, 130):
            raise SystemExit(f"{case.command}, {case.name}: {errors[-3000:]}")
        after = tree(self.folder)
        for path, content in after.items():
            whole.setdefault(path, set()).add(content)
        output = (self.folder / "stdout").read_bytes()
        return Reference(outcome.operations, before, after, whole, output)
