"""A virtual environment for what is measured beside us, made once and kept."""

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

JOEYNMT_INSTALLATIONS = (
    ("torch==2.13.0",),
    # Its own bounds exclude today's libraries, with which it runs.
    ("--no-deps", "joeynmt==2.3.0"),
    (
        *("numpy", "pyyaml", "sacrebleu", "sacremoses", "sentencepiece", "subword-nmt"),
        *("tensorboard", "matplotlib", "pandas", "packaging", "datasets"),
        *("importlib_metadata", "six", "wrapt", "future"),
    ),
)
"""What pip is asked for, one call each."""


def prepare(folder: Path, installations: Sequence[Sequence[str]]) -> Path:
    """Make the environment, unless an earlier call made the same one.

    Args:
        folder: Where it is or will be.
        installations: Arguments of one `pip install` each, in order.

    Returns:
        Its Python interpreter.
    """
    python = folder / "bin" / "python"
    content = "\n".join(" ".join(arguments) for arguments in installations)
    # Written last, so a half-made environment is made again.
    finished = folder / "installed.txt"
    if finished.exists() and finished.read_text() == content:
        return python
    is_in_use = folder.exists() and any(folder.iterdir())
    if is_in_use and not (folder / "pyvenv.cfg").exists():
        # It is emptied below: nothing but an environment may be lost.
        sys.exit(f"{folder} must be new, empty or a virtual environment.")
    print(f"Installing into {folder}:", *content.splitlines(), sep="\n  ", flush=True)
    venv.create(folder, with_pip=True, clear=True)
    for arguments in installations:
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        result = subprocess.run(
            [*pip, "--disable-pip-version-check", *arguments],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if result.returncode:
            sys.exit(f"{' '.join(pip)} {' '.join(arguments)}:\n{result.stderr}")
    finished.write_text(content)
    return python
