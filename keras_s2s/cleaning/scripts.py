"""Lines in another script than those around them."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache

from edge_runtime.text.words import is_cjk

_USUAL_SHARE = 0.05
"""Smallest share of the letters of a side that a script has which belongs there."""

_FEWEST_LETTERS = 2
_LETTERS_OF_CJK = 4
"""Latin letters that say as much as a Chinese or Japanese character."""


@cache
def script_of(letter: str) -> str:
    """Return the first word of a letter's name, such as LATIN or CJK."""
    return unicodedata.name(letter, "").partition(" ")[0]


class ScriptCheck:
    """Which scripts one side of a corpus is written in.

    Args:
        sentences: Sentences of that side, most of which are right.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        counts = Counter(
            letter for sentence in sentences for letter in sentence if letter.isalpha()
        )
        scripts: Counter[str] = Counter()
        for letter, count in counts.items():
            scripts[script_of(letter)] += count
        least = _USUAL_SHARE * scripts.total()
        self._usual = {script for script, count in scripts.items() if count >= least}

    def is_other(self, sentence: str) -> bool:
        """Return whether more than half of the letters are of other scripts."""
        if sentence.isascii() and "LATIN" in self._usual:
            return False
        usual = others = 0
        for letter in filter(str.isalpha, sentence):
            if script_of(letter) in self._usual:
                usual += _LETTERS_OF_CJK if is_cjk(letter) else 1
            else:
                others += 1
        return others >= _FEWEST_LETTERS and others > usual
