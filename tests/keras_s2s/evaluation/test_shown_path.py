import subprocess
import sys

from keras_s2s.evaluation.shown_path import shown_path

SHOW = """
import sys
from keras_s2s.evaluation.shown_path import shown_path
sys.stdout.buffer.write("\\n".join(map(shown_path, sys.argv[1:])).encode())
"""


def test_a_name_is_shown_as_it_is():
    assert shown_path("目录/束") == "目录/束"


def test_bytes_that_are_no_text_are_escaped_in_any_locale():
    for locale in ("C", "C.UTF-8"):
        found = subprocess.run(
            [sys.executable, "-c", SHOW, "目录/束".encode(), b"b\xff"],
            env={"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            check=True,
        )
        assert found.stdout.decode().split("\n") == ["目录/束", "b\\xff"]
