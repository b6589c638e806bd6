import os
import subprocess
import sys

import pytest

SHOWING = """
import sys
from pathlib import Path
from edge_runtime.commands.screen import show
show("±1 μ 我 → x")
show("more")
Path(sys.argv[1]).write_text("done")
"""


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("cp1252", "±1 μ"),
        ("cp932", "±1 μ 我 → x"),
        ("cp437", "±1"),
        ("ascii", "\\xb11 \\u03bc \\u6211 \\u2192 x"),
        ("utf-8", "±1 μ 我 → x"),
    ],
)
def test_a_console_shows_what_it_can(tmp_path, encoding, shown):
    done = tmp_path / "done"
    found = subprocess.run(
        [sys.executable, "-c", SHOWING, done],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
        check=False,
    )
    assert found.returncode == 0, found.stderr.decode()
    lines = found.stdout.decode(encoding).splitlines()
    assert len(lines) == 2
    if encoding in {"cp1252", "cp437"}:
        shown = "±1 μ".encode(encoding, "backslashreplace").decode(encoding)
    assert lines[0].startswith(shown)
    assert done.exists()


@pytest.mark.parametrize("stdout", ["gone", "closed"])
def test_work_goes_on_where_nobody_reads(tmp_path, stdout):
    done = tmp_path / "done"
    reader, writer = os.pipe()
    os.close(reader)
    try:
        found = subprocess.run(
            [sys.executable, "-c", SHOWING, done],
            stdout=writer if stdout == "gone" else None,
            stderr=subprocess.PIPE,
            preexec_fn=(lambda: os.close(1)) if stdout == "closed" else None,
            check=False,
        )
    finally:
        os.close(writer)
    assert (found.returncode, found.stderr) == (0, b"")
    assert done.exists()
