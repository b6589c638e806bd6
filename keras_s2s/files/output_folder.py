"""The directory of several outputs, which is there only if something comes into it."""

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge_runtime.files.writable import OutputError


@contextmanager
def output_folder(path: Path) -> Iterator[None]:
    """Make a directory and those above it; in the end, remove those that are empty.

    Only what was made is removed: a command that is refused leaves all as it was.

    Raises:
        OutputError: It cannot be made.
    """
    made: list[Path] = []
    try:
        try:
            for folder in (*reversed(path.parents), path):
                if not folder.is_dir():
                    folder.mkdir()
                    made.append(folder)
        except OSError as error:
            raise OutputError(f"{path} cannot be made: {error.strerror}.") from None
        yield
    finally:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
