"""What a command writes into a directory, so that it replaces that and nothing else."""

import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

LOCK_FILE = "in-use.lock"

# `.name.0123abcd.partial`, and `name.partial` of earlier releases.
_PARTIAL = re.compile(
    r"(?P<folder>(?:.*/)?)\.?(?P<name>[^/]+?)(\.[0-9a-f]{8})?\.partial"
)


@dataclass(frozen=True)
class Layout:
    """The files of a run, a bundle or a demonstration.

    Paths are relative, with `/`; in patterns, `*` stands for anything, as in `fnmatch`.

    Attributes:
        name: What such a directory is called.
        mark: The file by which one is known.
        keys: What the JSON object in `mark` must have.
        files: Patterns of all files that are written.
        folders: Patterns of all directories that are made.
        results: Patterns of the files without which nothing is worth keeping.
        begun: A file that a start leaves and no user has, beside the lock that a killed
            one leaves; empty for none.
        advice: What to do where one is there already.
    """

    name: str
    mark: str
    keys: frozenset[str]
    files: tuple[str, ...]
    folders: tuple[str, ...] = ()
    results: tuple[str, ...] = ("*",)
    begun: str = ""
    advice: str = "give another, or --force to replace it"

    def is_one(self, directory: Path) -> bool:
        """Return whether a directory has the mark."""
        try:
            text = (directory / self.mark).read_text(encoding="utf-8")
            return self.has_mark(text)
        except (OSError, UnicodeDecodeError):
            return False

    def has_mark(self, text: str | bytes) -> bool:
        """Return whether a text is that of the file by which one is known."""
        if not self.keys:
            return True
        try:
            content = json.loads(text)
        except ValueError:
            return False
        return isinstance(content, dict) and content.keys() >= self.keys

    def is_unfinished(self, directory: Path) -> bool:
        """Return whether a directory holds what a start left, and no result."""
        if self.stray(directory) is not None:
            return False
        files = [file for file in self._files(directory) if not _is_housekeeping(file)]
        if not files:
            return True
        # Files of a user may have the same names.
        signs = (LOCK_FILE, self.begun) if self.begun else (LOCK_FILE,)
        if not any((directory / sign).exists() for sign in signs):
            return False
        return self.is_one(directory) and not any(
            fnmatchcase(file, pattern) for file in files for pattern in self.results
        )

    def stray(self, directory: Path) -> Path | None:
        """Return the first thing in a directory that is not written by the command."""
        for path in walk(directory):
            if not self._knows(path, directory):
                return path
        return None

    def refusal(self, directory: Path) -> str | None:
        """Return why a directory must not be replaced; None where it may."""
        stray = self.stray(directory)
        if stray is not None:
            what = f"It also holds {stray.relative_to(directory)}"
        elif not self.is_one(directory):
            what = f"It holds no {self.mark} of a {self.name}"
        else:
            return None
        return f"--force replaces a {self.name} and nothing else. {directory}: {what}."

    def reserves(self, relative: Path) -> bool:
        """Return whether a path in such a directory belongs to what is written there.

        It need not be there yet. Upper and lower case are the same, as they are to
        some file systems.
        """
        name = relative.as_posix().casefold()
        patterns = [pattern.casefold() for pattern in (*self.files, *self.folders)]
        return _is_written(name, patterns)

    def clear_partials(self, directory: Path) -> None:
        """Delete what a process had begun to write when it was killed."""
        for path in reversed(list(walk(directory))):
            if _is_partial(path.relative_to(directory)) and self._knows(
                path, directory
            ):
                if path.is_dir():
                    _remove_if_empty(path)
                else:
                    path.unlink()

    def clear(self, directory: Path) -> None:
        """Delete what a command wrote into a directory, and nothing else."""
        for path in reversed(list(walk(directory))):
            if not self._knows(path, directory):
                continue
            if path.is_dir():
                _remove_if_empty(path)
            else:
                path.unlink(missing_ok=True)

    def remove(self, directory: Path) -> None:
        """Delete what a command wrote, and the directory if nothing else is in it."""
        if directory.is_dir() and not directory.is_symlink():
            self.clear(directory)
            _remove_if_empty(directory)

    def within(self, folder: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the patterns of files and of directories where one is in a folder."""
        return (
            tuple(f"{folder}/{pattern}" for pattern in self.files),
            (folder, *(f"{folder}/{pattern}" for pattern in self.folders)),
        )

    def _files(self, directory: Path) -> Iterator[str]:
        for path in walk(directory):
            if not path.is_dir():
                yield path.relative_to(directory).as_posix()

    def _knows(self, path: Path, directory: Path) -> bool:
        if path.is_symlink():
            return False
        relative = path.relative_to(directory).as_posix()
        if path.is_dir():
            return any(fnmatchcase(relative, pattern) for pattern in self.folders)
        return path.is_file() and _is_written(relative, self.files)


def first_within(directory: Path, paths: Iterable[Path | None]) -> Path | None:
    """Return the first of some paths that lies in a directory, links resolved.

    Where a path is itself a directory, such as a run, so do the links in it.
    """
    real = Path(os.path.realpath(directory))
    for given in paths:
        if given is None:
            continue
        held = walk(given) if given.is_dir() else ()
        for path in (given, *(path for path in held if path.is_symlink())):
            if Path(os.path.realpath(path)).is_relative_to(real):
                return path
    return None


def walk(directory: Path) -> Iterator[Path]:
    """Yield all that a directory holds, sorted, what holds something before that.

    Links to directories are not followed.
    """
    for path in sorted(directory.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink():
            yield from walk(path)


def _is_written(relative: str, patterns: Iterable[str]) -> bool:
    """Return whether a name is that of a file, begun or finished, or of a lock."""
    partial = _PARTIAL.fullmatch(relative)
    if partial:
        relative = partial["folder"] + partial["name"]
    return relative.rpartition("/")[2] == LOCK_FILE or any(
        fnmatchcase(relative, pattern) for pattern in patterns
    )


def _is_partial(relative: Path) -> bool:
    return any(part.endswith(".partial") for part in relative.parts)


def _is_housekeeping(file: str) -> bool:
    return file.rpartition("/")[2] == LOCK_FILE or file.endswith(".partial")


def _remove_if_empty(directory: Path) -> None:
    with contextlib.suppress(OSError):
        directory.rmdir()
