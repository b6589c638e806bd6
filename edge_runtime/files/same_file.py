"""Whether two paths lead to one file, which need not be there yet."""

import os
import secrets
import unicodedata
from pathlib import Path


def is_same_file(first: Path, second: Path) -> bool:
    """Return whether two paths lead to one file, which need not be there yet."""
    try:
        return first.samefile(second)
    except OSError:
        pass
    first, second = (Path(os.path.realpath(path)) for path in (first, second))
    try:
        if first.exists() or second.exists():
            return False
        one_folder = first.parent.samefile(second.parent)
    except OSError:
        return False
    if not one_folder or _folded(first.name) != _folded(second.name):
        return False
    return first.name == second.name or _ignores_case(first.parent)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _ignores_case(folder: Path) -> bool:
    """Return whether names in a directory are the same that differ in case alone."""
    probe = folder / f".keras-s2s-{secrets.token_hex(4)}a"
    try:
        probe.touch(exist_ok=False)
        try:
            return probe.with_name(probe.name.swapcase()).exists()
        finally:
            probe.unlink()
    except OSError:
        return False
