"""The wire format of protocol buffers, as far as ONNX and SentencePiece files need it.

Reference:
    [Encoding](https://protobuf.dev/programming-guides/encoding/).
"""

from collections.abc import Iterator, Mapping
from typing import Final

Value = int | memoryview
"""A varint, or the bytes of a field of any other kind."""

_VARINT: Final = 0
_FIXED_64: Final = 1
_BYTES: Final = 2
_FIXED_32: Final = 5
_WIDTHS: Final = {_FIXED_64: 8, _FIXED_32: 4}

_LONGEST_VARINT = 10


class MalformedFileError(ValueError):
    """A file does not have the structure, or the values, that it must have."""


def read_message(
    message: memoryview, known: Mapping[int, str], repeated: frozenset[str], kind: str
) -> dict[str, list[Value]]:
    """Return the values of every field of a message; nothing is copied.

    Stricter than protocol buffers are: a field that is not known, and a second value
    for a field that has one, would be read by others in ways that this reader cannot
    foresee.

    Args:
        message: The encoded message.
        known: Names of the fields that may occur, by number.
        repeated: Names of those that may occur more than once.
        kind: Name of the message, for errors.

    Raises:
        MalformedFileError: The bytes are no such message.
    """
    fields: dict[str, list[Value]] = {}
    for number, value, _ in read_fields(message):
        name = known.get(number)
        if name is None:
            raise MalformedFileError(
                f"{kind} must have no fields but {', '.join(known.values())}. "
                f"Received: field {number}"
            )
        values = fields.setdefault(name, [])
        if values and name not in repeated:
            raise MalformedFileError(f"{kind} must have one {name}")
        values.append(value)
    return fields


def read_fields(message: memoryview) -> Iterator[tuple[int, Value, int]]:
    """Yield number and value of each field, and the place where the next one begins.

    Args:
        message: The encoded message.

    Raises:
        MalformedFileError: The bytes are no message.
    """
    place, end = 0, len(message)
    while place < end:
        tag = message[place]
        if tag < 0x80:
            place += 1
        else:
            tag, place = _varint(message, place)
        wire_type = tag & 7
        value: Value
        if wire_type == _VARINT:
            value, place = _varint(message, place)
            yield tag >> 3, value, place
            continue
        if wire_type == _BYTES:
            width, place = _varint(message, place)
        elif wire_type in _WIDTHS:
            width = _WIDTHS[wire_type]
        else:
            raise MalformedFileError(f"a field has the unknown wire type {wire_type}")
        if width > end - place:
            raise MalformedFileError("a field reaches beyond the end of its message")
        value = message[place : place + width]
        place += width
        yield tag >> 3, value, place


def read_whole_fields(
    message: memoryview,
) -> Iterator[tuple[int, Value, memoryview]]:
    """Yield number and value of each field, and the field as it is written.

    Args:
        message: The encoded message.

    Raises:
        MalformedFileError: The bytes are no message.
    """
    begin = 0
    for number, value, end in read_fields(message):
        yield number, value, message[begin:end]
        begin = end


def _varint(message: memoryview, place: int) -> tuple[int, int]:
    """Return an integer of at most 64 bits, and the place after it."""
    value = 0
    for index, byte in enumerate(message[place : place + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            if value >> 64:
                break
            return value, place + index + 1
    raise MalformedFileError("an integer must end within its message and 64 bits")


def the_int(fields: Mapping[str, list[Value]], name: str, default: int = 0) -> int:
    """Return a field of type int32 or int64."""
    values = fields.get(name)
    return _signed(values[0], name) if values else default


def all_ints(fields: Mapping[str, list[Value]], name: str) -> tuple[int, ...]:
    """Return a repeated field of type int64, whether it is packed or not."""
    found: list[int] = []
    for value in fields.get(name, ()):
        if isinstance(value, int):
            found.append(_signed(value, name))
            continue
        place = 0
        while place < len(value):
            entry, place = _varint(value, place)
            found.append(_signed(entry, name))
    return tuple(found)


def the_bytes(fields: Mapping[str, list[Value]], name: str) -> memoryview:
    """Return a field of type bytes, or a message; empty where there is none."""
    values = fields.get(name)
    return _bytes(values[0], name) if values else memoryview(b"")


def all_bytes(fields: Mapping[str, list[Value]], name: str) -> list[memoryview]:
    """Return a repeated field of type bytes, or messages."""
    return [_bytes(value, name) for value in fields.get(name, ())]


def the_text(fields: Mapping[str, list[Value]], name: str) -> str:
    """Return a field of type string; empty where there is none."""
    return _text(the_bytes(fields, name), name)


def all_texts(fields: Mapping[str, list[Value]], name: str) -> tuple[str, ...]:
    """Return a repeated field of type string."""
    return tuple(_text(value, name) for value in all_bytes(fields, name))


def _signed(value: Value, name: str) -> int:
    if not isinstance(value, int):
        raise MalformedFileError(f"{name} must be an integer")
    return value - (1 << 64) if value >> 63 else value


def _bytes(value: Value, name: str) -> memoryview:
    if isinstance(value, int):
        raise MalformedFileError(f"{name} must not be an integer")
    return value


def _text(value: memoryview, name: str) -> str:
    try:
        return str(value, "utf-8")
    except UnicodeDecodeError:
        raise MalformedFileError(f"{name} must be text in UTF-8") from None
