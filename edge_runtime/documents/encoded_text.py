"""Bytes to text and back to the same bytes."""

import bisect
import codecs
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from edge_runtime.documents.segment import DocumentError

# UTF-32 first: its mark begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


_LINE_END = re.compile(r"\r\n|\r|\n")


class Replacement(NamedTuple):
    """A text to be written in place of `text[begin:end]`."""

    begin: int
    end: int
    text: str


@dataclass(frozen=True)
class EncodedText:
    """The text of a file, with what it takes to write the same bytes again.

    Attributes:
        text: Everything but the byte order mark; line ends as they are.
        encoding: Python's name of the encoding.
        mark: The byte order mark; empty without one.
    """

    text: str
    encoding: str = "utf-8"
    mark: bytes = b""

    @property
    def newline(self) -> str:
        """The line end of the file: that of its first line."""
        end = self.text.find("\n")
        if end < 0:
            return "\r" if "\r" in self.text else "\n"
        return "\r\n" if self.text[:end].endswith("\r") else "\n"

    def line_of(self, place: int) -> int:
        """Return the line of a place in the text, counted from 1."""
        return bisect.bisect_left(self._line_ends, place) + 1

    @functools.cached_property
    def names_spaces(self) -> bool:
        """Whether it writes spaces that do not break as HTML names them."""
        return "&nbsp;" in self.text

    @functools.cached_property
    def _line_ends(self) -> list[int]:
        return [match.end() - 1 for match in _LINE_END.finditer(self.text)]

    def encode(self, text: str, errors: str = "strict") -> bytes:
        """Return the bytes of another text in this file's encoding.

        Args:
            text: Text without a byte order mark.
            errors: What Python does with what the encoding lacks, such as
                `xmlcharrefreplace`.

        Raises:
            DocumentError: The encoding lacks a character.
        """
        try:
            return self.mark + text.encode(self.encoding, errors)
        except UnicodeEncodeError as error:
            raise DocumentError(
                "The encoding of the file must have the characters of its "
                f"translation. {self.encoding} lacks {text[error.start]!r}: convert "
                "the file to UTF-8 first."
            ) from None


def read_text(
    content: bytes, *, chosen: str | None = None, declared: str | None = None
) -> EncodedText:
    """Return the text of a file.

    Args:
        content: Its bytes.
        chosen: Encoding that the user names.
        declared: Encoding that the file names; UTF-8 where nobody names one. A byte
            order mark has precedence.

    Raises:
        DocumentError: The file is not text in the encoding.
    """
    mark, encoding = b"", declared or "utf-8"
    for beginning, name in _MARKS.items():
        if content.startswith(beginning):
            mark, encoding = beginning, name
            break
    if chosen is not None and not mark:
        encoding = chosen
    try:
        text = content[len(mark) :].decode(encoding)
        again = text.encode(encoding)
    except LookupError:
        raise DocumentError(
            f"The encoding must be one that Python knows. Received: {encoding}."
        ) from None
    except UnicodeError as error:
        raise DocumentError(
            f"The file must be {encoding}. Received: {error}. Name the encoding with "
            "--encoding."
        ) from None
    if mark + again != content:
        raise DocumentError(
            f"The file must be written in {encoding} as everyone writes it, or it "
            "would not come out as it is. Convert it to UTF-8 first."
        )
    return EncodedText(text, encoding, mark)


def splice(text: str, replacements: Iterable[Replacement]) -> str:
    """Return a text with some of its places written anew; they do not overlap."""
    parts: list[str] = []
    done = 0
    for begin, end, new in sorted(replacements):
        parts += text[done:begin], new
        done = end
    return "".join([*parts, text[done:]])
