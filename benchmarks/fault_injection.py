"""Runs a function in a child process, and fails or kills it at a file operation.

The system itself is asked to stop the child at each of its file operations and to let
this process decide (seccomp's user notification; Linux on x86-64). So what C libraries
do is seen as well as what Python does, and nothing of the program is changed.
"""

import ctypes
import errno
import fcntl
import os
import platform
import select
import signal
import socket
import struct
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
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

Watched = Literal["all", "changes", "exchange"]
_ENOUGH_TIME = 300.0
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT

# Numbers of system calls, and which argument holds a path or a descriptor.
_BY_PATH = {
    2: ("open", 0, None),
    76: ("truncate", 0, None),
    82: ("rename", 1, None),
    83: ("mkdir", 0, None),
    84: ("rmdir", 0, None),
    85: ("create", 0, None),
    86: ("link", 1, None),
    87: ("unlink", 0, None),
    88: ("link", 1, None),
    90: ("chmod", 0, None),
    257: ("open", 1, 0),
    258: ("mkdir", 1, 0),
    263: ("unlink", 1, 0),
    264: ("rename", 3, 2),
    265: ("link", 3, 2),
    266: ("link", 2, 1),
    268: ("chmod", 1, 0),
    316: ("rename", 3, 2),
    437: ("open", 1, 0),
    452: ("chmod", 1, 0),
}
_BY_DESCRIPTOR = {
    0: ("read", 0),
    1: ("write", 0),
    17: ("read", 0),
    18: ("write", 0),
    19: ("read", 0),
    20: ("write", 0),
    40: ("write", 0),
    74: ("sync", 0),
    75: ("sync", 0),
    77: ("truncate", 0),
    91: ("chmod", 0),
    285: ("write", 0),
    326: ("write", 2),
}
_WRITE, _PWRITE, _RENAMEAT2 = 1, 18, 316
_EXCHANGE = 2
_HERE = 0xFFFFFF9C

