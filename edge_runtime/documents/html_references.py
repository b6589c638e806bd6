"""Character references of HTML, such as `&amp;` and `&#8212;`."""

import html
import re

_DECIMAL = re.compile(r"&#0*([0-9]+)")
_MOST_DIGITS = 7
"""Of the number of a character, which is at most 1,114,111."""
_NO_CHARACTER = "&#1114112"


def unescape(text: str) -> str:
    """Return what a text of HTML says.

    A number of thousands of digits names no character, and Python converts none.

    Args:
        text: Text with references.
    """
    if "&#" in text:
        text = _DECIMAL.sub(_bounded, text)
    return html.unescape(text)


def _bounded(match: re.Match[str]) -> str:
    return f"&#{match[1]}" if len(match[1]) <= _MOST_DIGITS else _NO_CHARACTER
