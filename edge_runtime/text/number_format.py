"""Numbers as the readers of a language write them."""

import re
from dataclasses import dataclass

_SPACES = "\u00a0\u202f "


@dataclass(frozen=True)
class NumberFormat:
    """The separators of numbers.

    Attributes:
        decimal: Stands before the fraction.
        group: Stands between thousands.
    """

    decimal: str
    group: str


_POINT = NumberFormat(".", ",")
_COMMA = NumberFormat(",", ".")
_COMMA_AND_SPACE = NumberFormat(",", "\u202f")
_POINT_AND_APOSTROPHE = NumberFormat(".", "’")

_COMMA_LANGUAGES = frozenset(
    "az ca da de el es eu fo gl hr id is it ka lt mk nl pt ro sl sq sr tr vi".split()
)
_SPACE_LANGUAGES = frozenset(
    "be bg cs et fi fr hu hy kk ky lv nb nn no pl ru sk sv tg tk tt uk uz".split()
)
_OTHERWISE = {
    "de-ch": _POINT_AND_APOSTROPHE,
    "de-li": _POINT_AND_APOSTROPHE,
    "it-ch": _POINT_AND_APOSTROPHE,
    "es-mx": _POINT,
    "es-us": _POINT,
    "pt-pt": _COMMA_AND_SPACE,
}


def number_format(language: str) -> NumberFormat:
    """Return how a language writes numbers; as English does where nothing is known.

    Args:
        language: Its code, such as `de` or `de-CH`.

    Reference:
        The number symbols of [Unicode's CLDR](https://cldr.unicode.org).
    """
    code = language.lower().replace("_", "-")
    if code in _OTHERWISE:
        return _OTHERWISE[code]
    primary = code.partition("-")[0]
    if primary in _COMMA_LANGUAGES:
        return _COMMA
    return _COMMA_AND_SPACE if primary in _SPACE_LANGUAGES else _POINT


def rewrite_number(text: str, source: NumberFormat, target: NumberFormat) -> str:
    """Return a number with the separators of another format.

    What is no plain number, such as a time, a date, a telephone number or a version,
    stays as it is, and so does a number that the source's format would not write.

    Args:
        text: A number, with its sign and unit.
        source: How it is written.
        target: How it is to be written.

    Example:
        >>> rewrite_number("-1,234.5%", number_format("en"), number_format("de"))
        '-1.234,5%'
    """
    groups = re.escape(source.group)
    if source.group in _SPACES:
        groups = f"[{_SPACES}]"
    elif source.group == "’":
        groups = "['’]"
    decimal = re.escape(source.decimal)
    whole = rf"\d{{1,3}}(?:{groups}\d{{3}})+|\d+"
    pattern = rf"(\D*)({whole})(?:{decimal}(\d+))?(\D*)"
    found = re.fullmatch(pattern, text)
    if not found:
        return text
    before, integer, fraction, after = found.groups()
    # +48 601 234 567 and 020 123 456 are telephone numbers.
    is_grouped = not integer.isdecimal()
    if is_grouped and (
        integer.startswith("0") or (source.group in _SPACES and before.endswith("+"))
    ):
        return text
    integer = re.sub(r"\D", target.group, integer)
    if fraction is None:
        return f"{before}{integer}{after}"
    return f"{before}{integer}{target.decimal}{fraction}{after}"
