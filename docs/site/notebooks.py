"""Writes the tutorial's pages as notebooks: `python docs/site/notebooks.py`.

One notebook a page and language, `examples/NAME.ipynb` and `examples/NAME.zh.ipynb`, in
the format of nbformat 4.5. They hold what the pages hold, printed output included.
"""

import json
import re
from pathlib import Path
from typing import Any

from page_language import TUTORIALS
from tutorial_pages import DOCS, Block, read_blocks, tutorial_pages

EXAMPLES = DOCS.parent / "examples"

_LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")


def notebooks() -> dict[Path, str]:
    """Return the text of every notebook by its file."""
    return {
        EXAMPLES / notebook_name(page, language): notebook(page, language)
        for language in TUTORIALS
        for page in tutorial_pages(language)
    }


def notebook_name(page: Path, language: str) -> str:
    """Return the name of a page's notebook."""
    return f"{page.stem}.ipynb" if language == "en" else f"{page.stem}.{language}.ipynb"


def notebook(page: Path, language: str) -> str:
    """Return a page as a notebook, as JSON."""
    markdown = page.read_text(encoding="utf-8")
    cells = [
        {"id": f"cell-{number}", **_cell(block, page, language)}
        for number, block in enumerate(read_blocks(markdown))
    ]
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _cell(block: Block, page: Path, language: str) -> dict[str, Any]:
    if block.language not in ("python", "sh"):
        text = block.content
        if block.language:
            text = f"```{block.language}\n{text}```"
        text = _LINK.sub(lambda link: f"]({_target(link[1], page, language)})", text)
        return {"cell_type": "markdown", "metadata": {}, "source": _lines(text)}
    code = block.content.rstrip("\n")
    if block.language == "sh":
        code = f"%%bash\n{code}"
    outputs = []
    if block.output:
        stream = {"name": "stdout", "output_type": "stream"}
        outputs = [{**stream, "text": _lines(block.output)}]
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": outputs,
        "source": _lines(code),
    }


def _target(link: str, page: Path, language: str) -> str:
    """Return a link of a page as a notebook in `examples` needs it."""
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve()
    if target in tutorial_pages(language):
        return notebook_name(target, language)
    place = f"../{target.relative_to(DOCS.parent).as_posix()}"
    return f"{place}#{anchor}" if anchor else place


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def main() -> None:
    """Write all notebooks, and remove those of pages that are gone."""
    written = notebooks()
    for file in set(EXAMPLES.glob("*.ipynb")) - set(written):
        file.unlink()
    for file, text in written.items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
