"""File operations among the system calls of Linux on x86-64."""

import os
from pathlib import Path

from faults.fault import Operation

TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


# Numbers of system calls, and which argument holds a path or a descriptor.
BY_PATH = {
    2: ("open", 0, None),
    76: ("truncate", 0, None),
    82: ("rename", 1, None),
    83: ("mkdir", 0, None),
    84: ("rmdir", 0, None),
    85: ("create", 0, None),
    86: ("link", 1, None),
    87: ("unlink", 0, None),
    88: ("link", 1, None),
    90: ("chmod", 0, None),
    257: ("open", 1, 0),
    258: ("mkdir", 1, 0),
    263: ("unlink", 1, 0),
    264: ("rename", 3, 2),
    265: ("link", 3, 2),
    266: ("link", 2, 1),
    268: ("chmod", 1, 0),
    316: ("rename", 3, 2),
    437: ("open", 1, 0),
    452: ("chmod", 1, 0),
}
BY_DESCRIPTOR = {
    0: ("read", 0),
    1: ("write", 0),
    17: ("read", 0),
    18: ("write", 0),
    19: ("read", 0),
    20: ("write", 0),
    40: ("write", 0),
    74: ("sync", 0),
    75: ("sync", 0),
    77: ("truncate", 0),
    91: ("chmod", 0),
    285: ("write", 0),
    326: ("write", 2),
}
WRITE, PWRITE, RENAMEAT2 = 1, 18, 316
EXCHANGE = 2
"""Flag of `RENAMEAT2`."""
_HERE = 0xFFFFFF9C


def operation_of(
    thread: int, number: int, arguments: list[int], folder: str
) -> Operation | None:
    """Return what a thread is about to do; None where it is outside of a folder.

    Args:
        thread: The thread.
        number: Of the system call.
        arguments: Those of the call.
        folder: Absolute, with a slash at its end.

    Raises:
        FileNotFoundError: It has no such descriptor.
    """
    source = ""
    if number in BY_DESCRIPTOR:
        name, place = BY_DESCRIPTOR[number]
        path = _link(f"/proc/{thread}/fd/{arguments[place] & 0xFFFFFFFF}")
    else:
        name, place, at = BY_PATH[number]
        path = _path(thread, arguments, place, at)
        if name == "rename":
            source = _path(thread, arguments, place - (2 if at else 1), at and 0)
    if not path.startswith(folder):
        return None
    changes, creates = name != "read", name in ("write", "mkdir", "create", "link")
    if name == "open":
        flags = arguments[place + 1]
        changes = bool(flags & TO_WRITE)
        creates = bool(flags & os.O_CREAT) and not Path(path).exists()
    return Operation(
        name,
        path.removeprefix(folder),
        changes,
        creates,
        source.removeprefix(folder),
    )


def _path(thread: int, arguments: list[int], place: int, at: int | None) -> str:
    path = _string(thread, arguments[place])
    if not path.startswith("/"):
        folder = arguments[at] & 0xFFFFFFFF if at is not None else _HERE
        name = "cwd" if folder == _HERE else f"fd/{folder}"
        path = f"{_link(f'/proc/{thread}/{name}')}/{path}"
    return os.path.normpath(path)


def _link(path: str) -> str:
    return str(Path(path).readlink())


def _string(thread: int, address: int) -> str:
    content = b""
    page = 4096
    while b"\0" not in content:
        content += memory(thread, address + len(content), page - address % page)
    return os.fsdecode(content.partition(b"\0")[0])


def memory(thread: int, address: int, length: int) -> bytes:
    """Return what stands in the memory of a thread."""
    descriptor = os.open(f"/proc/{thread}/mem", os.O_RDONLY)
    try:
        return os.pread(descriptor, length, address)
    finally:
        os.close(descriptor)
