"""Whoever decides what comes of the file operations of a child process."""

import ctypes
import errno
import fcntl
import os
import select
import signal
import struct
import time
from collections.abc import Callable
from pathlib import Path

from faults.fault import ERRORS, Fault, Kind, Operation, Outcome
from faults.system_calls import (
    EXCHANGE,
    PWRITE,
    RENAMEAT2,
    WRITE,
    memory,
    operation_of,
)

_ENOUGH_TIME = 300.0

_PIDFD_GETFD = 438
_NOTICE = struct.Struct("QIIiIQ6Q")
_ANSWER = struct.Struct("QqiI")
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_CONTINUE = 1

_Decision = tuple[int, int, int]
"""Result, error and flags of a system call."""
_GO_ON: _Decision = 0, 0, _CONTINUE

_library = ctypes.CDLL(None, use_errno=True)


class Supervisor:
    """Decides the file operations of a child process, and waits for its end.

    Args:
        child: The process.
        listener: What `install_filter` returned in it.
        folder: Operations on what is in it are counted, and may fail.
        fault: What happens; None to let it be.
        without_exchange: Whether the file system cannot exchange two directories.
        on_operation: Told about every operation before it is done.
    """

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
        """Decide until the child has ended; return how it did."""
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
        exchanges = number == RENAMEAT2 and bool(arguments[4] & EXCHANGE)
        if exchanges and self._without_exchange:
            return 0, errno.EINVAL, 0
        try:
            operation = operation_of(thread, number, arguments, self._folder)
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
            later = fault.later_error(operation)
            return (0, later, 0) if later else _GO_ON
        counted = fault is not None and operation.changes != fault.while_reading
        if fault is None or not counted or count != fault.at:
            return _GO_ON
        outcome.hit, outcome.before = operation, len(outcome.operations) - 1
        done = 0
        if fault.kind in ("torn", "full") and number in (WRITE, PWRITE):
            done = self._write_half(thread, number, arguments, handle)
        return self._inject(fault.kind, done)

    def _inject(self, kind: Kind, done: int) -> _Decision | None:
        if kind in ("kill", "torn"):
            os.kill(self._child, signal.SIGKILL)
            return None
        if kind == "terminated":
            os.kill(self._child, signal.SIGTERM)
            return _GO_ON
        return (done, 0, 0) if done else (0, ERRORS[kind], 0)

    def _write_half(
        self, thread: int, number: int, arguments: list[int], handle: int
    ) -> int:
        length = arguments[2] // 2
        if not length:
            return 0
        content = memory(thread, arguments[1], length)
        descriptor = _library.syscall(_PIDFD_GETFD, handle, arguments[0], 0)
        if descriptor < 0:
            return 0
        try:
            if number == PWRITE:
                return os.pwrite(descriptor, content, arguments[3])
            return os.write(descriptor, content)
        finally:
            os.close(descriptor)
