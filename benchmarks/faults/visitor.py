"""Somebody who opens the page that a server serves."""

import contextlib
import http.client
import os
import re
import signal
import threading
import time
from pathlib import Path


class Visitor:
    """Somebody who opens the page that a server serves, and ends the server.

    Args:
        output: Where the server says its address.
    """

    def __init__(self, output: Path) -> None:
        self._output = output
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
                found = re.search(rb"localhost:(\d+)/", self._output.read_bytes())
                if found:
                    return int(found[1])
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


def _lives(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False
