"""The pages of the tutorial as blocks of text, code and printed output."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from page_language import TUTORIALS

DOCS = Path(__file__).parents[1]

_FENCE = re.compile(
    r"^```(?P<language>\w+)\n(?P<code>.*?)^```\n"
    # What a block prints stands right under it.
    r"(?:\n?^```text\n(?P<output>.*?)^```\n)?",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """A piece of a page.

    Attributes:
        language: "python", "sh" or another language of code, or "" for text.
        content: The text, or the code without its fence.
        output: What the code prints, as the page shows it; None where it shows nothing.
    """

    language: str
    content: str
    output: str | None = None


def tutorial_pages(language: str) -> list[Path]:
    """Return the pages of the tutorial in one language, in their order."""
    return sorted((DOCS / TUTORIALS[language]).glob("[0-9][0-9]-*.md"))


def read_blocks(markdown: str) -> Iterator[Block]:
    """Yield the blocks of a page: text, code, text and so on."""
    end = 0
    for fence in _FENCE.finditer(markdown):
        if text := markdown[end : fence.start()].strip():
            yield Block("", text)
        yield Block(fence["language"], fence["code"], fence["output"])
        end = fence.end()
    if text := markdown[end:].strip():
        yield Block("", text)


def with_outputs(markdown: str, outputs: list[str]) -> str:
    """Return a page whose blocks of Python and shell show what they printed.

    Args:
        markdown: The page.
        outputs: What each such block printed, in their order.
    """
    remaining = iter(outputs)

    def show(fence: re.Match[str]) -> str:
        code = f"```{fence['language']}\n{fence['code']}```\n"
        if fence["language"] not in ("python", "sh"):
            return fence[0]
        printed = next(remaining).rstrip("\n")
        return code + (f"\n```text\n{printed}\n```\n" if printed else "")

    return _FENCE.sub(show, markdown)
