"""What is wrong after a fault.

A fault is survived if no file of the user is lost, nothing half-written stands in its
final place, what is wrong is said in one line, and the next command ends with what an
undisturbed one makes.
"""

import re
import signal
from collections import Counter

from faults.bench import Bench, Reference
from faults.case import Case
from faults.fault import Fault, Outcome
from faults.tree import PARTIAL, Tree, is_beside, subtree, tree


class Judge:
    """Says what is wrong after a fault.

    The next command is run once in each state that faults leave.

    Args:
        bench: Where cases are run.

    Attributes:
        states: How many states were left, by command; by its name with " force", after
            how many only `--force` helps; with " left", how many hidden files stay.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._verdicts: dict[object, str] = {}
        self.states: Counter[str] = Counter()

    def try_out(
        self, case: Case, reference: Reference, fault: Fault
    ) -> tuple[Outcome, dict[str, str]]:
        """Run a case with a fault; return what is wrong, by kind of problem."""
        self._bench.prepare(case)
        outcome = self._bench.start(case, fault)
        return outcome, self.look(case, reference, fault, outcome)

    def look(
        self, case: Case, reference: Reference, fault: Fault | None, outcome: Outcome
    ) -> dict[str, str]:
        """Return what is wrong after a fault, by kind of problem."""
        found = {}
        errors = self._bench.errors.read_text(errors="replace")
        state = tree(self._bench.folder)
        for kind, what in (
            ("traceback", _traceback_of(outcome, fault, errors)),
            ("message", _message_of(case, outcome, fault, errors)),
            ("lost", self._lost(case, reference, state, outcome)),
            ("half-written", self._half_written(case, reference, state)),
        ):
            if what:
                found[kind] = what
        key = case.command, case.name, frozenset(state.items())
        if key not in self._verdicts:
            self.states[case.command] += 1
            self._verdicts[key] = self._next_command(case, reference)
        if self._verdicts[key]:
            found["next fails"] = self._verdicts[key]
        return found

    def _lost(
        self, case: Case, reference: Reference, state: Tree, outcome: Outcome
    ) -> str:
        """Return which file of the user is gone or changed."""
        for path, content in reference.before.items():
            if _is_output(path, case) or path == "stdout":
                root = path.split("/")[0]
                aside = path.replace(root, f".{root}.X.staging/old", 1)
                if path not in state and aside not in state and root not in state:
                    return path
            elif state.get(path) != content:
                return path
        for operation in outcome.operations[: outcome.before]:
            path = operation.path
            if operation.name == "rename" and path in case.kept and path not in state:
                return path
        return ""

    def _half_written(self, case: Case, reference: Reference, state: Tree) -> str:
        """Return what stands in its final place and is neither old nor new."""
        for output in case.outputs:
            there = {
                path: content
                for path, content in state.items()
                if f"{path}/".startswith(f"{output}/") and not is_beside(path)
            }
            old = subtree(reference.before, output)
            if there.items() <= old.items() and (not there or there == old):
                continue
            new = subtree(reference.after, output)
            if case.at_once and there != new:
                return f"{output}: neither the old nor the new one"
            for path, content in there.items():
                # A run may have a state older than its weights: the epoch is repeated.
                known = {reference.before.get(path), *reference.whole.get(path, ())}
                if content not in known:
                    return path
        if case.command == "edge-translate":
            output = (self._bench.folder / "stdout").read_bytes()
            if not reference.output.startswith(output):
                return "standard output"
        return ""

    def _next_command(self, case: Case, reference: Reference) -> str:
        """Run what the user runs next; return what is wrong."""
        saved = self._bench.errors.read_bytes()
        said = ""
        for arguments in (case.arguments, *case.following):
            outcome = self._bench.start(case, arguments=arguments)
            errors = self._bench.errors.read_text(errors="replace")
            if outcome.exit_code in (0, 130):
                if "--force" in set(arguments) - set(case.arguments):
                    self.states[f"{case.command} force"] += 1
                break
            said += " | " + _last_line(errors)
            if outcome.exit_code != 2 or "Traceback" in errors:
                return said
        else:
            return said
        self._bench.errors.write_bytes(saved)
        output = (self._bench.folder / "stdout").read_bytes()
        if case.command == "edge-translate" and output != reference.output:
            return "other translations"
        after = tree(self._bench.folder)
        for path, content in reference.after.items():
            if not is_beside(path) and after.get(path) != content:
                return f"{path} is not what an undisturbed command makes"
        for path in after:
            if path not in reference.after and not is_beside(path):
                return f"{path} is left over"
            if PARTIAL.search(path) and not path.startswith("tmp/"):
                self.states[f"{case.command} left"] += 1
        return ""


def _is_output(path: str, case: Case) -> bool:
    """Return whether a path is an output or lies in one."""
    return any(f"{path}/".startswith(f"{output}/") for output in case.outputs)


def _last_line(errors: str) -> str:
    """Return the last line of standard error."""
    return errors.strip().rpartition("\n")[2][:300]


def _traceback_of(outcome: Outcome, fault: Fault | None, errors: str) -> str:
    """Return a traceback, or the signal of a crash."""
    if "Traceback" in errors or "Exception ignored" in errors:
        return _last_line(errors)
    if outcome.hung:
        return "it did not end"
    killed = fault is not None and fault.kind in ("kill", "torn") and outcome.hit
    ended = fault is not None and fault.kind == "terminated"
    expected = {-signal.SIGKILL} if killed else {-signal.SIGTERM} if ended else set()
    if outcome.exit_code < 0 and outcome.exit_code not in expected:
        return f"ended by signal {-outcome.exit_code}"
    return ""


def _message_of(case: Case, outcome: Outcome, fault: Fault | None, errors: str) -> str:
    """Return what is wrong with the exit code, or with the line that goes with it."""
    if outcome.exit_code <= 0:
        return ""
    allowed = (1, 2)
    if (fault and fault.kind == "terminated") or "serve" in case.command:
        allowed += (130, 143)
    if outcome.exit_code not in allowed:
        return f"exit code {outcome.exit_code}"
    own = case.command.startswith(("export", "edge"))
    program = case.command if own else "keras-s2s"
    said = [line for line in errors.splitlines() if line.startswith(f"{program}: ")]
    stopped = "Stopped." in errors or outcome.exit_code in (130, 143)
    if len(said) != 1 and not stopped:
        return f"{len(said)} lines of the error: {_last_line(errors)}"
    if said and re.search(r"None\b|(Key|Type|Attribute|Index|Value)Error", said[0]):
        return said[0][:300]
    return ""
