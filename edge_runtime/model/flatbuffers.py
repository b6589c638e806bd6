"""The tables of a FlatBuffers file, as far as `.ort` files need them.

Reference:
    [Internals](https://flatbuffers.dev/internals/).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from edge_runtime.model.protobuf import MalformedFileError

Fields = Mapping[int, str]
"""Kinds of a table's fields by number: `integer`, `text`, `[text]`, `[n]` for a vector
of entries of n bytes, the name of a table, that name in brackets for a vector, or `[]`
for one that must be empty."""

_LONGEST_TEXT = 4096
_CUT = "a table reaches beyond the end of the file"
_OFFSET = struct.Struct("<I").unpack_from


@dataclass
class FlatBuffer:
    """A file whose every table was looked at once.

    Tables and vectors could stand in many places at once, which makes a small file
    cost as much as a large one: here they may not. Texts may.

    Args:
        content: Content of the file.
        schema: Fields by name of the table; no others may occur.
    """

    content: memoryview
    schema: Mapping[str, Fields]
    _visited: set[int] = field(default_factory=set)

    def root(self, kind: str) -> "Table":
        """Return the table that the file begins with, all within it checked.

        Raises:
            MalformedFileError: The file is none of this schema.
        """
        place = self.offset(0)
        self._visit(kind, place)
        return Table(self, kind, place)

    def offset(self, place: int) -> int:
        """Return an unsigned integer of 32 bits, such as an offset or a length."""
        if not 0 <= place <= len(self.content) - 4:
            raise MalformedFileError(_CUT)
        offset: int = _OFFSET(self.content, place)[0]
        return offset

    def cut(self, place: int, length: int) -> memoryview:
        """Return bytes of the file."""
        if not 0 <= place <= len(self.content) - length:
            raise MalformedFileError(_CUT)
        return self.content[place : place + length]

    def fields(self, place: int) -> dict[int, int]:
        """Return the places of the fields that a table has."""
        # A table begins with how far before it, or behind it, its offsets are.
        back = self.offset(place)
        begin = place - (back - (1 << 32) if back >> 31 else back)
        count = max(0, (self.offset(begin) & 0xFFFF) - 4) // 2
        offsets = struct.unpack(f"<{count}H", self.cut(begin + 4, 2 * count))
        return {
            number: place + offset for number, offset in enumerate(offsets) if offset
        }

    def follow(self, place: int) -> int:
        """Return the place that an offset points to."""
        return place + self.offset(place)

    def vector(self, place: int, width: int) -> memoryview:
        """Return the entries of a vector as bytes."""
        return self.cut(place + 4, self.offset(place) * width)

    def _visit(self, kind: str, place: int) -> None:
        self._once(place)
        for number, at in self.fields(place).items():
            entry = self.schema[kind].get(number)
            if entry is None:
                raise MalformedFileError(f"a {kind} must have no field {number}")
            if entry == "integer":
                self.cut(at, 1)
            elif entry == "text":
                self.text(self.follow(at))
            elif entry in self.schema:
                self._visit(entry, self.follow(at))
            else:
                self._visit_vector(entry[1:-1], self.follow(at))

    def _visit_vector(self, kind: str, place: int) -> None:
        self._once(place)
        if not kind and self.offset(place):
            raise MalformedFileError("a vector that no export fills must be empty")
        if kind.isdecimal():
            self.vector(place, int(kind))
            return
        for index in range(len(self.vector(place, 4)) // 4):
            target = self.follow(place + 4 + 4 * index)
            if kind == "text":
                self.text(target)
            else:
                self._visit(kind, target)

    def text(self, place: int) -> str:
        """Return a text of bounded length."""
        content = self.vector(place, 1)
        if len(content) > _LONGEST_TEXT:
            raise MalformedFileError(f"texts must have at most {_LONGEST_TEXT} bytes")
        try:
            return str(content, "utf-8")
        except UnicodeDecodeError:
            raise MalformedFileError("texts must be in UTF-8") from None

    def _once(self, place: int) -> None:
        if place in self._visited:
            raise MalformedFileError("a table must not stand in two places")
        self._visited.add(place)


class Table:
    """One table, its fields by number."""

    def __init__(self, buffer: FlatBuffer, kind: str, place: int) -> None:
        self._buffer = buffer
        self._kinds = buffer.schema[kind]
        self._places = buffer.fields(place)

    def integer(self, number: int, width: int, signed: bool = False) -> int:
        """Return an integer of `width` bytes; 0 where there is none."""
        if number not in self._places:
            return 0
        found = self._buffer.cut(self._places[number], width)
        return int.from_bytes(found, "little", signed=signed)

    def text(self, number: int) -> str:
        """Return a text; empty where there is none."""
        if number not in self._places:
            return ""
        return self._buffer.text(self._target(number))

    def texts(self, number: int) -> tuple[str, ...]:
        """Return a vector of texts."""
        return tuple(self._buffer.text(place) for place in self._targets(number))

    def table(self, number: int) -> "Table":
        """Return a table that must be there."""
        if number not in self._places:
            raise MalformedFileError("a table is missing")
        return Table(self._buffer, self._kinds[number], self._target(number))

    def tables(self, number: int) -> list["Table"]:
        """Return a vector of tables."""
        kind = self._kinds[number][1:-1]
        return [Table(self._buffer, kind, at) for at in self._targets(number)]

    def entries(self, number: int) -> memoryview:
        """Return the bytes of a vector; none where there is none."""
        if number not in self._places:
            return memoryview(b"")
        width = int(self._kinds[number][1:-1])
        return self._buffer.vector(self._target(number), width)

    def _target(self, number: int) -> int:
        return self._buffer.follow(self._places[number])

    def _targets(self, number: int) -> list[int]:
        if number not in self._places:
            return []
        place = self._target(number)
        count = len(self._buffer.vector(place, 4)) // 4
        return [self._buffer.follow(place + 4 + 4 * index) for index in range(count)]
