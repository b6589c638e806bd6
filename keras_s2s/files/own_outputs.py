"""Outputs that a command names itself, and which replace nothing of the user's."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from edge_runtime.files.replacement import replace_file
from edge_runtime.files.writable import OutputError

NOTE_FILE = ".keras-s2s-outputs.json"
"""Says, by name, which contents were written: SHA-256, of the last two."""


class OwnOutputs:
    """Files of a directory that a command names itself, such as one for each system.

    What an earlier command wrote there, and nobody changed since, may be replaced, also
    if that command was killed. Anything else stays.

    Args:
        folder: The directory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written = _read_note(folder / NOTE_FILE)

    def check(self, names: Iterable[str]) -> None:
        """Refuse to replace what is not our own, before any work is done.

        Raises:
            OutputError: A file of such a name is there that was not written by this.
        """
        for name in names:
            path = self._folder / name
            if path.exists() and _digest_of(path) not in self._written.get(name, ()):
                raise OutputError(
                    "The directory of --output must not hold a file of a system's "
                    "name, unless it was written by this command and not changed. "
                    f"Remove it, or name another directory. Received: {path}."
                )

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Write files, which replace those of an earlier command.

        Raises:
            OutputError: A file has come there meanwhile.
            OSError: A file cannot be written.
        """
        self.check(contents)
        digests = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in contents.items()
        }
        # If it ends between two files, both contents of the second are known.
        there = {name: _digest_of(self._folder / name) for name in contents}
        self._note(
            {
                name: [each for each in (there[name], digest) if each]
                for name, digest in digests.items()
                if there[name] != digest
            }
        )
        for name, content in contents.items():
            replace_file(self._folder / name, content)
        self._note({name: [digest] for name, digest in digests.items()})

    def _note(self, written: Mapping[str, list[str]]) -> None:
        changed = {**self._written, **written}
        if changed != self._written:
            self._written = changed
            # Escaped: names may hold bytes that are no text.
            note = json.dumps(changed, indent=2)
            replace_file(self._folder / NOTE_FILE, f"{note}\n".encode())


def _read_note(path: Path) -> dict[str, list[str]]:
    """Return what was written, by name; nothing where that cannot be read."""
    try:
        found = json.loads(path.read_bytes())
        return {name: list(map(str, digests)) for name, digests in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _digest_of(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
