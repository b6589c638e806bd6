import socket
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime.files.writable import OutputError, check_writable


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="needs Unix sockets")
def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the address of a socket is short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        with pytest.raises(OutputError, match=r"Received: .*/socket, a socket"):
            check_writable(tmp_path / "socket")


CHECK = """
from pathlib import Path
from edge_runtime.files.writable import OutputError, check_writable
check_writable(Path("/dev/null"))
try:
    check_writable(Path("/dev/tty"))
except OutputError as error:
    print(error)
"""


@pytest.mark.skipif(not Path("/dev/tty").exists(), reason="needs /dev/tty")
def test_a_device_that_does_not_open_is_refused():
    found = subprocess.run(
        [sys.executable, "-c", CHECK],
        start_new_session=True,  # without a terminal
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.startswith("/dev/tty cannot be written: ")


def test_a_path_that_leaves_no_room_for_the_partial_file_is_refused(tmp_path):
    folder = tmp_path
    while len(str(folder)) < 3900:
        folder /= "x" * 100
    folder /= "x" * (4080 - len(str(folder)))
    folder.mkdir(parents=True)
    # Of 4096 bytes that a path has on Linux, some are left for the file itself.
    with pytest.raises(OutputError, match="cannot be written: File name too long"):
        check_writable(folder / "a")
    check_writable(folder.parent / "a")
