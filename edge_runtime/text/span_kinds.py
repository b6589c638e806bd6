"""Kinds of text that a translation carries over: one table of patterns."""

import re
from dataclasses import dataclass

from edge_runtime.text.lazy_pattern import LazyPattern

_NAME = r"[A-Za-z][\w:.-]{0,63}"
_ATTRIBUTE = (
    r"(?:\s+[A-Za-z_:@][\w:.@-]{0,63}"
    r"""(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>=]+))?)"""
)
# Up to the next beginning: what has no end is not read twice.
_COMMENT = "<!--(?:[^<-]|-(?!->)|<(?!!--))*+-->"
_TAG = rf"</{_NAME}\s*>|<{_NAME}{_ATTRIBUTE}{{0,64}}+\s*/?>|{_COMMENT}|<!(?!--)[^<>]*>"
_ENTITY = r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});"

_ROLE = r"(?::[A-Za-z][\w+.:-]{0,60}:)?"
# The text of a link is translated, what stands around it is carried over.
_LINK = rf"{_ROLE}`[^`<>\n]+<[^`<>\n]+>`_{{0,2}}"
_CODE = rf"{_ROLE}``[^`\n]+(?:`[^`\n]+)*+``|{_ROLE}`[^`\n]+`_{{0,2}}"

_PLACEHOLDER = (
    r"\{\{[^{}\n]{1,80}\}\}|[$%#@]\{[^{}\s]{1,80}\}|\{[A-Za-z0-9_.:!\[\]-]{0,80}\}|"
    r"%\([A-Za-z0-9_.-]{1,80}\)[-+#0]?\d{0,3}(?:\.\d{1,3})?[A-Za-z]|"
    r"(?<![\d%])%(?:\d{1,2}\$)?[-+#0]?\d{0,3}(?:\.\d{1,3})?(?:hh|h|ll|l|z)?"
    r"[diouxXeEfFgGcspn@](?![A-Za-z])|"
    r"(?<![\d%])%\d{1,2}(?!\d)|%%|(?<!\w)__\w{1,60}?__(?!\w)"
)

# In Chinese and Japanese no space parts an address from the text around it.
_LATIN = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
_ADDRESS_CHARACTER = rf"[A-Za-z0-9{_LATIN}\-._~:/?#\[\]@!$&'*+,;=%]"
# What begins within an address ends there, too: /wiki/Mercury_(planet).
_BRACKETED = rf"\({_ADDRESS_CHARACTER}*\)"
_URL = (
    r"(?:(?:https?|ftps?|file)://(?:[\w-]{1,63}\.)*|(?<![\w.])www\.|mailto:)"
    rf"(?:{_ADDRESS_CHARACTER}|{_BRACKETED})*"
    rf"(?:[A-Za-z0-9{_LATIN}\-_~/#@$&+=%]|{_BRACKETED})"
)
_EMAIL = (
    rf"(?!')[A-Za-z0-9{_LATIN}.+_'-]{{1,64}}@"
    rf"[A-Za-z0-9{_LATIN}-]{{1,63}}(?:\.[A-Za-z0-9{_LATIN}-]{{1,63}})+"
)
_EXTENSION = (
    "bak|bat|bmp|bz2|cfg|cmd|conf|cpp|css|csv|dll|docx?|exe|gif|gz|html?|ini|ipynb|"
    "jar|java|jpe?g|js|json|lock|log|md|mov|mp[34]|odt|pdf|php|png|po|pptx?|ps1|py|"
    "pyc|rar|rs|rst|sh|so|sql|srt|svg|sys|tar|tex|tgz|toml|ts|tsv|txt|wav|webp|whl|"
    "xlsx?|xml|xz|ya?ml|zip|zst"
)
_FILE_CHARACTER = r"[A-Za-z0-9_.@+-]"
_PATH = (
    r"(?<![A-Za-z0-9_./\\~<])(?:"
    # ~/notes, ./run, ../run, /usr/bin/env
    rf"(?:~|\.{{1,2}})?(?:/{_FILE_CHARACTER}{{0,255}}[A-Za-z0-9_+-])+/?|"
    rf"[A-Za-z]:\\(?:{_FILE_CHARACTER}{{0,255}}[A-Za-z0-9_+-]\\?)+|"
    # src/main.py, setup.cfg
    # Not from the middle of a name, which would be tried anew at each of its marks.
    rf"(?<![@+-])(?:[A-Za-z0-9_@+-]{_FILE_CHARACTER}{{0,255}}/)*+"
    rf"[A-Za-z0-9_-]{_FILE_CHARACTER}{{0,255}}\.(?:{_EXTENSION})(?![A-Za-z0-9_])|"
    rf"\.[a-z][a-z0-9_-]{{1,40}}(?:rc|ignore|env|config)(?![A-Za-z0-9_])"
    r")"
)

