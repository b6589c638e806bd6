"""Files that results are written to: checked before the work, written after it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def check_output_paths(paths: Iterable[Path | None]) -> None:
    """Refuse paths that cannot be written, before minutes are spent on results.

    Args:
        paths: Files to be written; None is skipped.

    Raises:
        ValueError: A directory is missing, or a directory stands in the way.
    """
    for path in paths:
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise ValueError(
                "An output file must be in a directory that exists, and not be one "
                f"itself. Received: {path}."
            )


def write_text(text: str, path: Path) -> None:
    """Write a text beside its place, then put it there: never half a file."""
    content = text.encode("utf-8")
    partial = path.with_name(f"{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)


def write_json(content: Any, path: Path) -> None:
    """Write a plain object as indented JSON."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(f"{text}\n", path)


def write_hypotheses(hypotheses: Iterable[str], path: Path) -> None:
    """Write one translation a line, as sacreBLEU's command reads them."""
    lines = [" ".join(hypothesis.splitlines()) for hypothesis in hypotheses]
    write_text("".join(f"{line}\n" for line in lines), path)
