"""Why a sentence pair is named; several reasons of a pair are one number."""

from enum import IntFlag
from typing import Final


class Reason(IntFlag):
    """One bit for each reason."""

    EMPTY = 1
    IDENTICAL = 2
    DUPLICATE = 4
    NEAR_DUPLICATE = 8
    HELD_OUT = 16
    LENGTH = 32
    ENCODING = 64
    SCRIPT = 128
    LANGUAGE = 256
    NUMBERS = 512
    MARKUP = 1024
    SHIFTED = 2048
    CUT = 4096


MEANINGS: Final = {
    Reason.EMPTY: "a side without text",
    Reason.IDENTICAL: "the target is the source",
    Reason.DUPLICATE: "the same pair stands before",
    Reason.NEAR_DUPLICATE: "before, but for case, marks or spaces",
    Reason.HELD_OUT: "a sentence of the validation or test text",
    Reason.LENGTH: "one side is far too long for the other",
    Reason.ENCODING: "text that was decoded wrongly",
    Reason.SCRIPT: "written in another script than the rest",
    Reason.LANGUAGE: "in another language than the rest",
    Reason.NUMBERS: "other numbers on each side",
    Reason.MARKUP: "other tags or placeholders on each side",
    Reason.SHIFTED: "translates a neighbouring line",
    Reason.CUT: "a side breaks off",
}


def reason_names(reasons: int) -> list[str]:
    """Return the names of the reasons in a number, such as `near-duplicate`."""
    return [
        (reason.name or "").lower().replace("_", "-")
        for reason in Reason
        if reasons & reason
    ]


def reason_of(name: str) -> Reason:
    """Return a reason by its name.

    Raises:
        KeyError: There is none of this name.
    """
    return Reason[name.upper().replace("-", "_")]