_SECCOMP, _PIDFD_GETFD = 317, 438
_NOTICE = struct.Struct("QIIiIQ6Q")
_ANSWER = struct.Struct("QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1

_Decision = tuple[int, int, int]
"""Result, error and flags of a system call."""
_GO_ON: _Decision = 0, 0, _CONTINUE
_ERRORS: dict[Kind, int] = {
    "full": errno.ENOSPC,
    "read-only": errno.EROFS,
    "denied": errno.EACCES,
    "unreadable": errno.EIO,
}

_library = ctypes.CDLL(None, use_errno=True)


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


def is_possible() -> bool:
    """Return whether this system can stop a process at its file operations."""
    try:
        actions = Path("/proc/sys/kernel/seccomp/actions_avail").read_text()
    except OSError:
        return False
    return platform.machine() == "x86_64" and "user_notif" in actions.split()


def run(
    function: Callable[[], object],
    folder: Path,
    fault: Fault | None = None,
    *,
    streams: tuple[Path | None, Path, Path],
    without_exchange: bool = False,
    on_operation: Callable[[Operation], object] | None = None,
    on_start: Callable[[int], object] = lambda _: None,
) -> Outcome:
    """Run a function in a child process and wait for its end.

    Args:
        function: Ends by returning or by `SystemExit`.
        folder: Operations on what is in it are counted, and may fail.
        fault: What happens; None to let it be.
        streams: Files for standard input, output and error.
        without_exchange: Whether the file system cannot exchange two directories.
        on_operation: Told about every operation before it is done. Without it, and
            without a fault, nothing is counted.
        on_start: Given the number of the process.
    """
    watched: Watched = "exchange"
    if on_operation is not None or (fault is not None and fault.while_reading):
        watched = "all"
    elif fault is not None:
        watched = "changes"
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        ours.close()
        _be_the_child(function, streams, theirs, watched)
    theirs.close()
    with ours:
        _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    on_start(child)
    supervisor = _Supervisor(
        child, descriptors[0], folder, fault, without_exchange, on_operation
    )
    try:
        return supervisor.watch()
    finally:
        os.close(descriptors[0])


def _be_the_child(
    function: Callable[[], object],
    streams: tuple[Path | None, Path, Path],
    supervisor: socket.socket,
    watched: Watched,
) -> None:
    code = 1
    try:
        source, output, errors = streams
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        for number, path in enumerate((source or Path(os.devnull), output, errors)):
            opened = os.open(path, flags if number else os.O_RDONLY, 0o644)
            os.dup2(opened, number)
            os.close(opened)
        # New ones: what the parent's hold back is the parent's.
        for number, name in ((1, "stdout"), (2, "stderr")):
            stream = os.fdopen(number, "w", encoding="utf-8", closefd=False)
            setattr(sys, name, stream)
        sys.stderr.reconfigure(line_buffering=True)
        sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
        # Whoever started this in the background may have had it ignore them.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        listener = _install_filter(watched)
        socket.send_fds(supervisor, [b"x"], [listener])
        os.close(listener)
        supervisor.close()
        try:
            function()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(bool(end.code))
        except BaseException:  # noqa: BLE001 (as Python shows it at its end)
            traceback.print_exc()
        try:
            sys.stdout.flush()
        except OSError:  # what Python says where it cannot write at its end
            print("Exception ignored in: sys.stdout\nTraceback", file=sys.stderr)
            code = 120
    finally:
        os._exit(code)


def _install_filter(watched: Watched) -> int:
    """Have file operations of this process decided by whoever has the result."""
    numbers = {*_BY_PATH, *_BY_DESCRIPTOR}
    if watched == "exchange":
        numbers = {_RENAMEAT2}
    elif watched == "changes":
        numbers -= {number for number in _BY_DESCRIPTOR if _name(number) == "read"}
    # Every question costs two changes of processes: opening to read is asked where
    # reading is watched, and most of what a program opens is its own code.
    by_flags = {2: 24, 257: 32} if watched == "changes" else {}
    plain = sorted(numbers - by_flags.keys())
    load, equal, any_bit, end = 0x20, 0x15, 0x45, 0x06
    allow, ask = 0x7FFF0000, 0x7FC00000
    ends = len(plain) + 1 + 4 * len(by_flags)  # where the two answers stand
    code = [struct.pack("HBBI", load, 0, 0, 0)]
    for number in plain:
        code.append(struct.pack("HBBI", equal, ends - len(code), 0, number))
    for number, flags in by_flags.items():
        code.append(struct.pack("HBBI", equal, 0, 3, number))
        code.append(struct.pack("HBBI", load, 0, 0, flags))
        code.append(struct.pack("HBBI", any_bit, ends - len(code), 0, _TO_WRITE))
        code.append(struct.pack("HBBI", end, 0, 0, allow))
    code += [struct.pack("HBBI", end, 0, 0, value) for value in (allow, ask)]
    program = ctypes.create_string_buffer(b"".join(code))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(code), ctypes.addressof(program))
    )
    no_new_privileges = 38
    _library.prctl(no_new_privileges, 1, 0, 0, 0)
    set_filter, new_listener = 1, 1 << 3
    listener = _library.syscall(_SECCOMP, set_filter, new_listener, header)
    if listener < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(listener)


