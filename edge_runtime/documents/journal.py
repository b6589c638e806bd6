"""What is translated so far, kept in a file until the whole document is written."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from types import TracebackType

from edge_runtime.documents.segment import DocumentError
from edge_runtime.files.replacement import replace_file

if sys.platform != "win32":
    import fcntl

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
        self._file: FileIO | None = None
        if path is None:
            return
        if path.exists() and not path.is_file():
            raise _no_journal(path)
        head = json.dumps({"kind": _KIND, "key": key}).encode() + b"\n"
        if not path.exists():
            # It has its first line before its name: an empty file is a user's.
            replace_file(path, head)
        self._file = _open_alone(path)
        try:
            content = self._file.read()
            _require_journal(path, content)
            if not content.startswith(head):
                replace_file(path, head)
                self._file.close()
                self._file, content = _open_alone(path), head
            kept = len(head) + self._read(content[len(head) :])
            self._file.truncate(kept)
            self._file.seek(kept)
        except BaseException:
            self._file.close()
            raise

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

    def _read(self, content: bytes) -> int:
        """Take over the lines up to the first damaged one; return their bytes.

        A power cut leaves a line without its end, or zeros in its place.
        """
        kept = 0
        for line in content.splitlines(keepends=True):
            entry = _entry(line)
            if entry is None:
                break
            self._found[entry[0]] = entry[1]
            kept += len(line)
        return kept


def _entry(line: bytes) -> tuple[str, FoundText] | None:
    """Return the source and the translation of a line; None if it is damaged."""
    if not line.endswith(b"\n"):
        return None
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match content:
        case [str(source), str(text), bool(finished)]:
            return source, FoundText(text, finished)
    return None


def _open_alone(path: Path) -> FileIO:
    """Open a journal that no other process writes, where the system can tell."""
    file = path.open("r+b", buffering=0)
    if sys.platform == "win32":
        return file
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise DocumentError(
            f"Another process writes {path}. Wait for its end, or give another "
            "--output."
        ) from None
    except OSError:
        pass  # a file system without locks
    return file


def _lines(found: Iterable[tuple[str, FoundText]]) -> Iterable[bytes]:
    for source, each in found:
        yield json.dumps([source, each.text, each.finished]).encode() + b"\n"


def _require_journal(path: Path, content: bytes) -> None:
    beginning = json.dumps({"kind": _KIND})[:-1].encode()
    if not content.startswith(beginning):
        raise _no_journal(path)


def _no_journal(path: Path) -> DocumentError:
    return DocumentError(
        "What is translated so far is kept beside the output, in a file of its own. "
        f"Received: {path}, which is something else. Rename it."
    )
