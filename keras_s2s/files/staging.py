"""Making something beside its place, and putting it there in one step."""

import contextlib
import ctypes
import errno
import glob
import logging
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge_runtime.files.short_name import short_name
from keras_s2s.files.layout import LOCK_FILE, Layout
from keras_s2s.files.lock import InUseError, Lock

logger = logging.getLogger(__name__)

_NEW, _OLD = "new", "old"
_LONGEST_STEM = 100
"""Most bytes of a place's name in that of its staging: ecryptfs takes but 143."""
_DIGITS = 4
"""Bytes that tell two stagings of one place apart, two digits each."""
_AT_WORKING_DIRECTORY = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE of Linux, and RENAME_SWAP of macOS."""
_CANNOT = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP}


class Staging:
    """A hidden directory beside a place, in which what belongs there is made.

    Attributes:
        new: Where it is made; not there at first.

    Args:
        place: Where it belongs; no link.
        layout: Says what in there may be deleted.
    """

    def __init__(self, place: Path, layout: Layout) -> None:
        self._place, self._layout = place, layout
        self._directory = staging_directory(place)
        self._directory.mkdir()
        try:
            self._lock = Lock(self._directory / LOCK_FILE)
        except OSError:
            with contextlib.suppress(OSError):
                self._directory.rmdir()
            raise
        self.new = self._directory / _NEW

    def put_in_place(self) -> None:
        """Put what was made in its place; what was there is kept until `clear`."""
        place, old = self._place, self._directory / _OLD
        empty = place.is_dir() and not any(place.iterdir())
        if self.new.is_file() or not place.exists() or (empty and os.name != "nt"):
            self.new.replace(place)
        elif not exchange(self.new, place):
            try:
                place.rename(old)
                self.new.rename(place)
            except BaseException:
                if old.exists() and not place.exists():
                    old.rename(place)
                raise

    def clear(self) -> None:
        """Delete what is left: what was made in vain, or what was replaced.

        What cannot be deleted is told and stays until `mend`: the work is done, or has
        failed for a reason of its own.
        """
        self._lock.release()
        _clear(self._directory, self._layout)


def staging_directory(place: Path) -> Path:
    """Return a hidden path beside a place, where nothing is yet."""
    return place.with_name(_staging_name(_stem(place), secrets.token_hex(_DIGITS)))


@contextmanager
def staged(place: Path, layout: Layout) -> Iterator[Path]:
    """Yield a free path beside a place; what is made there takes the place in the end.

    What stands in the place is replaced without a question, see `Layout.refusal`.

    Args:
        place: A directory or a file; no link.
        layout: Says what may be deleted.
    """
    staging = Staging(place, layout)
    try:
        yield staging.new
        staging.put_in_place()
    finally:
        staging.clear()


def mend(place: Path, layout: Layout) -> None:
    """Put back and clear away what a process left that was killed while replacing."""
    # Not `*`, which would find those of `bundle.zip` for `bundle`.
    digits = "[0-9a-f]" * 2 * _DIGITS
    for found in place.parent.glob(_staging_name(glob.escape(_stem(place)), digits)):
        try:
            lock = Lock(found / LOCK_FILE)
        except (InUseError, OSError):
            continue
        old = found / _OLD
        if old.exists() and not place.exists():
            old.rename(place)
            logger.warning("%s was set aside and is back: nothing is lost.", place)
        lock.release()
        _clear(found, layout)


def exchange(first: Path, second: Path) -> bool:
    """Exchange two directories in one step.

    Returns:
        False where the system or the file system has no such step.
    """
    names = os.fsencode(first), os.fsencode(second)
    if os.name != "posix":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "linux" and hasattr(library, "renameat2"):
        here = _AT_WORKING_DIRECTORY
        failed = library.renameat2(here, names[0], here, names[1], _EXCHANGE)
    elif sys.platform == "darwin" and hasattr(library, "renamex_np"):
        failed = library.renamex_np(*names, _EXCHANGE)
    else:
        return False
    if not failed:
        return True
    number = ctypes.get_errno()
    if number in _CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(second))


def _stem(place: Path) -> str:
    return short_name(place.name, _LONGEST_STEM)


def _staging_name(stem: str, digits: str) -> str:
    return f".{stem}.{digits}.staging"


def _clear(directory: Path, layout: Layout) -> None:
    try:
        for path in (directory / _NEW, directory / _OLD):
            if path.is_file():
                path.unlink()
            else:
                layout.remove(path)
    except OSError as error:
        logger.warning("%s cannot be deleted yet: %s", directory, error.strerror)
        return
    try:
        directory.rmdir()
    except OSError:
        logger.warning("%s holds files that are not deleted: look at them.", directory)