class _Supervisor:
    def __init__(
        self,
        child: int,
        listener: int,
        folder: Path,
        fault: Fault | None,
        without_exchange: bool,
        on_operation: Callable[[Operation], object] | None,
    ) -> None:
        self._child, self._listener = child, listener
        self._folder = f"{folder.resolve()}/"
        self._fault = fault
        self._without_exchange = without_exchange
        self._on_operation = on_operation
        self._counts = {True: 0, False: 0}
        self._outcome = Outcome()

    def watch(self) -> Outcome:
        handle = os.pidfd_open(self._child)
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        poll.register(handle, select.POLLIN)
        end = time.monotonic() + _ENOUGH_TIME
        try:
            while True:
                ready = dict(poll.poll(1000))
                if ready.get(self._listener, 0) & select.POLLIN:
                    self._answer_one(handle)
                elif handle in ready:
                    break
                elif time.monotonic() > end:
                    self._outcome.hung = True
                    os.kill(self._child, signal.SIGKILL)
        finally:
            os.close(handle)
            status = os.waitpid(self._child, 0)[1]
        self._outcome.exit_code = os.waitstatus_to_exitcode(status)
        return self._outcome

    def _answer_one(self, handle: int) -> None:
        notice = bytearray(_NOTICE.size)
        try:
            fcntl.ioctl(self._listener, _RECEIVE, notice)
            identity, thread, _, number, _, _, *arguments = _NOTICE.unpack(notice)
            decision = self._decide(thread, number, arguments, handle)
            if decision is not None:
                value, error, flags = decision
                answer = _ANSWER.pack(identity, value, -error, flags)
                fcntl.ioctl(self._listener, _SEND, answer)
        except (FileNotFoundError, ProcessLookupError):
            pass  # the thread has ended meanwhile

    def _decide(
        self, thread: int, number: int, arguments: list[int], handle: int
    ) -> _Decision | None:
        """Return what a thread is answered; None where it was killed."""
        exchanges = number == _RENAMEAT2 and bool(arguments[4] & _EXCHANGE)
        if exchanges and self._without_exchange:
            return 0, errno.EINVAL, 0
        try:
            operation = self._operation(thread, number, arguments)
        except FileNotFoundError:  # no such descriptor, which the system will say
            return _GO_ON
        if operation is None:
            return _GO_ON
        if self._on_operation is not None:
            self._on_operation(operation)
        outcome, fault = self._outcome, self._fault
        outcome.operations.append(operation)
        count = self._counts[operation.changes]
        self._counts[operation.changes] += 1
        if fault is not None and outcome.hit:
            later = _later_error(fault.kind, operation)
            return (0, later, 0) if later else _GO_ON
        counted = fault is not None and operation.changes != fault.while_reading
        if fault is None or not counted or count != fault.at:
            return _GO_ON
        outcome.hit, outcome.before = operation, len(outcome.operations) - 1
        done = 0
        if fault.kind in ("torn", "full") and number in (_WRITE, _PWRITE):
            done = self._write_half(thread, number, arguments, handle)
        return self._inject(fault.kind, done)

    def _inject(self, kind: Kind, done: int) -> _Decision | None:
        if kind in ("kill", "torn"):
            os.kill(self._child, signal.SIGKILL)
            return None
        if kind == "terminated":
            os.kill(self._child, signal.SIGTERM)
            return _GO_ON
        return (done, 0, 0) if done else (0, _ERRORS[kind], 0)

    def _operation(
        self, thread: int, number: int, arguments: list[int]
    ) -> Operation | None:
        """Return what a thread is about to do; None where it is nowhere near."""
        source = ""
        if number in _BY_DESCRIPTOR:
            name, place = _BY_DESCRIPTOR[number]
            path = _link(f"/proc/{thread}/fd/{arguments[place] & 0xFFFFFFFF}")
        else:
            name, place, at = _BY_PATH[number]
            path = _path(thread, arguments, place, at)
            if name == "rename":
                source = _path(thread, arguments, place - (2 if at else 1), at and 0)
        if not path.startswith(self._folder):
            return None
        changes, creates = name != "read", name in ("write", "mkdir", "create", "link")
        if name == "open":
            flags = arguments[place + 1]
            changes = bool(flags & _TO_WRITE)
            creates = bool(flags & os.O_CREAT) and not Path(path).exists()
        return Operation(
            name,
            path.removeprefix(self._folder),
            changes,
            creates,
            source.removeprefix(self._folder),
        )

    def _write_half(
        self, thread: int, number: int, arguments: list[int], handle: int
    ) -> int:
        length = arguments[2] // 2
        if not length:
            return 0
        content = _memory(thread, arguments[1], length)
        descriptor = _library.syscall(_PIDFD_GETFD, handle, arguments[0], 0)
        if descriptor < 0:
            return 0
        try:
            if number == _PWRITE:
                return os.pwrite(descriptor, content, arguments[3])
            return os.write(descriptor, content)
        finally:
            os.close(descriptor)


def _later_error(kind: Kind, operation: Operation) -> int:
    """Return the error of operations after the one where a fault began; 0 for none."""
    if kind == "full" and operation.creates:
        return errno.ENOSPC
    if kind == "read-only" and operation.changes:
        return errno.EROFS
    return 0


def _path(thread: int, arguments: list[int], place: int, at: int | None) -> str:
    path = _string(thread, arguments[place])
    if not path.startswith("/"):
        folder = arguments[at] & 0xFFFFFFFF if at is not None else _HERE
        name = "cwd" if folder == _HERE else f"fd/{folder}"
        path = f"{_link(f'/proc/{thread}/{name}')}/{path}"
    return os.path.normpath(path)


def _name(number: int) -> str:
    return _BY_DESCRIPTOR[number][0]


def _link(path: str) -> str:
    return str(Path(path).readlink())


def _string(thread: int, address: int) -> str:
    content = b""
    page = 4096
    while b"\0" not in content:
        content += _memory(thread, address + len(content), page - address % page)
    return os.fsdecode(content.partition(b"\0")[0])


def _memory(thread: int, address: int, length: int) -> bytes:
    descriptor = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
    try:
        return os.pread(descriptor, length, address)
    finally:
        os.close(descriptor)
