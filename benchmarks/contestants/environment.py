"""An environment that holds what only a benchmark's peers need."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def make_environment(folder: Path, requirements: Sequence[str]) -> Path:
    """Make a virtual environment, or complete the one that is there.

    Args:
        folder: Where it is or will be.
        requirements: What pip is asked for.

    Returns:
        Its Python.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    subprocess.run(
        [
            str(python),
            *["-m", "pip", "install", "--quiet", "--disable-pip-version-check"],
            *requirements,
        ],
        check=True,
    )
    return python
