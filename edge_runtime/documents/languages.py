"""Whether two language codes name one language."""

import re

_SEPARATOR = re.compile(r"[-_@.]")


def primary_language(code: str) -> str:
    """Return the first part of a language code, `zh` for `zh-Hans-CN`."""
    return _SEPARATOR.split(code)[0].lower()


def is_same_language(first: str, second: str) -> bool:
    """Return whether codes name one language, whatever its region or script."""
    return primary_language(first) == primary_language(second)
