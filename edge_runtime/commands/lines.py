"""Bytes to lines and back, as they arrive."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

_CHUNK = 1 << 16
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SEPARATOR = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")


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


def one_field(text: str) -> str:
    r"""Return a text without anything that ends a field or a line for some reader.

    Tabs and all that `str.splitlines` takes for the end of a line become spaces. NUL,
    which ends a line for `xargs -0`, becomes U+FFFD: it is part of a word, and words
    are counted in an alignment.
    """
    return _SEPARATOR.sub(" ", text).replace("\0", "\ufffd")


def encode_line(text: str) -> bytes:
    """Return text that has no line ends of its own as a line of output."""
    return text.encode("utf-8", "replace") + b"\n"


def encode_json_line(value: Mapping[str, Any]) -> bytes:
    """Return an object as a line of JSON, see `encode_json`."""
    return encode_json(json.dumps(value, ensure_ascii=False)) + b"\n"


def encode_json(text: str) -> bytes:
    r"""Return JSON, or a part of it, as bytes that are no line ends.

    U+0085, U+2028 and U+2029, which JSON allows in strings and `str.splitlines` takes
    for the end of a line, are escaped as all other line ends are.
    """
    for separator in "\x85\u2028\u2029":
        text = text.replace(separator, f"\\u{ord(separator):04x}")
    return text.encode("utf-8", "replace")


def in_blocks(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in parts that are worth a write each."""
    block: list[bytes] = []
    length = 0
    for part in parts:
        block.append(part)
        length += len(part)
        if length >= _CHUNK:
            yield b"".join(block)
            block, length = [], 0
    if length:
        yield b"".join(block)
