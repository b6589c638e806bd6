"""Opening a bundle: a directory, or the same files in one zip; every byte checked."""

from dataclasses import dataclass
from pathlib import Path

from edge_runtime.bundle.bounds import MANIFEST_BYTES
from edge_runtime.bundle.bundle_files import BundleFiles, find_files
from edge_runtime.bundle.manifest import Manifest, sha256_of
from edge_runtime.contract import MANIFEST_FILE
from edge_runtime.errors import BundleError


@dataclass(frozen=True)
class Bundle:
    """An opened bundle: its manifest, and its files by name.

    Attributes:
        path: Directory or zip file.
        manifest: Content of `bundle.json`.
        files: Where its files are.
    """

    path: Path
    manifest: Manifest
    files: BundleFiles

    def read(self, name: str) -> bytes:
        """Return the content of one file after checking its size and SHA-256.

        Args:
            name: A name listed in the manifest.

        Raises:
            BundleError: The file is missing, or is not what was exported.
        """
        entry = self.manifest.files[name]
        self.check_size(name)
        content = self.files.read(name, entry.size)
        if len(content) != entry.size or sha256_of(content) != entry.sha256:
            raise BundleError(
                f"{name} in {self.path} is damaged: its sha256 differs from "
                f"{MANIFEST_FILE}. Copy the bundle again."
            )
        return content

    def check_size(self, name: str) -> None:
        """Check that one file is there in full.

        Raises:
            BundleError: The file is missing, or has another size than it was exported
                with.
        """
        found, expected = self.files.size_of(name), self.manifest.files[name].size
        if found is None:
            raise BundleError(f"{name} is missing in {self.path}.")
        if found != expected:
            raise BundleError(
                f"{name} in {self.path} is damaged: it has {found} bytes, "
                f"{MANIFEST_FILE} says {expected}. Copy the bundle again."
            )


def open_bundle(path: str | Path) -> Bundle:
    """Open a bundle and check that every file that a translation needs is there.

    Contents are hashed when they are read, so that only what is used is loaded. What
    is for people, such as a model card, may have been edited or removed.

    Args:
        path: The bundle's directory, or a zip file with its files, which may be in
            one folder.

    Raises:
        BundleError: Something is missing, cut, damaged or too new; says what and
            where.
    """
    path = Path(path)
    files = find_files(path)
    size = files.size_of(MANIFEST_FILE)
    if size is None:
        raise BundleError(
            f"{path} is not a bundle: it has no {MANIFEST_FILE}. Name the directory "
            "or zip file that export-onnx wrote."
        )
    if size > MANIFEST_BYTES:
        raise BundleError(f"{MANIFEST_FILE} in {path} is too large: {size} bytes.")
    where = f"{path}/{MANIFEST_FILE}"
    bundle = Bundle(
        path, Manifest.from_json(files.read(MANIFEST_FILE, size), where), files
    )
    for name in bundle.manifest.used_files:
        bundle.check_size(name)
    return bundle
