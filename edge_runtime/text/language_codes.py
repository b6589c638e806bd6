"""Parts of language codes."""

import re

_SEPARATOR = re.compile(r"[-_@.]")


def primary_language(code: str) -> str:
    """Return the first part of a language code, `zh` for `zh-Hans-CN`."""
    return _SEPARATOR.split(code)[0].lower()