_VERSION = (
    r"(?<![A-Za-z0-9_.,])[vV]\d{1,9}(?:\.\d{1,9})*(?:[-+.][A-Za-z0-9]{1,40})*+|"
    # 1.000.000 is a number.
    r"(?<![A-Za-z0-9_.,])(?!\d{1,3}(?:\.\d{3})+(?![\d.]))"
    r"\d{1,9}(?:\.\d{1,9}){2,}(?:[-+][A-Za-z0-9.]{0,40}[A-Za-z0-9])?"
)
# Words of letters and digits, or with underscores: MP3, COVID-19, snake_case.
_IDENTIFIER = (
    r"(?<![A-Za-z0-9_])(?:"
    r"[A-Za-z]{1,40}-?\d[A-Za-z0-9_]{0,60}|"
    r"_{0,2}[A-Za-z][A-Za-z0-9]{0,40}(?:_[A-Za-z0-9]{1,40})+_{0,2}"
    r")(?:\(\))?(?![A-Za-z0-9_])"
)

# What is written with these is a word of its own in other languages: 三万 is thirty
# thousand, 3月5日 the fifth of March.
_MAGNITUDE = "百佰千仟万萬亿億兆"
DATE_CHARACTERS = f"年月日号號份{_MAGNITUDE}"
"""What makes a word of the digits before it."""

_MONTH, _DAY = "(?:1[0-2]|0?[1-9])", "(?:3[01]|[12][0-9]|0?[1-9])"
_DATE = (
    rf"(?:(?<!\d)\d{{2,4}}\s?年\s?)?(?<!\d){_MONTH}\s?月\s?{_DAY}\s?[日号號]|"
    rf"(?<!\d)\d{{2,4}}\s?年\s?{_MONTH}\s?月|"
    rf"(?<!\d){_MONTH}\s?月(?:(?![\d份])|份)|"
    rf"(?<![\d.,:])\d[\d.,]{{0,5}}\s?[{_MAGNITUDE}]"
)
_CURRENCY = r"[$€£¥￥₩₽₹₺₴₪฿]"
_SPACE = "[ \u00a0\u202f]"
# Behind Chinese letters it is a sign (气温是-5度), but not in a range (10日-15日).
_SIGN = (
    rf"(?:(?<![\w)\]{_CURRENCY[1:-1]}])|"
    r"(?<=[^\x00-\u2e7f])(?<!\d[^\x00-\u2e7f])(?<!\d[^\x00-\u2e7f]{2}))[-+−±–]"
)
# Telephone numbers: +49 (0)30 123456, (555) 123-4567, 030/123456, 06 12 34 56 78. What
# is behind a group is no digit, and no colon: a time follows.
_GROUP = r"\d{1,12}(?![\d:])"
_SLASH = f"{_SPACE}?/{_SPACE}?"
_MORE_GROUPS = rf"(?:(?:{_SLASH}|{_SPACE}|[.-]){_GROUP})"
# As many digits as a telephone number has.
_SEVEN_DIGITS = r"(?=(?:[ \u00a0\u202f/.-]{0,3}\d){7})"
_TELEPHONE = (
    r"(?<=(?<![\w)\]])\+)(?:"
    rf"\d{{1,3}}{_SPACE}?\(\d{{1,5}}\)(?:{_SLASH}|{_SPACE})?"
    rf"{_GROUP}{_MORE_GROUPS}{{0,6}}+|"
    rf"{_SEVEN_DIGITS}\d{{1,3}}{_MORE_GROUPS}{{1,7}}+)|"
    rf"\(\d{{3}}\){_SPACE}?\d{{3}}(?:{_SPACE}|[.-])\d{{4}}(?!\d)|"
    rf"\(0\d{{1,5}}\){_SPACE}?(?=\d{{3}}){_GROUP}{_MORE_GROUPS}{{0,6}}+|"
    rf"{_SEVEN_DIGITS}0\d{{1,5}}(?:{_SLASH}|{_SPACE}|-)"
    rf"(?=\d{{3}}){_GROUP}{_MORE_GROUPS}{{0,6}}+|"
    rf"0\d(?:(?:{_SPACE}|[.-])\d\d(?!\d)){{4}}"
)
# Thousands: 1 000 000, 10 000, €12 345, 12 345,67. "Room 5 300 guests" has two numbers.
_THOUSANDS = (
    rf"[1-9]\d{{0,2}}(?:{_SPACE}\d{{3}}(?![\d:])){{2,7}}+(?:[.,]\d++)?|"
    rf"[1-9]\d{{0,2}}{_SPACE}(?:000(?![\d:])(?:[.,]\d++)?|"
    rf"\d{{3}}(?:[.,]\d\d(?!\d)|(?={_SPACE}?{_CURRENCY})))|"
    rf"(?<={_CURRENCY})[1-9]\d{{1,2}}{_SPACE}\d{{3}}(?![\d:])"
)
# Cards and accounts: 1234 5678 9012 3456.
_ACCOUNT = rf"\d{{4}}(?:(?:{_SPACE}|-)\d{{4}}){{2,4}}+(?![\d:])"
_GROUPS = f"{_TELEPHONE}|{_THOUSANDS}|{_ACCOUNT}"
_NUMBER = (
    # A keycap is a symbol.
    rf"(?!\d\ufe0f?\u20e3)(?:{_SIGN})?(?:{_CURRENCY}{_SPACE}?)?"
    rf"(?:{_GROUPS}|\d++(?:[.,:/'’\u00a0\u202f–−-]\d++)*+)"
    rf"(?:{_SPACE}?(?:[%‰]|°(?:[CF](?!\w))?|{_CURRENCY}(?!{_SPACE}?\d)))?"
)
_EMOJI = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b05-\u2b55\u231a-\u23ff\u2934\u2935]"
# Arrows, mathematical and technical signs, boxes and blocks.
_SIGNS = "\u2190-\u22ff\u2300-\u23ff\u2500-\u25ff\u27c0-\u2bff"
_SYMBOL = (
    "[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3|"
    rf"[©®™{_SIGNS}]|{_EMOJI}(?:[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]|\u200d{_EMOJI})*+"
)


