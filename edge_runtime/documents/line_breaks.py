"""Line breaks of wrapped text: taken out before translation, put back after it."""

import unicodedata
from collections.abc import Callable


def joint(before: str, after: str) -> str:
    """Return what stands between two lines when they become one: a space, or nothing.

    Args:
        before: End of the first line.
        after: Beginning of the second.
    """
    if before[-1:] and after[:1] and is_wide(before[-1]) and is_wide(after[0]):
        return ""
    return " "


def is_wide(char: str) -> bool:
    """Return whether a character is one of scripts that are written without spaces."""
    return unicodedata.east_asian_width(char) in "WF"


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(1 + is_wide(char) for char in text)


def break_lines(
    text: str, count: int, measure: Callable[[str], int] = width
) -> list[str]:
    """Return a text in at most so many lines of similar width, broken at spaces.

    Args:
        text: One line.
        count: Number of lines; there are fewer if there are fewer words.
        measure: Returns how many columns a part of it takes: as many as its words and
            the spaces between them.
    """
    words = text.split(" ")
    # Each word is measured once, however long its line becomes.
    widths = [measure(word) for word in words]
    lines: list[str] = []
    remaining = sum(widths) + len(widths) - 1
    begin = 0
    while begin < len(words) and len(lines) < count - 1:
        goal = remaining / (count - len(lines))
        taken, end = widths[begin], begin + 1
        # A word goes where more of it lies before the goal than behind it.
        while end < len(words) and taken + 1 + widths[end] / 2 <= goal:
            taken += 1 + widths[end]
            end += 1
        lines.append(" ".join(words[begin:end]))
        remaining -= taken + 1
        begin = end
    if begin < len(words):
        lines.append(" ".join(words[begin:]))
    return lines
