"""Whether to write a file would change what a command reads."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from edge_runtime.bundle.open_bundle import open_bundle
from edge_runtime.errors import BundleError
from edge_runtime.files.same_file import is_same_file
from edge_runtime.files.within import path_within
from keras_s2s.files.layout import walk
from keras_s2s.files.layouts import BUNDLE, RUN


def is_input(output: Path, given: Path) -> bool:
    """Return whether an output is what is read where a path is given.

    Of a run or a bundle that is every file with a name of theirs, there or not yet,
    what the links in it lead to, and what a bundle's manifest names. Anything else
    there, such as an earlier report, is not read.

    Args:
        output: A file to be written, there or not yet.
        given: A file, a run or a bundle.
    """
    if is_same_file(output, given):
        return True
    if not given.is_dir():
        return False
    held = list(walk(given))
    linked = [path for path in held if path.is_symlink() and path.is_dir()]
    return any(
        _has_own_name(output, folder, folder.relative_to(given))
        for folder in (given, *linked)
    ) or any(is_same_file(output, path) for path in _read_files(given, held))


def _has_own_name(output: Path, folder: Path, place: Path) -> bool:
    """Return whether an output in a folder has a name of a run's or a bundle's own.

    Args:
        output: The output.
        folder: The run or bundle, or a folder that a link in it leads to.
        place: Where in the run or bundle the folder is.
    """
    within = path_within(output, folder)
    return within is not None and _is_reserved(place / within)


def _is_reserved(relative: Path) -> bool:
    return any(layout.reserves(relative) for layout in (RUN, BUNDLE))


def _read_files(directory: Path, held: list[Path]) -> Iterator[Path]:
    for path in held:
        if path.is_symlink() or _is_reserved(path.relative_to(directory)):
            yield path
    # What is no sound bundle is refused when it is opened.
    with contextlib.suppress(BundleError):
        for name in open_bundle(directory).manifest.files:
            yield directory / name
