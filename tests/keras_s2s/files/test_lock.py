import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from keras_s2s.files import lock
from keras_s2s.files.lock import InUseError, Lock

HOLDING = """
import sys, pathlib
from keras_s2s.files.lock import Lock
with Lock(pathlib.Path(sys.argv[1])):
    print(flush=True)
    sys.stdin.read()
"""


def hold(file):
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDING, file],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    other.stdout.readline()
    return other


def test_a_lock_says_who_holds_it_and_ends_with_its_process(tmp_path):
    file = tmp_path / "lock"
    with hold(file) as other:
        holder = f"Process {other.pid} on {socket.gethostname()}, since 2.* uses it"
        with pytest.raises(InUseError, match=holder):
            Lock(file)
        other.kill()
    assert file.exists()
    with Lock(file):
        assert json.loads(file.read_text())["process"] == os.getpid()
        with pytest.raises(InUseError, match=f"Process {os.getpid()} "):
            Lock(file)
    assert not file.exists()


def test_a_lock_moves_with_its_file(tmp_path):
    held = Lock(tmp_path / "lock")
    (tmp_path / "lock").rename(tmp_path / "moved")
    held.moved_to(tmp_path / "moved")
    with Lock(tmp_path / "lock"), pytest.raises(InUseError):
        Lock(tmp_path / "moved")
    held.release()
    assert list(tmp_path.iterdir()) == []


def test_a_lock_whose_file_was_removed_meanwhile_is_taken_once_more(
    tmp_path, monkeypatch
):
    file = tmp_path / "lock"
    try_lock = lock._try_lock

    def remove_first(descriptor):
        monkeypatch.setattr(lock, "_try_lock", try_lock)
        file.unlink()
        return try_lock(descriptor)

    monkeypatch.setattr(lock, "_try_lock", remove_first)
    with Lock(file), pytest.raises(InUseError):
        Lock(file)


@pytest.mark.parametrize(
    ("process", "host", "taken"),
    [
        ("alive", "here", True),
        ("dead", "here", False),
        ("dead", "elsewhere", True),
    ],
)
def test_where_files_cannot_be_locked_their_text_decides(
    tmp_path, monkeypatch, process, host, taken
):
    def refuse(*arguments):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lock.fcntl, "flock", refuse)
    # Ids are those of a process: workers that share the tests collect equal names.
    host = socket.gethostname() if host == "here" else host
    process = os.getpid() if process == "alive" else process
    if process == "dead":
        ended = subprocess.Popen([sys.executable, "-c", ""])
        ended.wait()
        process = ended.pid
    file = tmp_path / "lock"
    file.write_text(json.dumps({"process": process, "host": host, "since": "2026"}))
    if taken:
        with pytest.raises(
            InUseError, match=f"Process {process} on {host}, since 2026"
        ):
            Lock(file)
    else:
        with Lock(file):
            assert json.loads(file.read_text())["process"] == os.getpid()


def test_a_lock_that_cannot_be_written_is_not_held(tmp_path, monkeypatch):
    file = tmp_path / "lock"

    def fail(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "ftruncate", fail)
        with pytest.raises(OSError, match=f"No space left on device: '{file}'"):
            Lock(file)
    assert not file.exists()
    with Lock(file):
        pass


def test_a_lock_file_that_cannot_be_removed_holds_nobody_up(tmp_path, monkeypatch):
    file = tmp_path / "lock"

    def fail(*arguments, **options):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as read_only:
        read_only.setattr(Path, "unlink", fail)
        with Lock(file):
            pass
    assert file.exists()
    with Lock(file):
        pass
    assert not file.exists()
