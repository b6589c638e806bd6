"""Bytes to lines and back, as they arrive."""

from collections.abc import Iterator
from typing import Protocol

_CHUNK = 1 << 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class ByteStream(Protocol):
    """What `sys.stdin.buffer` and `io.BytesIO` have in common."""

    def read1(self, size: int, /) -> bytes:
        """Return up to `size` bytes, waiting only while there are none at all."""
        ...


def read_windows(stream: ByteStream, max_lines: int) -> Iterator[list[bytes]]:
    r"""Yield lines in windows of what has arrived, without waiting for more.

    A person who types gets a window per line; a file gives full windows. Only `\n`
    ends a line. Memory holds one window, whatever the length of the stream.

    Args:
        stream: Where the bytes come from.
        max_lines: Most lines per window.

    Yields:
        Lines without `\n`; a last line without one counts as a line.
    """
    beginning: list[bytes] = []  # of a line whose end has not arrived
    is_first = True
    while chunk := stream.read1(_CHUNK):
        *ended, rest = chunk.split(b"\n")
        if ended:
            ended[0] = b"".join([*beginning, ended[0]])
            beginning = []
            if is_first:
                ended[0] = ended[0].removeprefix(_BYTE_ORDER_MARK)
                is_first = False
        for begin in range(0, len(ended), max_lines):
            yield ended[begin : begin + max_lines]
        if rest:
            beginning.append(rest)
    if beginning:
        last = b"".join(beginning)
        yield [last.removeprefix(_BYTE_ORDER_MARK) if is_first else last]


def decode_line(line: bytes) -> tuple[str, bool]:
    r"""Return the text of a line, and whether it was valid UTF-8.

    Bytes that are not UTF-8 become U+FFFD; a `\r` at the end is left out.
    """
    line = line.removesuffix(b"\r")
    try:
        return line.decode("utf-8"), True
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace"), False


def encode_line(text: str) -> bytes:
    r"""Return a line of output, in which the only `\n` is the last byte."""
    return text.replace("\n", " ").encode("utf-8", "replace") + b"\n"
