"""What is to be written, checked before the work: possible, and at nobody's expense."""

import contextlib
import errno
import os
import secrets
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from keras_s2s.files.layouts import BUNDLE, RUN
from keras_s2s.files.replacement import is_written_into, open_descriptor

if sys.platform != "win32":
    import fcntl


class OutputError(ValueError):
    """A file cannot be written, or must not be."""


def check_outputs(
    outputs: Mapping[str, Path | None], inputs: Mapping[str, Path | None]
) -> None:
    """Refuse outputs that cannot be written, that are inputs, or that are one file.

    Devices, pipes and open files such as `/dev/stdout` may be given several times.

    Args:
        outputs: Files to be written, by the option that names them; None for those
            that nobody asked for.
        inputs: Files, runs and bundles that are read, in the same way. A report may
            be written into a run, but not over one of its own files.

    Raises:
        OutputError: A directory is missing or in the way, something must not be
            written to, or two are the same file, also through links.
    """
    given = [(name, path) for name, path in outputs.items() if path is not None]
    for _, path in given:
        _check_writable(path)
    files = [(name, path) for name, path in given if not is_written_into(path)]
    for index, (name, path) in enumerate(files):
        for other, read in inputs.items():
            if read is not None and any(
                is_same_file(path, file) for file in _files_of(read)
            ):
                raise OutputError(
                    f"An output must not be an input. Received: {path} for {name}, "
                    f"{read} for {other}."
                )
        for other, written in files[:index]:
            if is_same_file(path, written):
                raise OutputError(
                    "Every output must be a file of its own. Received: "
                    f"{written} for {other}, {path} for {name}."
                )


def is_same_file(first: Path, second: Path) -> bool:
    """Return whether two paths lead to one file, which need not be there yet."""
    try:
        return first.samefile(second)
    except OSError:
        pass
    first, second = (Path(os.path.realpath(path)) for path in (first, second))
    if first.exists() or second.exists():
        return False
    try:
        one_folder = first.parent.samefile(second.parent)
    except OSError:
        return False
    if not one_folder or _folded(first.name) != _folded(second.name):
        return False
    return first.name == second.name or _ignores_case(first.parent)


def _check_writable(path: Path) -> None:
    try:
        descriptor = open_descriptor(path)
        if descriptor is not None:
            _check_descriptor(descriptor, path)
            return
        place = Path(os.path.realpath(path))
        if is_written_into(path) and not path.is_dir():
            needed = path
        elif path.is_dir() or not place.parent.is_dir():
            raise OutputError(
                "An output file must be in a directory that exists, and not be one "
                f"itself. Received: {path}."
            )
        else:
            needed = place.parent
            # A place that is too long, or on a disk that cannot be read, shows here.
            with contextlib.suppress(FileNotFoundError):
                place.stat()
                needed = place if not os.access(place, os.W_OK) else place.parent
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from None
    if not os.access(needed, os.W_OK):
        raise OutputError(f"{needed} must be writable to write {path}.")


def _check_descriptor(descriptor: int, path: Path) -> None:
    os.fstat(descriptor)
    if sys.platform != "win32":
        mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
        if mode == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF), str(path))


def _files_of(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        for layout in (RUN, BUNDLE):
            yield from layout.own_files(path)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _ignores_case(folder: Path) -> bool:
    """Return whether names in a directory are the same that differ in case alone."""
    probe = folder / f".keras-s2s-{secrets.token_hex(4)}a"
    try:
        probe.touch(exist_ok=False)
        try:
            return probe.with_name(probe.name.swapcase()).exists()
        finally:
            probe.unlink()
    except OSError:
        return False
