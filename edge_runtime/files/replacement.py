"""Writing a file so that a reader sees the old content or the new one."""

import contextlib
import errno
import os
import secrets
import shutil
import stat
import sys
from pathlib import Path

from edge_runtime.files.short_name import short_name

_MOST_LINKS = 40
_LONGEST_STEM = 100
"""Most bytes of a file's name in that of its partial file: ecryptfs takes but 143."""


def replace_file(path: Path, content: bytes) -> None:
    """Write a file beside, then rename it into place.

    A link is followed, and what it leads to is replaced. What is no regular file, a
    device, a pipe or an open file such as `/dev/stdout`, is written into.

    Raises:
        OSError: It cannot be written; what was there still is. The error names `path`.
    """
    try:
        descriptor = open_descriptor(path)
        if descriptor is not None:
            _write_into_descriptor(descriptor, content)
        elif is_written_into(path):
            with path.open("wb", buffering=0) as file:
                _write_all(file.fileno(), content)
        else:
            _replace(Path(os.path.realpath(path)), content)
    except OSError as error:
        if error.errno is not None:  # those of a write or of fsync name no file
            error.filename = error.filename or str(path)
        raise


def is_written_into(path: Path) -> bool:
    """Return whether a path leads to something that is no regular file."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode)


def open_descriptor(path: Path) -> int | None:
    """Return which open file of this process a path such as `/dev/stdout` names."""
    folders = {os.path.realpath("/proc/self/fd"), "/dev/fd"}
    for _ in range(_MOST_LINKS):
        folder = os.path.realpath(path.parent)
        if folder in folders and path.name.isdecimal():
            return int(path.name)
        if not path.is_symlink():
            return None
        path = Path(folder) / path.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def partial_beside(place: Path) -> Path:
    """Return a hidden path beside a file, at which its new content is written first."""
    # A name of its own, so that two processes do not write into one file.
    stem = short_name(place.name, _LONGEST_STEM)
    return place.with_name(f".{stem}.{secrets.token_hex(4)}.partial")


def _write_into_descriptor(descriptor: int, content: bytes) -> None:
    # What Python holds back belongs before it.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    _write_all(descriptor, content)


def _write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def _replace(place: Path, content: bytes) -> None:
    partial = partial_beside(place)
    try:
        with partial.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if place.exists():
            shutil.copymode(place, partial)
        partial.replace(place)
    except BaseException:
        # What went wrong first is told, not that of tidying up.
        with contextlib.suppress(OSError):
            partial.unlink()
        raise
