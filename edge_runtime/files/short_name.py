"""Names that leave room for what is put before and after them."""

import hashlib
import os

LONGEST_NAME = 255
"""Most bytes of a name on usual file systems."""

_DIGITS = 16


def short_name(name: str, most: int) -> str:
    """Return a name, or where it is longer, its beginning and a checksum of it all.

    The checksum tells it from other names that begin alike.

    Args:
        name: Name of a file or a directory.
        most: Most bytes of what is returned: bytes are what a file system counts.
    """
    if len(os.fsencode(name)) <= most:
        return name
    ending = f"-{hashlib.sha256(os.fsencode(name)).hexdigest()[:_DIGITS]}"
    beginning = name[: most - len(ending)]
    while len(os.fsencode(beginning)) > most - len(ending):
        beginning = beginning[:-1]
    return beginning + ending
