"""The files of a bundle: in a directory, or in one zip file. Nothing else is opened."""

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from edge_runtime.bundle.bounds import ARCHIVE_ENTRIES, UNPACKED_PER_BYTE
from edge_runtime.contract import MANIFEST_FILE
from edge_runtime.errors import BundleError

_END = struct.Struct("<4s4xHHI6x")
"""End of a zip's directory: signature, entries of this disk and all, bytes of it."""

_HEADER_BYTES = 30
"""Bytes before each file in a zip file, its name not among them."""

_LONGEST_COMMENT = (1 << 16) - 1
_LOCATOR = b"PK\x06\x07"
"""Begins what large zip files, of more than 4 GB or 65,535 entries, have before it."""

_LOCATOR_LENGTH = 20
_ENTRY_BYTES = 1024
"""Most bytes of the directory per entry: 46, and a name, a comment, extra fields."""

_SMALLEST_RATIO_CHECKED = 1 << 16
"""Bytes that any entry may unpack to."""

_FOREIGN_FOLDER = "__MACOSX"
"""Where macOS puts what it knows about the files of an archive."""


class BundleFiles(Protocol):
    """Where the files of a bundle are found by their names."""

    def size_of(self, name: str) -> int | None:
        """Return the size of one file in bytes, or `None` where there is none."""
        ...

    def read(self, name: str, size: int) -> bytes:
        """Return the content of one file of `size` bytes, or more to tell it from."""
        ...


def find_files(path: Path) -> BundleFiles:
    """Return the files of the directory or zip file at a path.

    Raises:
        BundleError: There is neither; or the zip file is damaged, or holds what no
            bundle does.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise BundleError(f"there is no bundle at {path}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BundleError(f"{path} cannot be opened: {reason}.") from None
    if stat.S_ISDIR(mode):
        return _Directory(path)
    # Of a pipe or a device, reading might never end.
    if not stat.S_ISREG(mode):
        raise BundleError(f"{path} must be a directory or a zip file.")
    try:
        return _open_archive(path)
    except READ_ERRORS as error:
        raise _unreadable(path, path.name, error) from None


@dataclass(frozen=True)
class _Directory:
    path: Path

    def size_of(self, name: str) -> int | None:
        try:
            found = self._place(name).stat()
        except FileNotFoundError:
            return None
        except READ_ERRORS as error:
            raise _unreadable(self.path, name, error) from None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def read(self, name: str, size: int) -> bytes:
        try:
            with self._place(name).open("rb") as file:
                return file.read(size + 1)
        except READ_ERRORS as error:
            raise _unreadable(self.path, name, error) from None

    def _place(self, name: str) -> Path:
        place = (self.path / name).resolve()
        if self.path.resolve() not in place.parents:
            raise BundleError(
                f"{name} in {self.path} must not be a link out of the bundle. "
                f"Received: a link to {place}."
            )
        return place


@dataclass(frozen=True)
class _Archive:
    """A zip file; `folder` is where in it the bundle is, with a slash at the end."""

    path: Path
    folder: str
    entries: dict[str, zipfile.ZipInfo]

    def size_of(self, name: str) -> int | None:
        entry = self.entries.get(self.folder + name)
        return None if entry is None else entry.file_size

    def read(self, name: str, size: int) -> bytes:
        entry = self.entries[self.folder + name]
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(entry) as file:
                return file.read(size + 1)
        except READ_ERRORS as error:
            raise _unreadable(self.path, name, error) from None


def _open_archive(path: Path) -> _Archive:
    _check_end(path)
    with zipfile.ZipFile(path) as archive:
        found = archive.infolist()
    # The end of the directory may say fewer than there are.
    if len(found) > ARCHIVE_ENTRIES:
        raise _too_many(path, str(len(found)))
    entries: dict[str, zipfile.ZipInfo] = {}
    for entry in found:
        name = entry.orig_filename
        parts = name.removesuffix("/").split("/")
        if set(name) & set("\\:\0") or {"", ".", ".."} & set(parts):
            raise BundleError(
                f"{path} must hold plain file names. Received: {name!r:.80}."
            )
        if name in entries:
            raise BundleError(f"{path} must hold {name!r:.80} once.")
        entries[name] = entry
    _check_places(path, found)
    return _Archive(path, _folder_of(path, entries), entries)


def _check_end(path: Path) -> None:
    """Refuse a directory of entries that is long to read, without reading it."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END.size - _LONGEST_COMMENT - _LOCATOR_LENGTH))
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place < 0 or len(tail) - place < _END.size:
        raise zipfile.BadZipFile("File is not a zip file")
    _, _, entries, length = _END.unpack_from(tail, place)
    if tail[max(0, place - _LOCATOR_LENGTH) :].startswith(_LOCATOR):
        raise _too_many(path, "a larger kind of zip file")
    if entries > ARCHIVE_ENTRIES or length > ARCHIVE_ENTRIES * _ENTRY_BYTES:
        raise _too_many(path, f"{entries} in {length} bytes")


def _too_many(path: Path, received: str) -> BundleError:
    return BundleError(
        f"{path} must be a zip file of at most {ARCHIVE_ENTRIES} entries. "
        f"Received: {received}."
    )


def _check_places(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse entries that share bytes, or unpack to much more than they have."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end:
            raise BundleError(f"{path} must not hold two files in the same bytes.")
        name = len(entry.orig_filename.encode())
        end = entry.header_offset + _HEADER_BYTES + name + entry.compress_size
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BundleError(
                f"{entry.filename} in {path} must be stored or deflated. Received: "
                f"method {entry.compress_type}."
            )
        most = max(UNPACKED_PER_BYTE * entry.compress_size, _SMALLEST_RATIO_CHECKED)
        if entry.file_size > most:
            raise BundleError(
                f"{entry.filename} in {path} must not unpack to more than "
                f"{UNPACKED_PER_BYTE} times its bytes. Received: {entry.file_size} of "
                f"{entry.compress_size}."
            )


def _folder_of(path: Path, entries: dict[str, zipfile.ZipInfo]) -> str:
    if MANIFEST_FILE in entries:
        return ""
    folders = [
        name.removesuffix(MANIFEST_FILE)
        for name in entries
        if name.count("/") == 1
        and name.endswith(f"/{MANIFEST_FILE}")
        and not name.startswith(_FOREIGN_FOLDER)
    ]
    if len(folders) > 1:
        raise BundleError(
            f"{path} must hold one bundle. Received: {', '.join(sorted(folders))}."
        )
    return folders[0] if folders else ""


def _unreadable(path: Path, name: str, error: Exception) -> BundleError:
    if isinstance(error, zipfile.BadZipFile):
        return BundleError(
            f"{path} is neither a directory nor an undamaged zip file: {error}."
        )
    return BundleError(f"{name} in {path} cannot be read: {error}.")


# What zipfile and the file system raise for damaged archives: besides BadZipFile also
# EOFError, RuntimeError (encrypted), NotImplementedError (method) and zlib's own error.
READ_ERRORS = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    OverflowError,
    zipfile.BadZipFile,
    zlib.error,
)
