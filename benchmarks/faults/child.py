"""Runs a function in a child process, and fails or kills it at a file operation.

The system itself is asked to stop the child at each of its file operations and to let
this process decide (seccomp's user notification; Linux on x86-64). So what C libraries
do is seen as well as what Python does, and nothing of the program is changed.
"""

import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from faults.call_filter import Watched, install_filter
from faults.fault import Fault, Operation, Outcome
from faults.supervisor import Supervisor


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
    supervisor = Supervisor(
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
        listener = install_filter(watched)
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
