"""Plural forms of gettext: how many, and which one a number takes."""

import functools
import gettext
import re
from collections.abc import Callable
from dataclasses import dataclass

from edge_runtime.text.language_codes import primary_language

# No two parts that follow each other take the same character: a header that is none
# costs no more than its length.
_HEADER = re.compile(r"nplurals\s*=\s*([0-9]{1,9})\s*;\s*plural\s*=([^;]+)(?:;\s*)?")
MOST_FORMS = 10
"""CLDR has six at most, zero, one, two, few, many and other; polib reads one digit."""
_NUMBERS = range(200)
"""Numbers in which every form of every language occurs."""

_SLAVIC = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
    "(n%100<10 || n%100>=20) ? 1 : 2);"
)
# The forms that the manual of GNU gettext and its `msginit` give.
_FORMS = {
    "nplurals=1; plural=0;": "id ja ko lo ms my th vi zh",
    "nplurals=2; plural=(n != 1);": """
        af az bg bn ca da de el en eo es et eu fi fo fy gl gu ha he hi hu it kn ku lb
        ml mn mr nb ne nl nn no pa pt sq sv sw ta te tk ur
        """,
    "nplurals=2; plural=(n > 1);": "am fa fr hy mg oc ti tr uz wa",
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n != 0 ? 1 : 2);": "lv",
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && (n%100<10 || "
    "n%100>=20) ? 1 : 2);": "lt",
    _SLAVIC: "be bs hr ru sr uk",
    "nplurals=3; plural=(n==1) ? 0 : (n>=2 && n<=4) ? 1 : 2;": "cs sk",
    "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) "
    "? 1 : 2);": "pl",
    "nplurals=3; plural=(n==1 ? 0 : (n==0 || (n%100 > 0 && n%100 < 20)) ? 1 : 2);": (
        "ro"
    ),
    "nplurals=4; plural=(n%100==1 ? 0 : n%100==2 ? 1 : n%100==3 || n%100==4 ? 2 : "
    "3);": "sl",
    "nplurals=5; plural=(n==1 ? 0 : n==2 ? 1 : n<7 ? 2 : n<11 ? 3 : 4);": "ga",
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 "
    ": n%100>=11 ? 4 : 5);": "ar",
}
_REGIONS = {"pt-br": "nplurals=2; plural=(n > 1);"}


@dataclass(frozen=True)
class PluralForms:
    """The plural forms of a language.

    Attributes:
        count: How many there are.
        form_of: Returns the form that a number takes.
    """

    count: int
    form_of: Callable[[int], int]

    @functools.cached_property
    def singular(self) -> int:
        """The form of 1."""
        return self.form_of(1)

    @functools.cached_property
    def is_singular_alone(self) -> bool:
        """Whether 1 is the only number that takes its form."""
        return [self.form_of(n) for n in _NUMBERS].count(self.singular) == 1


def read_plural_forms(header: str) -> PluralForms | None:
    """Return what a `Plural-Forms` header says; None if it says nothing.

    A header is from a stranger: one of more than `MOST_FORMS` forms, for each of which
    every plural would be written, says nothing.

    Args:
        header: Such as `nplurals=2; plural=(n != 1);`.
    """
    found = _HEADER.fullmatch(header.strip())
    if found is None or int(found[1]) > MOST_FORMS:
        return None
    try:
        # Compiles the expression of C, and nothing but such an expression, of at most
        # 1000 characters and 20 brackets within each other.
        forms = PluralForms(int(found[1]), gettext.c2py(found[2].strip()))
        fits = {forms.form_of(n) for n in _NUMBERS} <= set(range(forms.count))
    except (ValueError, ZeroDivisionError):
        return None
    return forms if fits else None


def plural_header(language: str) -> str | None:
    """Return the `Plural-Forms` header of a language; None if it is not known."""
    region = _REGIONS.get(language.lower().replace("_", "-"))
    if region is not None:
        return region
    primary = primary_language(language)
    return next(
        (forms for forms, codes in _FORMS.items() if primary in codes.split()), None
    )
