"""What `keras-s2s demo` says at its end can be typed as it stands."""

import shutil
import sys
from pathlib import Path

import pytest

from keras_s2s.commands import demo

BUNDLE = Path("demo", "bundles", "bahdanau")


@pytest.mark.parametrize(
    ("is_built", "on_path", "expected"),
    [
        (True, True, "edge-translate serve demo/bundles/bahdanau"),
        (False, True, "make page && edge-translate serve demo/bundles/bahdanau"),
        (True, False, "env/bin/edge-translate serve demo/bundles/bahdanau"),
    ],
)
def test_the_next_step_is_a_command_that_is_there(
    is_built, on_path, expected, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "is_page_built", lambda: is_built)
    monkeypatch.setattr(shutil, "which", lambda name: name if on_path else None)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "env" / "bin" / "python"))
    assert demo.next_step(BUNDLE) == f"try it in a browser: {expected}"
