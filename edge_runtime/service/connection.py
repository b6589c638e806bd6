"""A connection that ends when its client is too slow, or sends headers without end.

One that ends before its request was read lets the client read the answer first.
"""

import asyncio
import json
from typing import Any, Final

from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from edge_runtime.service.answered_transport import AnsweredTransport

_MOST_HEADER_BYTES: Final = 1 << 16
_BYTES_AROUND: Final = len(": \r\n")
"""Bytes of a line of a header beside its name and its value."""


class BoundedConnection(HttpToolsProtocol):
    """uvicorn's connection, with limits that it leaves to a proxy.

    The time to send the headers of a request, and the time to take an answer, are
    `seconds` each. The address and the headers of a request have at most 64 KiB
    together: longer ones are refused, and those without end, also behind a body, end
    the connection.

    Attributes:
        seconds: Of a class of its own for each service, as are the others.
        connection_limit: Most connections that are answered.
        busy: The application that answers further ones.
        headers_too_long: The application that answers longer headers.
    """

    seconds: float = 30.0
    connection_limit: int = 256
    busy: ASGIApp
    headers_too_long: ASGIApp

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: asyncio.TimerHandle | None = None
        self._bytes_since_progress = 0
        self._header_bytes = 0
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
        self._bytes_since_progress += len(data)
        if self._waiting is None and (
            self.cycle is None or self.cycle.response_complete
        ):
            # Something comes after an answer; it has to become a request.
            self._wait()
        super().data_received(data)
        # Whatever is neither a body nor the end of something is kept until it ends.
        if self._bytes_since_progress > _MOST_HEADER_BYTES:
            self.transport.abort()

    def on_message_begin(self) -> None:
        """Wait for the rest of the headers."""
        self._bytes_since_progress = self._header_bytes = 0
        self._in_message = True
        self._wait()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Count the address."""
        self._header_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count a header."""
        self._header_bytes += len(name) + len(value) + _BYTES_AROUND
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Go on without a limit: the application has one for the body."""
        self._bytes_since_progress = 0
        self._waited()
        self.app = self._application()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Go on: a body has a limit of its own."""
        self._bytes_since_progress = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Know that the client has sent all."""
        self._in_message = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that something is no HTTP, as JSON like every error."""
        if self.cycle is not None and not self.cycle.response_complete:
            # What it waits for never comes, and nothing may follow the last answer.
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        body = json.dumps({"error": msg}).encode()
        head = [
            b"HTTP/1.1 400 Bad Request",
            *(b"%s: %s" % header for header in self.server_state.default_headers),
            b"content-type: application/json",
            b"content-length: %d" % len(body),
            b"connection: close",
        ]
        self.transport.write(b"\r\n".join([*head, b"", body]))
        self.transport.close()

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

    def _application(self) -> ASGIApp:
        """Return what answers the request whose headers are complete."""
        if self._header_bytes > _MOST_HEADER_BYTES:
            return self.headers_too_long
        # This connection counts, but not yet the task of this request.
        limit = self.connection_limit
        if len(self.connections) > limit or len(self.tasks) >= limit:
            return self.busy
        return self.config.loaded_app  # type: ignore[no-any-return]

    def _wait(self) -> None:
        self._waited()
        self._waiting = self.loop.call_later(self.seconds, self._end)

    def _waited(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _end(self) -> None:
        self.transport.abort()
