"""A path as text that every file can hold."""

import os
from pathlib import Path


def shown_path(path: Path | str) -> str:
    """Return a path as text, whatever bytes it has and whatever the locale is.

    Python keeps bytes of a path that the locale's encoding lacks as lone surrogates,
    which no file in UTF-8 can hold. They are read as UTF-8, and escaped if they are
    none.
    """
    text = str(path)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(text).decode("utf-8", "backslashreplace")
    return text
