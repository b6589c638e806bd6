import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from edge_runtime.files.replacement import replace_file


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path):
    file = tmp_path / "file"
    replace_file(file, b"a longer text")
    replace_file(file, b"short")
    assert file.read_bytes() == b"short"
    assert list(tmp_path.iterdir()) == [file]


def test_writing_that_fails_leaves_the_file_as_it_was_and_names_it(
    tmp_path, monkeypatch
):
    file = tmp_path / "file"
    replace_file(file, b"before")

    def fail(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match=f"No space left on device: '{file}'"):
        replace_file(file, b"half")
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]


def test_permissions_are_those_of_the_umask_or_of_the_file_before(tmp_path):
    file = tmp_path / "file"
    mask = os.umask(0o027)
    try:
        replace_file(file, b"")
    finally:
        os.umask(mask)
    assert file.stat().st_mode & 0o777 == 0o640
    file.chmod(0o600)
    replace_file(file, b"")
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path, there):
    (tmp_path / "folder").mkdir()
    if there:
        (tmp_path / "folder" / "file").write_bytes(b"before")
    (tmp_path / "folder" / "second").symlink_to("file")
    link = tmp_path / "link"
    link.symlink_to("folder/second")
    replace_file(link, b"after")
    assert link.is_symlink()
    assert (tmp_path / "folder" / "second").is_symlink()
    assert (tmp_path / "folder" / "file").read_bytes() == b"after"


def test_links_in_a_circle_are_an_error(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="symbolic links"):
        replace_file(tmp_path / "a", b"")


@pytest.mark.parametrize("name", ["译" * 80 + ".json", "x" * 255], ids=len)
def test_any_name_that_a_file_system_takes_can_be_written(tmp_path, name):
    for content in (b"before", b"after"):
        replace_file(tmp_path / name, content)
        assert (tmp_path / name).read_bytes() == content
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_pipe_is_written_into(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    replace_file(pipe, b"x" * 200_000)  # more than a pipe holds
    reader.join()
    assert read == [b"x" * 200_000]
    assert pipe.is_fifo()


def test_a_device_is_written_into(tmp_path):
    device = tmp_path / "null"
    device.symlink_to(os.devnull)
    replace_file(device, b"nothing of it stays")
    assert device.is_symlink()
    assert Path(os.devnull).is_char_device()


WRITING = """
import os, sys
from pathlib import Path
from edge_runtime.files.replacement import replace_file
print("first")
replace_file(Path(sys.argv[1]), b"second\\n")
print("third")
"""


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="needs /dev/stdout")
@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_an_open_file_is_written_into_where_it_stands(tmp_path, path, into):
    file = tmp_path / "output"
    with file.open("w") as output:
        found = subprocess.run(
            [sys.executable, "-c", WRITING, path],
            stdout=subprocess.PIPE if into == "pipe" else output,
            check=True,
        )
    content = found.stdout if into == "pipe" else file.read_bytes()
    assert content == b"first\nsecond\nthird\n"
    assert list(tmp_path.iterdir()) == [file]


def test_what_goes_wrong_while_tidying_up_hides_nothing(tmp_path, monkeypatch):
    file = tmp_path / "file"

    def fail(number):
        def failing(*arguments, **options):
            raise OSError(number, os.strerror(number))

        return failing

    monkeypatch.setattr(Path, "unlink", fail(errno.EROFS))
    replace_file(file, b"there")
    assert file.read_bytes() == b"there"
    monkeypatch.setattr(os, "fsync", fail(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left on device"):
        replace_file(file, b"half")
