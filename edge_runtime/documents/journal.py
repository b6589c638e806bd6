"""What is translated so far, kept in a file until the whole document is written."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from edge_runtime.documents.segment import DocumentError

_KIND = "edge-translate journal 1"


@dataclass(frozen=True)
class FoundText:
    """A translation as it is kept.

    Attributes:
        text: The translation.
        finished: Whether it ended by itself.
    """

    text: str
    finished: bool


class Journal:
    r"""Translations by their sources, in a file of JSON lines.

    Opening it reads what an interrupted run left there. A line that the end of that run
    cut off is left out. What another bundle or other options wrote is discarded.

    Args:
        path: The file; None to keep nothing beyond this run.
        key: What translations depend on besides their source.

    Raises:
        DocumentError: The file is something else.
    """

    def __init__(self, path: Path | None, key: str) -> None:
        self._path = path
        self._found: dict[str, FoundText] = {}
        self._file: BinaryIO | None = None
        if path is None:
            return
        head = json.dumps({"kind": _KIND, "key": key}).encode() + b"\n"
        kept = b""
        if path.exists():
            content = path.read_bytes()
            _require_journal(path, content)
            if content.startswith(head):
                kept = content[: content.rfind(b"\n") + 1]
                self._read(kept[len(head) :])
        self._file = path.open("r+b" if path.exists() else "xb", buffering=0)
        self._file.truncate(len(kept))
        self._file.seek(len(kept))
        if not kept:
            self._file.write(head)

    @property
    def found(self) -> Mapping[str, FoundText]:
        """Translations by their sources."""
        return self._found

    def add(self, found: Mapping[str, FoundText]) -> None:
        """Keep translations."""
        self._found |= found
        if self._file is not None:
            self._file.write(b"".join(_lines(found.items())))

    def remove(self) -> None:
        """Remove the file: the document is written."""
        self.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file, which stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> "Journal":
        """Return the journal, which is closed at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def _read(self, content: bytes) -> None:
        for line in content.splitlines():
            source, text, finished = json.loads(line)
            self._found[source] = FoundText(text, finished)


def _lines(found: Iterable[tuple[str, FoundText]]) -> Iterable[bytes]:
    for source, each in found:
        yield json.dumps([source, each.text, each.finished]).encode() + b"\n"


def _require_journal(path: Path, content: bytes) -> None:
    beginning = json.dumps({"kind": _KIND})[:-1].encode()
    # An empty file is what a run leaves that ends right after making it.
    if content and not content.startswith(beginning):
        raise DocumentError(
            "What is translated so far is kept beside the output, in a file of its "
            f"own. Received: {path}, which is something else. Rename it."
        )
