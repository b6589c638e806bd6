"""Standard error on which nothing fails: what is said there ends no work."""

import contextlib
import io
import os
import sys
from typing import Any


class _Unheard(io.FileIO):
    """A file that takes everything, also where nobody reads it or its disk is full."""

    def write(self, content: Any, /) -> int:
        """Write what can be written, and answer as if that were all."""
        with contextlib.suppress(OSError):
            super().write(content)
        return len(content)


def let_standard_error_never_fail() -> None:
    """Exchange standard error for one whose writing does not fail, to its end.

    A warning or a progress bar to a pipe whose reader has gone would otherwise end a
    training or a translation. A stream that a program or a test has put there stays.
    """
    stream = sys.stderr
    if stream is not sys.__stderr__:
        return
    if stream is None:  # closed by whoever started the process
        unheard, encoding = io.FileIO(os.devnull, "w"), "utf-8"
    else:
        unheard = _Unheard(stream.fileno(), "w", closefd=False)
        encoding = stream.encoding
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(unheard), encoding, "backslashreplace", line_buffering=True
    )
