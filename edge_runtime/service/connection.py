"""A connection that ends when its client is too slow, or sends headers without end.

One that ends before its request was read lets the client read the answer first.
"""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from edge_runtime.service.answered_transport import AnsweredTransport

_MOST_HEADER_BYTES: Final = 1 << 16


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, with limits that it leaves to a proxy.

    The time to send the headers of a request, and the time to take an answer, are
    `seconds` each; headers have at most 64 KiB.
    """

    seconds: float = 30.0

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: asyncio.TimerHandle | None = None
        self._header_bytes = 0
        self._in_headers = True
        self._in_message = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        answered = AnsweredTransport(transport, lambda: self._in_message, self._wait)
        super().connection_made(answered)  # type: ignore[arg-type]
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._waited()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what the client sends, as long as it is no endless header."""
        if self.transport.is_dropping:  # type: ignore[attr-defined]
            return
        if self._in_headers:
            self._header_bytes += len(data)
            if self._header_bytes > _MOST_HEADER_BYTES and b"\r\n\r\n" not in data:
                self.transport.abort()
                return
        if self._waiting is None and (
            self.cycle is None or self.cycle.response_complete
        ):
            # Something comes after an answer; it has to become a request.
            self._wait()
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Wait for the rest of the headers."""
        self._in_headers, self._header_bytes = True, 0
        self._in_message = True
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Go on without a limit: the application has one for the body."""
        self._in_headers = False
        self._waited()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Know that the client has sent all."""
        self._in_message = False
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Wait for the client to take what was written."""
        self._wait()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Go on: the client took most of it."""
        if not self.transport.is_dropping:  # type: ignore[attr-defined]
            self._waited()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that was idle, or that never took its last answer."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            super().timeout_keep_alive_handler()

    def _wait(self) -> None:
        self._waited()
        self._waiting = self.loop.call_later(self.seconds, self._end)

    def _waited(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _end(self) -> None:
        self.transport.abort()
