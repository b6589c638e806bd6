"""Whether a path leads into a directory."""

import os
from pathlib import Path

from edge_runtime.files.same_file import is_same_file


def path_within(path: Path, directory: Path) -> Path | None:
    """Return where in a directory a path leads, relative to it; None for elsewhere.

    Args:
        path: Any path; links are followed, and the end need not be there yet.
        directory: A directory that is there, under any of its names.
    """
    place = Path(os.path.realpath(path))
    for parent in place.parents:
        if is_same_file(parent, directory):
            return place.relative_to(parent)
    return None
