"""Texts that grow in a temporary file, for lines whose output is larger than memory."""

import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import IO, Final, Self

from edge_runtime.commands.lines import encode_json

_BLOCK: Final = 1 << 13
"""Bytes of a text that are kept in memory before they are written."""


class Scratch:
    """A temporary file for any number of texts; it is made once something is written.

    It has no name on systems that allow it, so that nothing of it is left, whatever
    ends the process.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] | None = None
        self._length = 0

    def __enter__(self) -> Self:
        """Return the file, which ends with the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()

    def append(self, content: bytes) -> tuple[int, int]:
        """Write bytes at the end; return where they begin and how many they are."""
        if self._file is None:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        begin = self._length
        self._file.seek(begin)
        remaining = memoryview(content)
        while remaining:
            remaining = remaining[self._file.write(remaining) :]
        self._length += len(content)
        return begin, len(content)

    def read(self, begin: int, length: int) -> bytes:
        """Return bytes that were written."""
        if self._file is None:
            return b""
        self._file.seek(begin)
        parts = []
        while length and (part := self._file.read(length)):
            parts.append(part)
            length -= len(part)
        return b"".join(parts)


class ScratchText:
    """A text that grows at its end; all but the last part of it is in a file.

    Args:
        scratch: The file, which other texts may share.
    """

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._written: list[tuple[int, int]] = []
        self._end = bytearray()

    def __bool__(self) -> bool:
        return bool(self._written or self._end)

    def add(self, text: str) -> None:
        """Append text, which is written as in `encode_json`."""
        self._end += encode_json(text)
        if len(self._end) >= _BLOCK:
            self._written.append(self._scratch.append(bytes(self._end)))
            self._end.clear()

    def copy(self) -> "ScratchText":
        """Return a text that begins like this one and grows by itself."""
        text = ScratchText(self._scratch)
        text._written, text._end = self._written.copy(), self._end.copy()
        return text

    def read(self) -> Iterator[bytes]:
        """Yield the whole text, part by part."""
        for begin, length in self._written:
            yield self._scratch.read(begin, length)
        yield bytes(self._end)
