"""Signals that end a process, answered as Ctrl-C is."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_EXIT_CODE = 128
"""What a shell adds to the number of the signal that ended a process."""


class EndedBySignal(KeyboardInterrupt):
    """TERM or HUP came: the scheduler, the system or the terminal wants the end.

    Args:
        number: Number of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = _EXIT_CODE + number


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Raise `EndedBySignal` when TERM or HUP comes, unless it is handled already.

    So a signal that `nohup` has the process ignore stays ignored.
    """
    before = {}
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no HUP
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(number: int, frame: FrameType | None) -> None:
    raise EndedBySignal(number)
