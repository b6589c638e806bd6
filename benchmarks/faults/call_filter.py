"""System calls of a process that are decided by another one, through seccomp."""

import ctypes
import os
import platform
import struct
from pathlib import Path
from typing import Literal

from faults.system_calls import BY_DESCRIPTOR, BY_PATH, RENAMEAT2, TO_WRITE

Watched = Literal["all", "changes", "exchange"]
_SECCOMP = 317
_library = ctypes.CDLL(None, use_errno=True)


def is_possible() -> bool:
    """Return whether this system can stop a process at its file operations."""
    try:
        actions = Path("/proc/sys/kernel/seccomp/actions_avail").read_text()
    except OSError:
        return False
    return platform.machine() == "x86_64" and "user_notif" in actions.split()


def install_filter(watched: Watched) -> int:
    """Have file operations of this process decided by whoever has the descriptor.

    Args:
        watched: Those that are asked about: all, those that change or may change
            something, or exchanges of two paths alone.

    Returns:
        The descriptor.

    Raises:
        OSError: The system does not allow it.
    """
    numbers = {*BY_PATH, *BY_DESCRIPTOR}
    if watched == "exchange":
        numbers = {RENAMEAT2}
    elif watched == "changes":
        reads = {number for number, call in BY_DESCRIPTOR.items() if call[0] == "read"}
        numbers -= reads
    # Every question costs two changes of processes: opening to read is asked where
    # reading is watched, and most of what a program opens is its own code.
    by_flags = {2: 24, 257: 32} if watched == "changes" else {}
    plain = sorted(numbers - by_flags.keys())
    load, equal, any_bit, end = 0x20, 0x15, 0x45, 0x06
    allow, ask = 0x7FFF0000, 0x7FC00000
    ends = len(plain) + 1 + 4 * len(by_flags)  # where the two answers stand
    code = [struct.pack("HBBI", load, 0, 0, 0)]
    for number in plain:
        code.append(struct.pack("HBBI", equal, ends - len(code), 0, number))
    for number, flags in by_flags.items():
        code.append(struct.pack("HBBI", equal, 0, 3, number))
        code.append(struct.pack("HBBI", load, 0, 0, flags))
        code.append(struct.pack("HBBI", any_bit, ends - len(code), 0, TO_WRITE))
        code.append(struct.pack("HBBI", end, 0, 0, allow))
    code += [struct.pack("HBBI", end, 0, 0, value) for value in (allow, ask)]
    program = ctypes.create_string_buffer(b"".join(code))
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxQ", len(code), ctypes.addressof(program))
    )
    no_new_privileges = 38
    _library.prctl(no_new_privileges, 1, 0, 0, 0)
    set_filter, new_listener = 1, 1 << 3
    listener = _library.syscall(_SECCOMP, set_filter, new_listener, header)
    if listener < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(listener)
