"""Whether two language codes name one language."""

import re

from edge_runtime.text.language_codes import primary_language

_UNKNOWN = ("source", "target")
"""What a recipe and its bundle call languages that nobody named."""

_CODE = re.compile(r"(?:[A-Za-z0-9]+(?:[-_@.][A-Za-z0-9]+)*)?")


def is_same_language(first: str, second: str) -> bool:
    """Return whether codes name one language, whatever its region or script."""
    return primary_language(first) == primary_language(second)


def known_language(code: str) -> str:
    """Return a language code as a bundle has it, or nothing if it names no language."""
    return "" if code in _UNKNOWN else code


def require_language(code: str) -> None:
    """Refuse what cannot stand as a language code in a document.

    Raises:
        ValueError: It has other characters than codes have.
    """
    if not _CODE.fullmatch(code):
        raise ValueError(
            "A language code must be letters, digits and - as in pt-BR. "
            f"Received: {code!r}."
        )
