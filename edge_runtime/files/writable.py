"""Whether a file can be written, checked before the work."""

import contextlib
import errno
import os
import stat
import sys
from pathlib import Path

from edge_runtime.files.replacement import (
    is_written_into,
    open_descriptor,
    partial_beside,
)

if sys.platform != "win32":
    import fcntl


class OutputError(ValueError):
    """A file cannot be written, or must not be."""


def check_writable(path: Path) -> None:
    """Refuse what cannot be written to.

    Raises:
        OutputError: A directory is missing or in the way, or something must not be
            written to.
    """
    try:
        descriptor = open_descriptor(path)
        if descriptor is not None:
            _check_descriptor(descriptor, path)
            return
        place = Path(os.path.realpath(path))
        if is_written_into(path) and not path.is_dir():
            _check_special(path)
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
            # It is written beside first, under a longer name.
            with contextlib.suppress(FileNotFoundError):
                partial_beside(place).lstat()
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from None
    if not os.access(needed, os.W_OK):
        raise OutputError(f"{needed} must be writable to write {path}.")


def _check_special(path: Path) -> None:
    mode = path.stat().st_mode
    if stat.S_ISSOCK(mode):
        raise OutputError(
            f"An output must be a file, a pipe or a device. Received: {path}, a socket."
        )
    # Such as `/dev/tty` without a terminal. A pipe would wait for its reader.
    if stat.S_ISCHR(mode) and sys.platform != "win32":
        os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY))


def _check_descriptor(descriptor: int, path: Path) -> None:
    os.fstat(descriptor)
    if sys.platform != "win32":
        mode = fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE
        if mode == os.O_RDONLY:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF), str(path))
