"""The built page in Firefox: the same translations, and no network after a visit."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from edge_runtime import Translator

pytestmark = pytest.mark.slow

FIREFOX = ("firefox-esr", "firefox")
TEXT = "我们去学校学习中文。"


@pytest.fixture(scope="module")
def firefox():
    """Path of Firefox."""
    for name in FIREFOX:
        if path := shutil.which(name):
            return path
    return pytest.skip("Firefox is not installed: the page was not tested in it.")


@pytest.fixture(scope="module")
def bundle(shared_files, tmp_path_factory):
    return shared_files.write(tmp_path_factory.mktemp("bundles") / "attention")


@pytest.fixture(scope="module")
def found(firefox, built_page, bundle, tiny):
    """What was seen in Firefox."""
    task = {
        "packages": str(built_page),
        "browser": firefox,
        "serve": [
            *[sys.executable, "-m", "edge_runtime", "serve", str(bundle)],
            *["--port", "0"],
        ],
        "text": TEXT,
        "lines": tiny.SOURCE_LINES,
    }
    result = subprocess.run(
        ["node", str(Path(__file__).parent / "firefox.mjs")],
        input=json.dumps(task),
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_lines_are_translated_as_in_python(found, bundle, tiny):
    expected = Translator(bundle).translate_batch(tiny.SOURCE_LINES)
    assert found["texts"] == [translation.text for translation in expected]
    assert len(set(found["texts"])) > 1


def test_the_page_translates_with_and_without_a_network(found, bundle):
    expected = Translator(bundle).translate(TEXT).text
    assert found["online"] == found["offline"] == expected != ""
    assert "works offline" in found["status"]
    assert not found["problems"]
