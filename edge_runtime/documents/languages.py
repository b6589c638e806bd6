"""Whether two language codes name one language."""

import re

_UNKNOWN = ("source", "target")
"""What a recipe and its bundle call languages that nobody named."""

_SEPARATOR = re.compile(r"[-_@.]")


def primary_language(code: str) -> str:
    """Return the first part of a language code, `zh` for `zh-Hans-CN`."""
    return _SEPARATOR.split(code)[0].lower()


def is_same_language(first: str, second: str) -> bool:
    """Return whether codes name one language, whatever its region or script."""
    return primary_language(first) == primary_language(second)


def known_language(code: str) -> str:
    """Return a language code as a bundle has it, or nothing if it names no language."""
    return "" if code in _UNKNOWN else code
