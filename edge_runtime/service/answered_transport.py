"""A transport whose end lets a client read the answer that it was sent."""

import asyncio
from collections.abc import Callable
from typing import Any


class AnsweredTransport:
    """A transport that ends in two steps where a client is still sending.

    A socket that is closed while unread bytes arrive resets the connection, and with it
    goes the answer (413, say) that the client has not read yet. So the sending side is
    closed first, and what still arrives is dropped, until the client closes, too
    (RFC 9112, section 9.6).

    Args:
        transport: The transport; all else is its own.
        is_still_sent: Whether a part of a request has yet to come.
        start_clock: Called when the first step is taken; aborts the transport in time.

    Attributes:
        is_dropping: Whether the first step was taken.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        is_still_sent: Callable[[], bool],
        start_clock: Callable[[], object],
    ) -> None:
        self._transport = transport
        self._is_still_sent = is_still_sent
        self._start_clock = start_clock
        self.is_dropping = False

    def __getattr__(self, name: str) -> Any:
        """Return what the transport has under a name."""
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        """Whether no more can be written."""
        return self.is_dropping or self._transport.is_closing()

    def close(self) -> None:
        """Take the first step, or the only one; called again, end at once."""
        if self.is_dropping:
            self._transport.abort()
        elif self._is_still_sent() and not self._transport.is_closing():
            self.is_dropping = True
            try:
                self._transport.write_eof()
            except OSError:
                # The client has gone already.
                self._transport.abort()
                return
            # Nobody reads the body any more, so it may have been held up.
            self._transport.resume_reading()
            self._start_clock()
        else:
            self._transport.close()
