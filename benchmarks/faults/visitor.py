"""Somebody who opens the page that a server serves."""

import contextlib
import http.client
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_LISTENS = "0A"
"""State of a socket in `/proc/net/tcp`."""


class Visitor:
    """Somebody who opens the page that a server serves, and ends the server.

    It finds the server by the port that it listens at: what the server says of its
    address may be lost, and it serves nevertheless.
    """

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._thread = threading.Thread()

    def start(self, process: int) -> None:
        """Begin to look for the server."""
        self._thread = threading.Thread(target=self._use, args=(process,))
        self._thread.start()

    def end(self) -> None:
        """Wait until everything was asked."""
        self._thread.join()

    def _use(self, process: int) -> None:
        try:
            port = self._port(process)
            if port:
                for name in ("", "bundle/bundle.json", "bundle/encoder.onnx"):
                    self._ask(port, name)
                os.kill(process, signal.SIGINT)
        except (OSError, http.client.HTTPException) as error:
            time.sleep(0.5)  # it may be about to end
            if _lives(process):
                self.complaints.append(f"Traceback: the server answers {error!r}")
                os.kill(process, signal.SIGKILL)

    def _port(self, process: int) -> int:
        while True:
            with contextlib.suppress(OSError):
                for port in _listened(process):
                    return port
            if not _lives(process):
                return 0
            time.sleep(0.01)

    def _ask(self, port: int, name: str) -> None:
        for _ in range(2):  # what cannot be read once can be read again
            connection = http.client.HTTPConnection("localhost", port, timeout=60)
            connection.request("GET", f"/keras-s2s/{name}")
            status = connection.getresponse().status
            connection.close()
            if status == 200:
                return
            if status != 500:
                break
        self.complaints.append(f"Traceback: {name} is answered with {status}")


def _listened(process: int) -> Iterator[int]:
    """Yield the ports at which a process waits for connections."""
    files = Path(f"/proc/{process}/fd").iterdir()
    links = (str(file.readlink()) for file in files)
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    for line in Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[3] == _LISTENS and fields[9] in sockets:
            yield int(fields[1].partition(":")[2], 16)


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False
