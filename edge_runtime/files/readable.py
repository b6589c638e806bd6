"""Reading what a user names: a file or a pipe, but nothing that never ends."""

import os
import stat
from pathlib import Path


class InputError(ValueError):
    """What was named cannot be read whole."""


def require_readable(path: Path) -> None:
    """Refuse a device that may never end, such as `/dev/zero`; a terminal may be read.

    Raises:
        InputError: It is one.
    """
    try:
        if not stat.S_ISCHR(path.stat().st_mode):
            return
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return  # whoever reads it says why
    try:
        if not os.isatty(descriptor):
            raise InputError(
                f"What is read must be a file or a pipe. Received: {path}."
            )
    finally:
        os.close(descriptor)


def read_input(path: Path, most: int | None = None) -> bytes:
    """Return all that a file or a pipe holds.

    Args:
        path: What was named.
        most: Largest number of bytes; `None` for any.

    Raises:
        InputError: It is a device, or larger.
        OSError: It cannot be read.
    """
    require_readable(path)
    with path.open("rb") as file:
        found = file.read(-1 if most is None else most + 1)
    if most is not None and len(found) > most:
        raise InputError(f"{path} must hold at most {most:,} bytes.")
    return found
