"""Writing a bundle beside its place, then renaming: it is there whole or not at all."""

import contextlib
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from edge_runtime.contract import MANIFEST_FILE
from export.errors import ExportError
from keras_s2s.files.layouts import BUNDLE, RUN
from keras_s2s.files.staging import mend, staged, staging_directory

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""Zip's earliest time: the same files make the same archive."""

_READABLE = 0o644
"""What everyone may do with a file that is unpacked."""


def check_destination(destination: Path, force: bool) -> None:
    """Refuse a place where a bundle must not be written, before any work is done.

    Raises:
        ExportError: Something is there that may not be replaced, or the directory
            that it would come into cannot be written to.
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
    Directories above it that are missing are made.

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
        Path(os.path.realpath(destination)).parent.mkdir(parents=True, exist_ok=True)
        if destination.suffix == ".zip":
            _write_archive(destination, files, check)
        else:
            _write_directory(destination, files, check)
    except OSError as error:
        raise _unwritable(destination, error) from None


def _check(destination: Path, force: bool) -> None:
    # Folders that are missing are made when the bundle is written.
    place = Path(os.path.realpath(destination))
    _check_lengths(place)
    _check_surroundings(place, destination)
    folder = next(
        parent for parent in destination.absolute().parents if parent.exists()
    )
    if not folder.is_dir():
        raise ExportError(f"{folder} must be a directory to write {destination} into.")
    if not os.access(folder, os.W_OK):
        raise ExportError(f"{folder} must be writable to write {destination} into.")
    _check_what_is_there(destination, force)


def _check_lengths(place: Path) -> None:
    """Raise what the system says of names, or of a path, that are too long."""
    folder = next(parent for parent in place.parents if parent.is_dir())
    for part in place.relative_to(folder).parts:
        with contextlib.suppress(FileNotFoundError):
            (folder / part).lstat()
    # The bundle is made beside, under a longer name.
    longest = max(BUNDLE.files, key=len)
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        (staging_directory(place) / "new" / longest).lstat()


def _check_surroundings(place: Path, destination: Path) -> None:
    """Refuse a name under which a run or a bundle around it has a file of its own."""
    for folder in place.parents:
        for layout in (RUN, BUNDLE):
            if layout.reserves(place.relative_to(folder)) and layout.is_one(folder):
                raise ExportError(
                    f"{destination} must not have the name of a file of the "
                    f"{layout.name} that it stands in, {folder}."
                )


def _check_what_is_there(destination: Path, force: bool) -> None:
    # A link is followed: what it points to is replaced.
    place = Path(os.path.realpath(destination))
    if place.parent.is_dir():
        mend(place, BUNDLE)
    if not place.exists():
        return
    if destination.suffix == ".zip":
        if not place.is_file():
            raise ExportError(f"{destination} is not a zip file; it is not replaced.")
        refusal = _refusal_of_archive(place)
    elif not place.is_dir():
        raise ExportError(f"{destination} is not a directory; it is not replaced.")
    elif not any(place.iterdir()):
        return
    else:
        refusal = BUNDLE.refusal(place)
    if force and refusal:
        raise ExportError(refusal)
    if refusal:
        raise ExportError(f"{destination} exists and is not only a bundle.")
    if not force:
        raise ExportError(f"{destination} exists. Use --force to replace it.")
    if Path.cwd().is_relative_to(place):
        raise ExportError(f"{destination} is the working directory; go elsewhere.")


def _refusal_of_archive(path: Path) -> str | None:
    """Return why a file must not be replaced; None for a bundle in a zip."""
    try:
        with zipfile.ZipFile(path) as archive:
            stray = set(archive.namelist()) - set(BUNDLE.files)
            if not stray and BUNDLE.has_mark(archive.read(MANIFEST_FILE)):
                return None
        other = min(stray, default=f"another {MANIFEST_FILE}")
        what = f"It also holds {other}"
    except KeyError:
        what = f"It holds no {MANIFEST_FILE}"
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile):
        what = "It is no zip file that can be read"
    return f"--force replaces a bundle and nothing else. {path}: {what}."


def _write_directory(
    destination: Path, files: Mapping[str, bytes], check: Callable[[Path], object]
) -> None:
    place = Path(os.path.realpath(destination))
    with staged(place, BUNDLE) as partial:
        partial.mkdir()
        for name, content in files.items():
            _write_file(partial / name, content)
        _sync_directory(partial)
        check(partial)
        # Once more: something may have come to it meanwhile.
        _check_what_is_there(destination, force=True)
    _sync_directory(place.parent)


def _write_archive(
    destination: Path, files: Mapping[str, bytes], check: Callable[[Path], object]
) -> None:
    place = Path(os.path.realpath(destination))
    with staged(place, BUNDLE) as partial:
        with partial.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, content in files.items():
                    entry = zipfile.ZipInfo(name, _EPOCH)  # stored, not compressed
                    entry.external_attr = _READABLE << 16
                    archive.writestr(entry, content)
            file.flush()
            os.fsync(file.fileno())
        check(partial)
        _check_what_is_there(destination, force=True)
    _sync_directory(place.parent)


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
