"""Standard input and output as streams of bytes.

Unbuffered: a thread that waits for a line within a buffered stream holds a lock that
Python asks for at its exit, and what could not be written would be tried again there.
"""

import io
import sys
from typing import TextIO, cast


class InputStream:
    """Bytes as they arrive.

    Args:
        raw: Where they come from.
    """

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw

    def read1(self, size: int, /) -> bytes:
        """Return up to `size` bytes, waiting only while there are none at all."""
        content = self._raw.read(size)
        if content is None:
            raise BlockingIOError("standard input must wait. Received: one that fails.")
        return content


class OutputStream:
    """Bytes that are written at once.

    Args:
        raw: Where they go.
    """

    def __init__(self, raw: io.RawIOBase) -> None:
        self._raw = raw

    def write(self, content: bytes) -> None:
        """Write all of `content`."""
        remaining = memoryview(content)
        while remaining:
            written = self._raw.write(remaining)
            if written is None:
                raise BlockingIOError(
                    "standard output must wait. Received: one that fails."
                )
            remaining = remaining[written:]


def open_input() -> InputStream:
    """Return standard input.

    Raises:
        ValueError: It is closed.
    """
    return InputStream(_raw(sys.stdin, "input"))


def open_output() -> OutputStream:
    """Return standard output.

    Raises:
        ValueError: It is closed.
    """
    return OutputStream(_raw(sys.stdout, "output"))


def _raw(stream: TextIO | None, name: str) -> io.RawIOBase:
    # Python has no stream at all where the shell closed it (`<&-`).
    if stream is None:
        raise ValueError(f"standard {name} must be open. Received: it is closed.")
    # Unbuffered already under `python -u`.
    return cast(io.RawIOBase, getattr(stream.buffer, "raw", stream.buffer))
