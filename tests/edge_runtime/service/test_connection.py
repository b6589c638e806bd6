"""Limits of a connection, with a transport that only notes what is done to it."""

import asyncio
import errno

import pytest

pytest.importorskip("starlette", reason="needs the serve extra")

import uvicorn
from uvicorn.server import ServerState

from edge_runtime.service.connection import BoundedConnection


class Transport:
    """A client that takes nothing."""

    def __init__(self):
        self.aborted = asyncio.Event()
        self.closed = self.ended = False
        self.buffer_size = 0

    def get_extra_info(self, name):
        return None

    def get_write_buffer_size(self):
        return self.buffer_size

    def is_closing(self):
        return self.closed

    def write_eof(self):
        self.ended = True

    def abort(self):
        self.aborted.set()

    def close(self):
        self.closed = True

    def write(self, data):
        pass

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


class QuickConnection(BoundedConnection):
    seconds = 0.02
    busy = headers_too_long = None


async def answer(scope, receive, send):
    headers = [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def connected(check):
    """Run a check with a connection that had its first request answered."""

    async def run():
        config = uvicorn.Config(answer, lifespan="off", ws="none", log_config=None)
        config.load()
        loop = asyncio.get_running_loop()
        connection = QuickConnection(config, ServerState(), {}, _loop=loop)
        transport = Transport()
        connection.connection_made(transport)
        connection.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while not connection.cycle.response_complete:
            await asyncio.sleep(0)
        await check(connection, transport)
        connection.connection_lost(None)

    asyncio.run(run())


async def is_aborted(transport):
    try:
        await asyncio.wait_for(transport.aborted.wait(), 0.2)
    except TimeoutError:
        return False
    return True


def test_an_answer_that_is_not_taken_ends_the_connection():
    async def check(connection, transport):
        connection.pause_writing()
        assert await is_aborted(transport)

    connected(check)


def test_an_answer_that_is_taken_in_time_does_not():
    async def check(connection, transport):
        connection.pause_writing()
        connection.resume_writing()
        assert not await is_aborted(transport)

    connected(check)


@pytest.mark.parametrize("buffer_size", [0, 10])
def test_an_idle_connection_is_closed_and_cut_off_if_it_takes_nothing(buffer_size):
    async def check(connection, transport):
        transport.buffer_size = buffer_size
        connection.timeout_keep_alive_handler()
        assert (transport.closed, transport.aborted.is_set()) == (
            buffer_size == 0,
            buffer_size > 0,
        )

    connected(check)


def test_line_ends_instead_of_a_request_do_not_keep_a_connection():
    async def check(connection, transport):
        connection.data_received(b"\r\n")
        assert await is_aborted(transport)

    connected(check)


def test_headers_without_end_end_the_connection():
    async def check(connection, transport):
        connection.data_received(b"GET / HTTP/1.1\r\nX: ")
        connection.data_received(b"x" * 60_000)
        assert not transport.aborted.is_set()
        connection.data_received(b"x" * 6_000)
        assert transport.aborted.is_set()

    connected(check)


@pytest.mark.parametrize(
    "beginning", [b"0\r\n", b"0\r\nX: y\r\nY: ", b"5;x=", b"1\r\nx\r\n0\r\nX: "]
)
def test_what_is_kept_of_a_body_beside_its_text_has_an_end_too(beginning):
    """Headers may stand behind a body in chunks, and words behind a chunk's size."""

    async def check(connection, transport):
        head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.data_received(head + beginning)
        repeated = b"X: y\r\n" if beginning.endswith(b"\n") else b"xxxxxx"
        connection.data_received(repeated * 10_000)
        assert not transport.aborted.is_set()
        connection.data_received(repeated * 1_000)
        assert transport.aborted.is_set()

    connected(check)


def test_long_headers_in_several_packets_are_answered_once_they_are_complete():
    async def check(connection, transport):
        connection.headers_too_long = connection.config.loaded_app
        connection.data_received(b"GET / HTTP/1.1\r\nX: ")
        connection.data_received(b"x" * 60_000)
        connection.data_received(b"x" * 6_000 + b"\r\n\r\n")
        assert connection.app is connection.headers_too_long
        assert not transport.aborted.is_set()

    connected(check)


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_long_body_is_no_header(is_chunked):
    async def check(connection, transport):
        if is_chunked:
            head, part = b"Transfer-Encoding: chunked", b"1\r\nx\r\n" * 10_000
        else:
            head, part = b"Content-Length: 1000000", b"x" * 60_000
        connection.data_received(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % head)
        for _ in range(10):
            connection.data_received(part)
        assert not transport.aborted.is_set()

    connected(check)


def test_who_waits_for_a_body_that_is_broken_is_told_that_its_client_has_gone():
    async def check(connection, transport):
        received = asyncio.get_running_loop().create_future()

        async def wait(scope, receive, send):
            received.set_result(await receive())

        connection.config.loaded_app = wait
        head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.data_received(head)
        await asyncio.sleep(0)
        connection.data_received(b"Z\r\n")
        message = await asyncio.wait_for(received, 1)
        assert message["type"] == "http.disconnect"

    connected(check)


@pytest.mark.parametrize("is_taken_late", [False, True])
def test_what_still_arrives_after_an_answer_is_dropped_for_a_time(is_taken_late):
    async def check(connection, transport):
        connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nq")
        connection.transport.close()
        assert (transport.ended, transport.closed) == (True, False)
        connection.data_received(b"no part of a request \r\n\r\n")
        if is_taken_late:
            connection.resume_writing()
        assert await is_aborted(transport)
        assert not transport.closed

    connected(check)


def test_a_client_that_has_gone_is_waited_for_no_more():
    async def check(connection, transport):
        def fail():
            raise OSError(errno.ENOTCONN, "not connected")

        transport.write_eof = fail
        connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nq")
        connection.transport.close()
        assert transport.aborted.is_set()

    connected(check)


def test_a_service_that_ends_waits_for_nothing_that_still_arrives():
    async def check(connection, transport):
        connection.data_received(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nq")
        connection.transport.close()
        connection.transport.close()
        assert transport.aborted.is_set()

    connected(check)
