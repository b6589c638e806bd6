"""Files that results are written to."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from edge_runtime.files.replacement import replace_file


def write_text(text: str, path: Path) -> None:
    """Write a text as UTF-8, see `replace_file`."""
    replace_file(path, text.encode("utf-8"))


def write_json(content: Any, path: Path) -> None:
    """Write a plain object as indented JSON."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    write_text(f"{text}\n", path)


def write_hypotheses(hypotheses: Iterable[str], path: Path) -> None:
    """Write one translation a line, as sacreBLEU's command reads them."""
    replace_file(path, hypothesis_lines(hypotheses))


def hypothesis_lines(hypotheses: Iterable[str]) -> bytes:
    """Return one translation a line, in UTF-8."""
    lines = [" ".join(hypothesis.splitlines()) for hypothesis in hypotheses]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")
