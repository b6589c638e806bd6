"""The script of a language or of a text, by its code of ISO 15924."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

import langcodes
from langcodes.tag_parser import LanguageTagError

_NO_LANGUAGE = (None, "mis", "mul", "zxx")
"""Codes of ISO 639 that are given where there is no one language."""

_SCRIPT_NAMES = {
    "CJK": "Hani",
    "HIRAGANA": "Hira",
    "KATAKANA": "Kana",
    "THAI": "Thai",
    "LAO": "Laoo",
    "KHMER": "Khmr",
    "MYANMAR": "Mymr",
    "TIBETAN": "Tibt",
    "JAVANESE": "Java",
    "BALINESE": "Bali",
}
"""Scripts without spaces, by the first word of the names of their letters."""

_LONGER_NAMES = {
    "TAI LE": "Tale",
    "NEW TAI": "Talu",
    "TAI THAM": "Lana",
    "TAI VIET": "Tavt",
}
"""The same, by the first two words."""

_LETTERS = re.compile(r"[^\W\d_]+")

_CHINESE_AND_JAPANESE = frozenset(("Hani", "Hans", "Hant", "Hira", "Kana", "Jpan"))

UNSPACED_SCRIPTS = _CHINESE_AND_JAPANESE.union(
    _SCRIPT_NAMES.values(), _LONGER_NAMES.values()
)
"""Scripts that write no space between words.

Reference:
    [Unicode line breaking](https://www.unicode.org/reports/tr14/), classes ID and SA.
"""

_LEAST_KANA = 0.05
"""Share of kana among characters above which a text is Japanese: running text has half,
titles a tenth, and Chinese text that quotes some a hundredth."""


def language_script(language: str) -> str:
    """Return the script that a language is written in.

    Args:
        language: Language code in any usual form: ISO 639-1, 639-2 or 639-3, a tag of
            BCP 47, or the name of a locale.

    Returns:
        The script that the code names, otherwise the likely one of that language;
        empty where the code is of no language.

    Example:
        >>> language_script("zh_CN.UTF-8"), language_script("jpn"), language_script("?")
        ('Hans', 'Jpan', '')
    """
    try:
        tag = langcodes.Language.get(re.split("[.@]", language, maxsplit=1)[0])
    except LanguageTagError:
        return ""
    if tag.script:
        return str(tag.script)
    if tag.language in _NO_LANGUAGE or not tag.is_valid():
        return ""
    likely = tag.maximize()
    if likely.territory == "US" and tag.language != "en":
        # What langcodes says of a language that it knows nothing about.
        return ""
    return str(likely.script)


def text_script(lines: Iterable[str]) -> str:
    """Return the script without spaces that most of a text is written in.

    A character of such a script counts as much as a whole word of the others, so
    foreign names in either kind of text change nothing.

    Args:
        lines: The text.

    Returns:
        "Jpan" for Japanese, "Hani" for Chinese; empty where most words have spaces
        between them.
    """
    counts: Counter[str] = Counter()
    words = 0
    for line in lines:
        for letters in _LETTERS.findall(line):
            scripts = [_unspaced_script(letter) for letter in letters]
            counts.update(filter(None, scripts))
            words += "" in scripts
    if counts.total() <= words:
        return ""
    kana = counts.pop("Hira", 0) + counts.pop("Kana", 0)
    both = kana + counts.pop("Hani", 0)
    counts["Jpan" if kana > _LEAST_KANA * both else "Hani"] = both
    return counts.most_common(1)[0][0]


@cache
def _unspaced_script(letter: str) -> str:
    """Return the script of a letter, if it is one without spaces."""
    first, second, *_ = (*unicodedata.name(letter, "").split(), "", "")
    return _SCRIPT_NAMES.get(first) or _LONGER_NAMES.get(f"{first} {second}", "")
