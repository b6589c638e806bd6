"""What can happen to a process at one of its file operations."""

import errno
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal[
    "kill", "torn", "terminated", "full", "read-only", "denied", "unreadable"
]
KINDS: dict[Kind, str] = {
    "kill": "killed before the operation",
    "torn": "killed when half of a write is done",
    "terminated": "sent TERM",
    "full": "no space left from the operation on; of a write, half is done",
    "read-only": "a read-only file system from the operation on",
    "denied": "permission denied, once",
    "unreadable": "an error of the disk while reading, once",
}


ERRORS: dict[Kind, int] = {
    "full": errno.ENOSPC,
    "read-only": errno.EROFS,
    "denied": errno.EACCES,
    "unreadable": errno.EIO,
}


@dataclass(frozen=True)
class Operation:
    """One file operation of a child.

    Attributes:
        name: What is done: "open", "read", "write", "sync", "rename" and others.
        path: Of what; the new name of what is renamed.
        changes: Whether it changes anything on the disk.
        creates: Whether it needs space.
        source: The old name of what is renamed.
    """

    name: str
    path: str
    changes: bool
    creates: bool
    source: str = ""


@dataclass(frozen=True)
class Fault:
    """What happens at which operation.

    Attributes:
        kind: Key of `KINDS`.
        at: Number of the operation, from 0, among those that change something;
            of "unreadable" and of kills "while reading", among those that do not.
        while_reading: Whether operations are counted that change nothing.
    """

    kind: Kind
    at: int
    while_reading: bool = False

    def later_error(self, operation: Operation) -> int:
        """Return the error of an operation after it; 0 where that succeeds."""
        if self.kind == "full" and operation.creates:
            return errno.ENOSPC
        if self.kind == "read-only" and operation.changes:
            return errno.EROFS
        return 0


@dataclass
class Outcome:
    """How a child ended.

    Attributes:
        exit_code: Its exit code, or minus the number of a signal.
        operations: All operations on files of the folder, in order.
        hit: The operation at which the fault happened; None where it never came.
        before: How many operations were done before it; None where it never came.
        hung: Whether it had to be killed because it did not end.
    """

    exit_code: int = 0
    operations: list[Operation] = field(default_factory=list)
    hit: Operation | None = None
    hung: bool = False
    before: int | None = None
