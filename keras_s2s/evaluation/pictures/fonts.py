"""Fonts of this machine that have the glyphs of a text."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from matplotlib import font_manager

from keras_s2s.evaluation.script import language_script

_EVERYWHERE = "DejaVu Sans"
"""Ships with matplotlib: Latin, Greek, Cyrillic, Arabic, Hebrew and more."""

_CJK_FAMILY = "Noto Sans CJK JP"
_CJK_PACKAGE = "notojp-matplotlib"
_CJK_FILE = "NotoSansCJKjp-Regular.otf"

_PREFERRED = {
    "Hans": ("Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", _CJK_FAMILY),
    "Hant": ("Noto Sans CJK TC", "Noto Sans TC", "PingFang TC", _CJK_FAMILY),
    "Jpan": (_CJK_FAMILY, "Noto Sans JP", "Hiragino Sans", "Yu Gothic"),
    "Kore": ("Noto Sans CJK KR", "Noto Sans KR", "Malgun Gothic", _CJK_FAMILY),
}
"""Families to look for first where languages share characters, by script."""

_LAST_RESORT = "Last Resort"
"""Draws a box for every character there is; matplotlib carries it."""


class FontError(ValueError):
    """No font on this machine has a glyph that must be drawn."""


def font_families(text: str, language: str = "") -> list[str]:
    """Return the families that draw a text together, for matplotlib's fallback.

    Args:
        text: Everything that will be drawn with them.
        language: Its language code; decides between fonts of shared characters.

    Raises:
        FontError: A character has no glyph in any font.
    """
    families: list[str] = []
    missing = {
        character
        for character in text
        if not character.isspace() and unicodedata.category(character) not in _UNDRAWN
    }
    for family in _candidates(language):
        found = {character for character in missing if _has_glyph(family, character)}
        if found or not families:
            families.append(family)
        missing -= found
        if not missing:
            return families
    examples = "".join(sorted(missing)[:10])
    scripts = sorted({_script(character) for character in missing})
    raise FontError(
        f"A font must have every glyph that is drawn. No font on this machine has "
        f"{examples!r} ({', '.join(scripts)}); install one, on Debian the package "
        "fonts-noto-core or fonts-noto-cjk."
    )


_UNDRAWN = frozenset(("Cc", "Cf"))  # controls and direction marks


def _candidates(language: str) -> Iterator[str]:
    yield _EVERYWHERE
    _register_cjk_package()
    yield from _PREFERRED.get(language_script(language), ())
    installed = {entry.name for entry in font_manager.fontManager.ttflist}
    yield from sorted(family for family in installed if _LAST_RESORT not in family)


@cache
def _register_cjk_package() -> None:
    """Tell matplotlib of the font file in `notojp-matplotlib`, where it is installed.

    The package itself is not imported: that would change matplotlib's defaults.
    """
    try:
        files = distribution(_CJK_PACKAGE).files or []
    except PackageNotFoundError:
        return
    for file in files:
        if file.name == _CJK_FILE:
            font_manager.fontManager.addfont(Path(str(file.locate())))


@cache
def _path(family: str) -> str | None:
    """Return the file of a family's upright face of the most usual weight."""
    faces = [
        entry
        for entry in font_manager.fontManager.ttflist
        if entry.name == family
        and entry.style == "normal"
        and Path(entry.fname).is_file()  # matplotlib remembers fonts that are gone
    ]
    if not faces:
        return None
    return str(min(faces, key=lambda face: abs(_weight(face.weight) - 400)).fname)


def _weight(weight: str | int) -> int:
    return weight if isinstance(weight, int) else font_manager.weight_dict[weight]


def _has_glyph(family: str, character: str) -> bool:
    path = _path(family)
    if path is None:
        return False
    return font_manager.get_font(path).get_char_index(ord(character)) != 0


def _script(character: str) -> str:
    # The first word of a character's name: "THAI CHARACTER KO KAI".
    return unicodedata.name(character, "unnamed").split()[0].capitalize()
