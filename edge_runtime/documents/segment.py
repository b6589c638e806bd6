"""A text of a document that is translated as a whole."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from edge_runtime.errors import UserError


class DocumentError(UserError):
    """A document cannot be read, or cannot hold its translation."""


class State(Enum):
    """How far a segment is translated."""

    UNTRANSLATED = "untranslated"
    FUZZY = "fuzzy"
    """There is a translation, and a person has to look at it."""
    TRANSLATED = "translated"


def _nothing(_: str) -> str | None:
    return None


@dataclass(eq=False)
class Segment:
    """A text of a document that is translated as a whole.

    Attributes:
        source: What is translated. Markup of the format stands in it as numbered tags,
            `<g1>…</g1>`, `<g2/>`, and `<x3/>` for what stands for words; line ends
            within it are those of the text.
        line: Where it begins in the file, counted from 1.
        translation: What was found for it, in the same form as `source`. None before
            that, and where nothing sound was found: then what stood in the file stays,
            or the source stands for it.
        state: How far it is translated, in the file and after a translation.
        is_done: Whether a translation was looked for.
        find_problem: What the format has against a translation, in a few words, or
            None; tags and placeholders are checked for every format.
    """

    source: str
    line: int
    translation: str | None = None
    state: State = State.UNTRANSLATED
    is_done: bool = False
    find_problem: Callable[[str], str | None] = _nothing
