"""Writing a bundle beside its place, then renaming: it is there whole or not at all."""

import contextlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from edge_runtime.contract import MANIFEST_FILE
from export.errors import ExportError

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Zip's earliest time: the same files make the same archive."""

_READABLE = 0o644
"""What everyone may do with a file that is unpacked."""


def check_destination(destination: Path, force: bool) -> None:
    """Refuse a place where a bundle must not be written, before any work is done.

    Raises:
        ExportError: Something is there that may not be replaced, or the parent
            directory cannot be written to.
    """
    try:
        _check(destination, force)
    except OSError as error:
        raise _unwritable(destination, error) from None


def write_bundle(
    destination: Path,
    files: Mapping[str, bytes],
    force: bool = False,
    check: Callable[[Path], object] = lambda _: None,
) -> None:
    """Write the files of a bundle into a directory, or into one uncompressed zip.

    What stands at `destination` is replaced only once the new bundle is on disk.

    Args:
        destination: Directory, or a file that ends in `.zip`.
        files: Content by file name, the manifest among them.
        force: Whether to replace a bundle that is there.
        check: Called with the path of the finished bundle before it is put in place;
            what it raises stops that.

    Raises:
        ExportError: The bundle cannot be written; what was there still is.
    """
    check_destination(destination, force)
    try:
        if destination.suffix == ".zip":
            _write_archive(destination, files, check)
        else:
            _write_directory(destination, files, check)
    except OSError as error:
        raise _unwritable(destination, error) from None


def _check(destination: Path, force: bool) -> None:
    parent = destination.absolute().parent
    if not parent.is_dir():
        raise ExportError(f"{parent} must be a directory to write {destination} into.")
    if not os.access(parent, os.W_OK):
        raise ExportError(f"{parent} must be writable to write {destination} into.")
    if not destination.exists() and not destination.is_symlink():
        return
    if destination.suffix == ".zip":
        if not destination.is_file():
            raise ExportError(f"{destination} is not a zip file; it is not replaced.")
    elif not destination.is_dir():
        raise ExportError(f"{destination} is not a directory; it is not replaced.")
    elif not any(destination.iterdir()):
        return
    elif force and not (destination / MANIFEST_FILE).exists():
        raise ExportError(
            f"{destination} holds files but no bundle; --force replaces bundles only."
        )
    if not force:
        raise ExportError(f"{destination} exists. Use --force to replace it.")


def _write_directory(
    destination: Path, files: Mapping[str, bytes], check: Callable[[Path], object]
) -> None:
    # A link is followed: what it points to is replaced.
    destination = destination.resolve()
    with _beside(destination) as partial:
        partial.mkdir()
        for name, content in files.items():
            _write_file(partial / name, content)
        _sync_directory(partial)
        check(partial)
        if destination.exists():
            _swap(partial, destination)
        else:
            partial.rename(destination)
        _sync_directory(destination.parent)


def _write_archive(
    destination: Path, files: Mapping[str, bytes], check: Callable[[Path], object]
) -> None:
    destination = destination.resolve()
    with _beside(destination) as partial:
        with partial.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, content in files.items():
                    entry = zipfile.ZipInfo(name, _EPOCH)  # stored, not compressed
                    entry.external_attr = _READABLE << 16
                    archive.writestr(entry, content)
            file.flush()
            os.fsync(file.fileno())
        check(partial)
        partial.replace(destination)
        _sync_directory(destination.parent)


@contextlib.contextmanager
def _beside(destination: Path) -> Iterator[Path]:
    """Yield a free path in a directory beside the destination that is removed again."""
    directory = Path(
        tempfile.mkdtemp(prefix=f".{destination.name}.", dir=destination.parent)
    )
    try:
        yield directory / "partial"
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _swap(partial: Path, destination: Path) -> None:
    """Put a directory in another's place; the other one comes back if that fails."""
    old = partial.with_name("old")
    try:
        destination.rename(old)
        partial.rename(destination)
    except BaseException:
        if old.exists() and not destination.exists():
            old.rename(destination)
        raise


def _write_file(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_directory(directory: Path) -> None:
    if os.name == "nt":  # Windows opens no directories
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(destination: Path, error: OSError) -> ExportError:
    return ExportError(f"{destination} cannot be written: {error.strerror or error}.")
