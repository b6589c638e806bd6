import socket
from contextlib import ExitStack

import pytest


@pytest.fixture
def free_addresses():
    """Addresses of two ports of this machine that nothing listens at."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.create_server(("", 0))) for _ in range(2)]
        return tuple(f"127.0.0.1:{probe.getsockname()[1]}" for probe in probes)
