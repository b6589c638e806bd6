"""The directory of something new: a start that fails leaves all as it was."""

import contextlib
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from keras_s2s.files.layout import LOCK_FILE, Layout, first_within
from keras_s2s.files.lock import Lock
from keras_s2s.files.staging import Staging, mend


class DirectoryError(ValueError):
    """A directory cannot be made, or must not be replaced."""


class NewDirectory:
    """A directory that is written by this process alone.

    What it replaces stays where it is until `put_in_place`, and the new files are
    written beside; where nothing is replaced they are written in place.

    Attributes:
        path: Where files go until `put_in_place`.

    Args:
        place: Where they belong.
        layout: What is written.
        replace: Whether there is something to be replaced.
    """

    def __init__(self, place: Path, layout: Layout, replace: bool) -> None:
        self._place, self._layout = place, layout
        self._staging = None
        self._is_in_place = False
        self._made = not place.exists()
        place.mkdir(parents=True, exist_ok=True)
        with ExitStack() as undo:
            if self._made:
                undo.callback(_remove_if_empty, place)
            self._lock = Lock(place / LOCK_FILE)
            undo.callback(self._lock.release)
            if replace:
                self._staging = Staging(place, layout)
                undo.callback(self._staging.clear)
                self._staging.new.mkdir()
            undo.pop_all()
        self.path = self._staging.new if self._staging else place

    def put_in_place(self) -> None:
        """Replace what is to be replaced; from now on the files are kept.

        Raises:
            DirectoryError: Something came to it meanwhile that must not be deleted.
        """
        if self._staging:
            refusal = self._layout.refusal(self._place)
            if refusal:
                raise DirectoryError(refusal)
            lock = Lock(self.path / LOCK_FILE)
            try:
                self._staging.put_in_place()
            except BaseException:
                lock.release()
                raise
            lock.moved_to(self._place / LOCK_FILE)
            old, self._lock = self._lock, lock
            old.release()
            self._staging.clear()
            self._staging = None
        self.path = self._place
        self._is_in_place = True

    def close(self) -> None:
        """Let others have the directory; delete what was not put in place."""
        self._lock.release()
        if self._staging:
            self._staging.clear()
        elif not self._is_in_place:
            discard = self._layout.remove if self._made else self._layout.clear
            # What stays is cleared by the next start, and the first error is told.
            with contextlib.suppress(OSError):
                discard(self._place)


@contextmanager
def new_directory(
    path: Path, layout: Layout, *, force: bool, inputs: Iterable[Path | None] = ()
) -> Iterator[NewDirectory]:
    """Make a directory that is deleted again unless it was put in place.

    Args:
        path: New, empty, or what a start left that failed; a link is followed.
        layout: What is written there.
        force: Replace what is there, if it is what `layout` describes.
        inputs: What the command reads, which must not be replaced.

    Raises:
        DirectoryError: `path` cannot be made, or must not be replaced.
        InUseError: Another process writes there.
    """
    place = Path(os.path.realpath(path))
    try:
        if place.parent.is_dir():
            mend(place, layout)
        replace = _check(place, path, layout, force, list(inputs))
        directory = NewDirectory(place, layout, replace)
    except OSError as error:
        raise DirectoryError(f"{path} cannot be made: {error.strerror}.") from None
    try:
        yield directory
    finally:
        directory.close()


def _remove_if_empty(place: Path) -> None:
    with contextlib.suppress(OSError):
        place.rmdir()


def _check(
    place: Path, path: Path, layout: Layout, force: bool, inputs: list[Path | None]
) -> bool:
    """Return whether something is to be replaced; refuse what must not be."""
    if not place.exists() or not any(place.iterdir()):
        return False
    given = first_within(place, inputs)
    if given is not None:
        raise DirectoryError(
            f"The output directory must hold no input. {path} holds {given}."
        )
    if layout.is_unfinished(place):
        with Lock(place / LOCK_FILE):  # whoever is still at work holds it
            layout.clear(place)
        return False
    refusal = layout.refusal(place)
    if force and refusal:
        raise DirectoryError(refusal)
    if force and Path.cwd().is_relative_to(place):
        raise DirectoryError(
            "The directory that is replaced must not be the working directory. "
            f"Received: {path}."
        )
    if force:
        return True
    advice = "give another" if refusal else layout.advice
    raise DirectoryError(
        f"The output directory must be new or empty. {path} is not: {advice}."
    )
