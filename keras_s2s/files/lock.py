"""A lock on a directory that says who holds it and ends with its process."""

import contextlib
import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from edge_runtime.errors import UserError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR_BEYOND = 1 << 30
"""Where Windows locks a byte, so that what stands before it can be read."""


class InUseError(UserError):
    """Another process works in a directory; the text says which."""


class Lock:
    """Holds a file that at most one process can hold.

    The system releases it when the process ends, however that ends, so a lock of a
    dead process is taken over. Where the file system has no locks, the file's text
    decides: whoever it names must be dead, and have been on this machine.

    Args:
        file: The lock file; removed in the end.

    Raises:
        InUseError: Another process holds it.
        OSError: It cannot be made.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        descriptor = self._acquire()
        self._descriptor: int | None = descriptor
        holder = {
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, json.dumps(holder).encode())
        except OSError as error:
            self.release()
            raise OSError(error.errno, error.strerror, str(file)) from None

    def moved_to(self, file: Path) -> None:
        """Remember that the file has been renamed."""
        self._file = file

    def release(self) -> None:
        """Remove the file and let others have the lock; once is enough."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        in_place = self._is_in_place(descriptor)
        if in_place and sys.platform != "win32":  # which removes no open file
            self._remove()
        os.close(descriptor)
        if in_place and sys.platform == "win32":
            self._remove()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _acquire(self) -> int:
        while True:
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o666)
            try:
                if not _try_lock(descriptor):
                    raise InUseError(
                        f"{self._file.parent} must not be used by two processes at "
                        f"once. {_describe(_holder(descriptor))} uses it."
                    )
                # Whoever held it before may have removed the file meanwhile.
                if self._is_in_place(descriptor):
                    return descriptor
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _remove(self) -> None:
        # A file that stays holds nobody up: the system knows that nobody holds it.
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)

    def _is_in_place(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._file.stat())
        except OSError:
            return False


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _FAR_BEYOND, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return sys.platform != "win32" and not _may_live(_holder(descriptor))
    return True


def _holder(descriptor: int) -> dict[str, object]:
    with contextlib.suppress(OSError, ValueError):
        os.lseek(descriptor, 0, os.SEEK_SET)
        holder = json.loads(os.read(descriptor, 1000))
        os.lseek(descriptor, 0, os.SEEK_SET)
        if isinstance(holder, dict):
            return holder
    return {}


def _describe(holder: dict[str, object]) -> str:
    if not holder:
        return "Another process"
    return "Process {process} on {host}, since {since},".format_map(
        {"process": "?", "host": "?", "since": "?", **holder}
    )


def _may_live(holder: dict[str, object]) -> bool:
    process, host = holder.get("process"), holder.get("host")
    if not isinstance(process, int):
        return False
    if host != socket.gethostname():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
