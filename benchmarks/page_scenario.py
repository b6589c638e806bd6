"""Plays a scenario of the page's tests, in a browser, with a bundle of one's own.

Needs `make page`, Node and a browser.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

_ROOT = Path(__file__).parent.parent
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def play(scenario: str, bundle: str | Path, **needs: Any) -> Any:
    """Return what a scenario saw on the page that serves a bundle.

    Args:
        scenario: A scenario of tests/web/scenarios.mjs that prints one result.
        bundle: The bundle that is served.
        needs: What the scenario asks for.
    """
    (line,) = play_by_line(scenario, bundle, **needs)
    return line


def play_by_line(scenario: str, bundle: str | Path, **needs: Any) -> Iterator[Any]:
    """Yield what a scenario prints, each line when it comes; see `play`."""
    browser = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if browser is None:
        raise click.ClickException(f"one of {', '.join(_BROWSERS)} must be installed.")
    serve = [sys.executable, "-m", "edge_runtime", "serve", str(bundle), "--port", "0"]
    task = {
        "packages": str(_ROOT / "edge_runtime" / "web" / "package.json"),
        "browser": browser,
        "serve": serve,
        "next": None,
        **needs,
    }
    with subprocess.Popen(
        ["node", str(_ROOT / "tests" / "web" / "scenarios.mjs"), scenario],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=_ROOT,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no input and output")
        with process.stdin as stream:
            json.dump(task, stream)
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        raise click.ClickException(f"the scenario {scenario} failed: see above.")
