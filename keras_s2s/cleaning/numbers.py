"""Numbers and markup that stand on one side of a pair and others on the other."""

import re
import unicodedata
from collections import Counter
from typing import Final

from edge_runtime.text.spans import find_spans

_GROUPED: Final = re.compile(
    r"(?<!\d)\d{1,3}(?:([.,'’ \u00a0\u202f])\d{3})(?:\1\d{3})*(?!\d)"
)
"""A number with marks between thousands: 14,000 and 14 000."""

_DIGITS: Final = re.compile(r"\d+")
_SCALES: Final = re.compile(r"\d\s*[万亿億萬千百十만억천]")
_MARKUP: Final = frozenset({"tag", "placeholder", "url", "email"})


def have_other_numbers(source: str, target: str) -> bool:
    """Return whether each side has a number that the other one lacks.

    A number that one side alone has may be a word on the other. Leading zeros, marks
    between thousands, zeros after a mark, hours of half a day and numbers with words
    such as million make no difference.
    """
    if not (any(map(str.isdigit, source)) and any(map(str.isdigit, target))):
        return False
    if _SCALES.search(source) or _SCALES.search(target):
        return False
    sources, targets = _numbers(source), _numbers(target)
    left, other = sources - targets, targets - sources
    for number in list(left.elements()):
        match = next((each for each in other if _are_one(number, each)), None)
        if match is not None:
            left[number] -= 1
            other[match] -= 1
            left, other = +left, +other
    return bool(left and other)


def have_other_markup(source: str, target: str) -> bool:
    """Return whether the sides have other tags, placeholders or addresses."""
    sources, targets = (
        Counter(span.text for span in find_spans(text, _MARKUP))
        for text in (source, target)
    )
    return sources != targets


def _numbers(text: str) -> Counter[int]:
    text = unicodedata.normalize("NFKC", text)
    text = _GROUPED.sub(lambda match: re.sub(r"\D", "", match[0]), text)
    return Counter(int(digits[:18]) for digits in _DIGITS.findall(text) if int(digits))


def _are_one(number: int, other: int) -> bool:
    low, high = sorted((number, other))
    if high - low == 12 and high <= 24:
        return True
    # 15 billion and 15,000,000,000.
    digits, all_digits = str(low), str(high)
    zeros = all_digits[len(digits) :]
    return all_digits.startswith(digits) and len(zeros) >= 3 and not int(zeros)
