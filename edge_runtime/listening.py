"""The address that a server listens at: what must hold of it, and how it is written."""

import contextlib
import errno
from collections.abc import Iterator
from typing import Final

from edge_runtime.errors import UserError

_LARGEST_PORT: Final = 65_535
_SYSTEM_FAILURES: Final = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
"""Errors that another address would not prevent."""


def check_address(host: str, port: int) -> None:
    """Raise `ValueError` unless there can be an address of this name and number."""
    if not host:
        # Sockets take it for all addresses; whoever wants that has to say so.
        raise ValueError(
            "`host` must not be empty; 0.0.0.0 stands for all addresses. Received: ''."
        )
    if not 0 <= port <= _LARGEST_PORT:
        raise ValueError(f"`port` must be from 0 to {_LARGEST_PORT}. Received: {port}.")


@contextlib.contextmanager
def told_to_the_user(
    host: str,
    port: int,
    requirement: str = "`host` and `port` must be an address of this machine that is "
    "free",
) -> Iterator[None]:
    """Let the user know what is wrong with an address that is listened at within.

    Args:
        host: Name or number of the address.
        port: Its port.
        requirement: What must hold, in the names of the user's options.

    Raises:
        UserError: It is in use, unknown, forbidden, or another machine's.
    """
    try:
        yield
    except (OSError, TypeError) as error:  # TypeError: no name of a host
        if isinstance(error, OSError) and error.errno in _SYSTEM_FAILURES:
            raise
        reason = getattr(error, "strerror", None) or str(error)
        # `socket.create_server` says the address in its own way.
        reason = reason.partition(" (while attempting")[0]
        raise UserError(
            f"{requirement}. Received: {address_text(host, port)} ({reason})."
        ) from None


def address_text(host: str, port: int) -> str:
    """Return an address as it stands in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
