"""The formats of documents, by the ends of their files' names."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.documents.document import Document
from edge_runtime.documents.segment import DocumentError

Reader = Callable[[bytes, str | None, str], Document]
"""Reads the bytes of a file, given an encoding and the target language."""


@dataclass(frozen=True)
class Format:
    """A format of documents.

    Attributes:
        module: Module of its reader, imported when a file is read: some need a library.
        reader: Name of its reader.
        suffixes: Ends of the names of its files.
    """

    module: str
    reader: str
    suffixes: tuple[str, ...]

    def read(self, content: bytes, encoding: str | None, target: str) -> Document:
        """Read a document.

        Args:
            content: Bytes of the file.
            encoding: Encoding that the user names; None for what the file says.
            target: Target language; empty if it is not known.

        Raises:
            DocumentError: The file is not of the format.
            ModuleNotFoundError: The format needs a library that is not installed.
        """
        module = importlib.import_module(f"edge_runtime.documents.{self.module}")
        reader: Reader = getattr(module, self.reader)
        return reader(content, encoding, target)


FORMATS = {
    "android": Format("android_strings", "read_document", (".xml",)),
    "html": Format("html_document", "read_document", (".html", ".htm", ".xhtml")),
    "json": Format("json_strings", "read_document", (".json",)),
    "markdown": Format("markdown_document", "read_document", (".md", ".markdown")),
    "po": Format("po", "read_document", (".po", ".pot")),
    "srt": Format("subtitles", "read_srt", (".srt",)),
    "strings": Format("apple_strings", "read_document", (".strings",)),
    "text": Format("plain_text", "read_document", (".txt", ".text")),
    "tmx": Format("tmx", "read_document", (".tmx",)),
    "vtt": Format("subtitles", "read_vtt", (".vtt",)),
    "xliff": Format("xliff", "read_document", (".xlf", ".xliff")),
}


def find_format(path: Path) -> Format:
    """Return the format of a file by its name.

    Raises:
        DocumentError: No format has such files.
    """
    name = path.name.lower()
    for each in FORMATS.values():
        if name.endswith(each.suffixes):
            return each
    suffixes = ", ".join(end for each in FORMATS.values() for end in each.suffixes)
    raise DocumentError(
        f"The name of a document must end in one of {suffixes}. Received: {path}. Name "
        "the format with --format."
    )
