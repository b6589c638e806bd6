"""Which faults can happen to a case."""

from collections import Counter

from faults.case import Case
from faults.fault import Fault, Kind, Operation


def applicable(case: Case, operations: list[Operation]) -> dict[Fault, Operation]:
    """Return all faults of a case that has these operations, and where they happen."""
    faults: dict[Fault, Operation] = {}
    counts = {True: 0, False: 0}
    read: Counter[tuple[str, str]] = Counter()
    for operation in operations:
        at = counts[operation.changes]
        counts[operation.changes] += 1
        if operation.changes:
            kinds = _changing(operation)
        else:
            # Sentences are read one by one: the first times stand for all.
            read[operation.name, operation.path] += 1
            if read[operation.name, operation.path] > 2:
                continue
            kinds = ["unreadable"]
            if case.command.startswith("edge-translate"):
                kinds.append("kill")
        for kind in kinds:
            faults[Fault(kind, at, while_reading=not operation.changes)] = operation
    return faults


def _changing(operation: Operation) -> list[Kind]:
    """Return what can happen at an operation that changes something."""
    kinds: list[Kind] = ["kill", "terminated", "denied", "read-only"]
    if operation.name == "write":
        kinds.append("torn")
    if operation.creates or operation.name in ("sync", "rename"):
        kinds.append("full")
    return kinds
