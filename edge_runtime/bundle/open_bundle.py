"""Opening a bundle: a directory, or the same files in one zip; every byte checked."""

import zipfile
from dataclasses import dataclass
from pathlib import Path

from edge_runtime.bundle.manifest import Manifest, sha256_of
from edge_runtime.contract import MANIFEST_FILE
from edge_runtime.errors import BundleError

_LARGEST_MANIFEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Bundle:
    """An opened bundle: its manifest, and its files by name.

    Attributes:
        path: Directory or zip file.
        manifest: Content of `bundle.json`.
    """

    path: Path
    manifest: Manifest

    def read(self, name: str) -> bytes:
        """Return the content of one file after checking its size and SHA-256.

        Args:
            name: A name listed in the manifest.

        Raises:
            BundleError: The file is missing, or is not what was exported.
        """
        entry = self.manifest.files[name]
        _check_size(self.path, name, _size_of(self.path, name), entry.size)
        content = _read_file(self.path, name)
        _check_size(self.path, name, len(content), entry.size)
        if sha256_of(content) != entry.sha256:
            raise BundleError(
                f"{name} in {self.path} is damaged: its sha256 differs from "
                f"{MANIFEST_FILE}. Copy the bundle again."
            )
        return content


def open_bundle(path: str | Path) -> Bundle:
    """Open a bundle and check that every file it lists is there in full.

    Contents are hashed when they are read, so that only what is used is loaded.

    Args:
        path: The bundle's directory or zip file.

    Raises:
        BundleError: Something is missing, cut, damaged or too new; says what and
            where.
    """
    path = Path(path)
    try:
        exists = path.exists()
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be opened: {error}.") from None
    if not exists:
        raise BundleError(f"there is no bundle at {path}.")
    size = _size_of(path, MANIFEST_FILE)
    if size is None:
        raise BundleError(
            f"{path} is not a bundle: it has no {MANIFEST_FILE}. Name the directory "
            "or zip file that export-onnx wrote."
        )
    if size > _LARGEST_MANIFEST:
        raise BundleError(f"{MANIFEST_FILE} in {path} is too large: {size} bytes.")
    where = f"{path}/{MANIFEST_FILE}"
    manifest = Manifest.from_json(_read_file(path, MANIFEST_FILE), where)
    for name, entry in manifest.files.items():
        _check_size(path, name, _size_of(path, name), entry.size)
    return Bundle(path, manifest)


def _check_size(path: Path, name: str, found: int | None, expected: int) -> None:
    if found is None:
        raise BundleError(f"{name} is missing in {path}.")
    if found != expected:
        raise BundleError(
            f"{name} in {path} is damaged: it has {found} bytes, {MANIFEST_FILE} says "
            f"{expected}. Copy the bundle again."
        )


def _size_of(path: Path, name: str) -> int | None:
    """Return the size of one file in bytes, or `None` where there is none."""
    try:
        if path.is_dir():
            file = path / name
            return file.stat().st_size if file.is_file() else None
        with zipfile.ZipFile(path) as archive:
            return archive.getinfo(name).file_size
    except KeyError:
        return None
    except _READ_ERRORS as error:
        raise _unreadable(path, name, error) from None


def _read_file(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            return (path / name).read_bytes()
        with zipfile.ZipFile(path) as archive:
            return archive.read(name)
    except _READ_ERRORS as error:
        raise _unreadable(path, name, error) from None


def _unreadable(path: Path, name: str, error: Exception) -> BundleError:
    if isinstance(error, zipfile.BadZipFile):
        return BundleError(
            f"{path} is neither a directory nor an undamaged zip file: {error}."
        )
    return BundleError(f"{name} in {path} cannot be read: {error}.")


# What zipfile and the file system raise for damaged archives: besides BadZipFile also
# EOFError, RuntimeError (encrypted), NotImplementedError (method), zlib's ValueErrors.
_READ_ERRORS = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,
    OverflowError,
    zipfile.BadZipFile,
)
