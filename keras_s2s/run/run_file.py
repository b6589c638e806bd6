"""One of a run's files, read only where it is a file."""

import stat
from pathlib import Path

from keras_s2s.files.layouts import RUN

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
}


class RunError(ValueError):
    """A run directory is incomplete or damaged, or does not fit what is done."""


def read_run_file(file: Path) -> bytes:
    """Return the content of one of a run's files.

    Raises:
        FileNotFoundError: It is not there.
        RunError: It is no regular file, or cannot be read.
    """
    require_regular(file)
    try:
        return file.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise RunError(f"{file} cannot be read: {error.strerror}.") from None


def require_regular_files(run: Path) -> None:
    """Refuse a run in which something else stands in place of a file.

    What goes on with a run writes into its files, which waits for a pipe, too.

    Raises:
        RunError: There is such a thing.
    """
    for name in RUN.files:
        if "*" not in name:
            require_regular(run / name)


def require_regular(file: Path) -> None:
    """Refuse what is there in place of one of a run's files, and is none.

    Whoever opens a named pipe waits for somebody who writes into it, and a device may
    never end.

    Raises:
        RunError: It is something else than a regular file.
    """
    try:
        mode = file.stat().st_mode
    except OSError:
        return  # whoever reads it says why
    if not stat.S_ISREG(mode):
        raise RunError(
            "What a run directory holds must be regular files. Received: "
            f"{file}, which is {_KINDS.get(stat.S_IFMT(mode), 'a device')}."
        )
