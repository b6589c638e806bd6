"""Commands of the project, run as processes of their own."""

import subprocess
import sys
from pathlib import Path


def run(log: Path, *arguments: str) -> str:
    """Run a command; return what it prints, and add its messages to a file."""
    with log.open("a") as messages:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            check=True,
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
        ).stdout
