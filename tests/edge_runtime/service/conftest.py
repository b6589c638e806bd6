"""A service that runs for all tests, as its command starts it, and a small client."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys

import pytest


class Service:
    """A process of `edge-translate serve --api`, and what it answers."""

    def __init__(self, process, port):
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def ask(self, method, path, body=None, headers=None):
        """Return status, headers and body of a response."""
        with contextlib.closing(self.connect()) as connection:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()

    def post(self, path, **fields):
        """Return status and content of what is answered to JSON."""
        content = json.dumps(fields, ensure_ascii=False).encode()
        kind = {"Content-Type": "application/json"}
        status, _, body = self.ask("POST", path, content, kind)
        return status, json.loads(body)

    def get(self, path):
        status, _, body = self.ask("GET", path)
        return status, json.loads(body)

    def metric(self, name):
        """Return the value of a line of `/metrics`."""
        text = self.ask("GET", "/metrics")[2].decode()
        return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)[1])

    def stop(self):
        """Return exit code and standard error after SIGTERM."""
        self.process.send_signal(signal.SIGTERM)
        _, errors = self.process.communicate(timeout=60)
        return self.process.returncode, errors


@contextlib.contextmanager
def serving(*arguments, host="127.0.0.1"):
    """Start a service at a free port; end it, whatever happens."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "edge_runtime", "serve", "--api", "--port", "0"),
            *map(str, arguments),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    try:
        line = process.stdout.readline()
        found = re.search(rf"http://{re.escape(host)}:(\d+) ", line)
        assert found, process.communicate()
        yield Service(process, int(found[1]))
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


@pytest.fixture(scope="session")
def served_bundles(attention_files, fixed_context_files, tmp_path_factory):
    """Paths of two bundles, from Chinese to English and from English to German."""
    folder = tmp_path_factory.mktemp("served")
    languages = {"source_language": "en", "target_language": "de"}
    return (
        attention_files.write(folder / "zh-en"),
        fixed_context_files.write(folder / "en-de", **languages),
    )


@pytest.fixture(scope="session")
def start_service():
    """Return a context manager that starts a service with the arguments given to it."""
    return serving


@pytest.fixture(scope="session")
def service(served_bundles):
    """A service of two bundles with small limits, for all tests that do not stop it."""
    with serving(
        *served_bundles,
        *("--char-limit", 200, "--batch-limit", 20, "--alternatives-limit", 3),
        *("--body-limit", 20_000, "--seconds-to-send", 2, "--connection-limit", 40),
    ) as running:
        yield running
        # Whatever clients did: nothing of it is an error of the service.
        assert running.stop() == (0, "")
