"""What is read ends."""

import os
import threading
from pathlib import Path

import pytest

from edge_runtime.files.readable import InputError, read_input, require_readable


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/null"])
def test_devices_are_refused(device):
    for read in (require_readable, read_input):
        with pytest.raises(InputError, match=f"must be a file or a pipe.*{device}"):
            read(Path(device))


def test_files_and_pipes_are_read(tmp_path):
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.write_bytes(b"abc")
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(b"def",))
    writer.start()
    assert read_input(file) == b"abc"
    assert read_input(pipe) == b"def"
    writer.join()
    assert read_input(file, 3) == b"abc"
    with pytest.raises(InputError, match="at most 2 bytes"):
        read_input(file, 2)


def test_a_terminal_may_be_read():
    controller, terminal = os.openpty()
    require_readable(Path(os.ttyname(terminal)))
    os.close(controller)
    os.close(terminal)


def test_what_is_not_there_is_left_to_the_reader(tmp_path):
    require_readable(tmp_path / "none")
    with pytest.raises(FileNotFoundError):
        read_input(tmp_path / "none")
