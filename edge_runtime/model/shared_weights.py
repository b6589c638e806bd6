"""Weights of a decoder step that stand in the file of the encoder.

A tied embedding belongs to both graphs, and a bundle stores it once: the step refers
to bytes of the encoder's file, in the way that ONNX has for external data. Where
onnxruntime opens the files of a bundle by their paths, it finds them by itself. Here
files are read and checked before onnxruntime sees them, so the weights are put in
their places.

Reference:
    [External data](https://onnx.ai/onnx/repo-docs/ExternalData.html).
"""

from collections.abc import Callable
from typing import Final

from edge_runtime.errors import BundleError
from edge_runtime.model.protobuf import (
    MalformedFileError,
    read_message,
    read_whole_fields,
    the_text,
)
from edge_runtime.model.protobuf_writer import written

_GRAPH, _INITIALIZER = 7, 5
_RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 9, 13, 14
_EXTERNAL: Final = 1
_ENTRY: Final = {1: "key", 2: "value"}
_PLACE: Final = ("location", "offset", "length")
_MOST_DIGITS: Final = 15


def complete_step(step: bytes, encoder: bytes, encoder_file: str, where: str) -> bytes:
    """Return a decoder step with the weights that it shares with the encoder.

    References to other files stay, and are refused by who checks the graph.

    Args:
        step: Content of the step's file.
        encoder: Content of the encoder's file.
        encoder_file: Its name.
        where: Path of the step, to name in errors.

    Raises:
        BundleError: The step refers to bytes that the encoder's file has not, or to
            more of them than there are.
    """
    if encoder_file.encode() not in step:
        return step
    try:
        return _with_weights(step, encoder, encoder_file)
    except MalformedFileError as error:
        raise BundleError(
            f"{where} is no graph that an export writes: {error}."
        ) from None


def _with_weights(step: bytes, encoder: bytes, encoder_file: str) -> bytes:
    left = len(encoder)

    def put_in(tensor: memoryview) -> bytes | memoryview:
        nonlocal left
        place = _place(tensor)
        if place is None or place[0] != encoder_file:
            return tensor
        _, begin, length = place
        left -= length
        if begin + length > len(encoder) or left < 0:
            raise MalformedFileError(
                f"its weights in {encoder_file} must be within {len(encoder)} bytes, "
                f"together, too. Received: {length} bytes at {begin}"
            )
        kept = [
            field
            for number, _, field in read_whole_fields(tensor)
            if number not in (_EXTERNAL_DATA, _DATA_LOCATION)
        ]
        weight = memoryview(encoder)[begin : begin + length]
        return b"".join([*kept, written(_RAW_DATA, weight)])

    return _changed(
        memoryview(step),
        _GRAPH,
        lambda graph: _changed(graph, _INITIALIZER, put_in),
    )


def _changed(
    message: memoryview, number: int, change: Callable[[memoryview], bytes | memoryview]
) -> bytes:
    """Return a message with every field of a number changed."""
    return b"".join(
        written(number, change(value))
        if found == number and isinstance(value, memoryview)
        else field
        for found, value, field in read_whole_fields(message)
    )


def _place(tensor: memoryview) -> tuple[str, int, int] | None:
    """Return where a tensor's elements are: file, offset, length."""
    entries: dict[str, str] = {}
    external = False
    for number, value, _ in read_whole_fields(tensor):
        if number == _DATA_LOCATION:
            external = value == _EXTERNAL
        elif number == _EXTERNAL_DATA and isinstance(value, memoryview):
            entry = read_message(value, _ENTRY, frozenset(), "external data")
            entries[the_text(entry, "key")] = the_text(entry, "value")
    if not external:
        return None
    location, *numbers = (entries.get(key, "") for key in _PLACE)
    if not all(
        text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
        for text in numbers
    ) or len(entries) != len(_PLACE):
        raise MalformedFileError(
            f"external data must have {', '.join(_PLACE)}. "
            f"Received: {str(entries)[:120]}"
        )
    return location, int(numbers[0]), int(numbers[1])
