"""Writing the wire format of protocol buffers, as far as a graph needs it.

Reference:
    [Encoding](https://protobuf.dev/programming-guides/encoding/).
"""

_VARINT, _BYTES = 0, 2


def written(number: int, value: int | str | bytes | memoryview) -> bytes:
    """Return a field of a message.

    Args:
        number: Number of the field.
        value: An integer that is not negative, a text, or bytes (a message, too).
    """
    if isinstance(value, int):
        return _varint(number << 3 | _VARINT) + _varint(value)
    content = value.encode() if isinstance(value, str) else value
    return b"".join([_varint(number << 3 | _BYTES), _varint(len(content)), content])


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)