@dataclass(frozen=True)
class SpanKind:
    """One kind of text that a translation takes over unchanged.

    Attributes:
        name: What options, reports and bundles call it.
        pattern: Regular expression of one span. It finds every span of a text in time
            proportional to the text's length.
        example: One span of the kind.
    """

    name: str
    pattern: str
    example: str


TERM = "term"
"""Terms of a glossary; they have no pattern."""

LINK = "link"
"""Group of `text <target>`: two spans of the kind "code" around the text."""

NOT_CARRIED = "not_carried"
"""Group of what looks like a number and is translated."""

ADDRESSES = (
    SpanKind("tag", f"{_TAG}|{_ENTITY}", "<b>"),
    SpanKind("code", _CODE, "`range`"),
    SpanKind("placeholder", _PLACEHOLDER, "{name}"),
    SpanKind("url", _URL, "https://example.org"),
    SpanKind("email", _EMAIL, "me@example.org"),
    SpanKind("path", _PATH, "setup.cfg"),
)
"""Kinds that a term cannot stand in."""

FIGURES = (
    SpanKind("version", _VERSION, "3.11.2"),
    SpanKind("identifier", _IDENTIFIER, "MP3"),
    SpanKind("number", _NUMBER, "43"),
    SpanKind("symbol", _SYMBOL, "🍎"),
)
"""Kinds that a term of a glossary goes before."""


def _named(*alternatives: tuple[str, str]) -> LazyPattern:
    groups = (f"(?P<{name}>{pattern})" for name, pattern in alternatives)
    return LazyPattern("|".join(groups))


ADDRESS = _named(
    ("tag", ADDRESSES[0].pattern),
    (LINK, _LINK),
    *((kind.name, kind.pattern) for kind in ADDRESSES[1:]),
)
"""Finds the addresses of a text; the group that matched is the kind."""

FIGURE = _named((NOT_CARRIED, _DATE), *((kind.name, kind.pattern) for kind in FIGURES))
"""Finds the figures of a text; the group that matched is the kind."""

MAY_HOLD_SPANS = re.compile(
    rf"[\d<&`{{%@\\/_:#*~\U0001f1e6-\U0001f1ff©®™{_SIGNS}]|\.[A-Za-z]|{_EMOJI}"
)
"""Finds nothing in a text without spans, at a fraction of the cost."""
