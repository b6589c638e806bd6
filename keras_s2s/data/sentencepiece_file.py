"""The few fields of a SentencePiece model file that are read or changed here.

SentencePiece's own module for them, `sentencepiece_model_pb2`, needs a newer protobuf
than many releases of TensorFlow accept.

Reference:
    [sentencepiece_model.proto](https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto).
"""

from dataclasses import dataclass

from edge_runtime.model.protobuf import MalformedFileError, read_fields

_TRAINER_SPEC, _NORMALIZER_SPEC = 2, 3
_MODEL_TYPE, _BYTE_FALLBACK = 3, 35
_PRECOMPILED_CHARSMAP = 2

_LENGTH_DELIMITED = 2
"""Wire type of bytes and messages."""

_MODEL_TYPES = {1: "unigram", 2: "bpe", 3: "word", 4: "char"}


@dataclass(frozen=True)
class SentencePieceSettings:
    """What a model file says about itself.

    Attributes:
        model_type: "unigram", "bpe", "word" or "char"; a number where it is none of
            them.
        byte_fallback: Whether unknown characters are written as their bytes.
        charsmap: Compiled rules of normalisation; empty where there are none.
    """

    model_type: str
    byte_fallback: bool
    charsmap: bytes


def read_sentencepiece_settings(model: bytes) -> SentencePieceSettings:
    """Return the settings of a model.

    Args:
        model: Content of a SentencePiece model file.

    Raises:
        MalformedFileError: It is none.
    """
    trainer = _bytes_of(model, _TRAINER_SPEC)
    number = _int_of(trainer, _MODEL_TYPE, default=1)
    return SentencePieceSettings(
        model_type=_MODEL_TYPES.get(number, str(number)),
        byte_fallback=bool(_int_of(trainer, _BYTE_FALLBACK, default=0)),
        charsmap=charsmap_of(_bytes_of(model, _NORMALIZER_SPEC)),
    )


def charsmap_of(normalizer_spec: bytes) -> bytes:
    """Return the compiled rules of an encoded `NormalizerSpec`."""
    return _bytes_of(normalizer_spec, _PRECOMPILED_CHARSMAP)


def with_charsmap(model: bytes, charsmap: bytes) -> bytes:
    """Return a model with other rules of normalisation; all else stays byte for byte.

    Args:
        model: Content of a SentencePiece model file.
        charsmap: Its new compiled rules; may be empty.
    """
    spec = _bytes_of(model, _NORMALIZER_SPEC)
    spec = _with_bytes(spec, _PRECOMPILED_CHARSMAP, charsmap)
    return _with_bytes(model, _NORMALIZER_SPEC, spec)


def _bytes_of(message: bytes, number: int) -> bytes:
    found = b""
    for field, value, _ in read_fields(memoryview(message)):
        if field == number:
            if isinstance(value, int):
                raise MalformedFileError(f"field {number} must not be an integer")
            found = bytes(value)
    return found


def _int_of(message: bytes, number: int, default: int) -> int:
    found = default
    for field, value, _ in read_fields(memoryview(message)):
        if field == number:
            if not isinstance(value, int):
                raise MalformedFileError(f"field {number} must be an integer")
            found = value
    return found


def _with_bytes(message: bytes, number: int, content: bytes) -> bytes:
    """Return a message with another value of one field, in its place or at the end."""
    new = _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(content)) + content
    parts, place = [], 0
    for field, _, end in read_fields(memoryview(message)):
        parts.append(new if field == number else message[place:end])
        place = end
    return b"".join(parts if new in parts else [*parts, new])


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(0x80 | number & 0x7F)
        number >>= 7
    return bytes([*encoded, number])
