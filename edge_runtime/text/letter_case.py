"""Lines in capitals and titles: read in ordinary case, written as they came."""

import re
from enum import Enum


class LetterCase(Enum):
    """How the letters of a sentence are written."""

    ORDINARY = "ordinary"
    CAPITALS = "capitals"
    TITLE = "title"


_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_END = re.compile(r"[.!?…。！？]\W*$")
_FEWEST_TITLE_WORDS = 4
_SHORT_WORD = 3
"""Longest words that titles write small, such as "the" and "of"."""


def letter_case(text: str) -> LetterCase:
    """Return how the letters of a sentence are written.

    A sentence is in capitals if it has two letters or more and all of them are, and a
    title if it does not end like a sentence and all its longer words begin with one.
    """
    if text.isupper():
        letters = [character for character in text if character.isalpha()]
        # Scripts without capitals say nothing: 这是DVD is an ordinary sentence.
        is_all = len(letters) > 1 and all(map(str.isupper, letters))
        return LetterCase.CAPITALS if is_all else LetterCase.ORDINARY
    if _END.search(text[-8:]) or not any(map(str.isupper, text[1:])):
        return LetterCase.ORDINARY
    words = _WORD.findall(text)
    longer = [word for word in words if len(word) > _SHORT_WORD]
    is_title = (
        len(words) >= _FEWEST_TITLE_WORDS
        and len(longer) > 1
        and all(word[0].isupper() and word[1:].islower() for word in longer)
    )
    return LetterCase.TITLE if is_title else LetterCase.ORDINARY


def in_sentence_case(text: str) -> str:
    """Return a text whose letters are small but for the first.

    The text keeps its length: letters that would become two stay as they are.
    """
    for place, character in enumerate(text):
        if character.isalpha():
            rest = "".join(map(_lower, text[place + 1 :]))
            return f"{text[: place + 1]}{rest}"
    return text


def in_letter_case(text: str, case: LetterCase) -> str:
    """Return a translation in the case of its source; it keeps its length."""
    if case is LetterCase.CAPITALS:
        return "".join(map(_upper, text))
    if case is LetterCase.TITLE:
        return _WORD.sub(lambda word: _upper(word[0][0]) + word[0][1:], text)
    return text


def _lower(character: str) -> str:
    lower = character.lower()
    return lower if len(lower) == 1 else character


def _upper(character: str) -> str:
    if character == "ß":
        return "ẞ"
    upper = character.upper()
    return upper if len(upper) == 1 else character
