"""Sentences as numbers, by which equal and nearly equal ones are found."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]

_NO_WORD = re.compile(r"[\W_]+")


def normal_form(text: str) -> str:
    """Return a text without case, marks and spaces; a text of marks alone stays.

    Texts of one normal form differ in nothing that a translation depends on.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _NO_WORD.sub("", folded) or "".join(folded.split())


def key_of(*texts: str) -> int:
    """Return 64 bits that are others for other texts, but for chance."""
    joined = "\t".join(texts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(joined, digest_size=8).digest())


def repeated(keys: Keys) -> npt.NDArray[np.bool_]:
    """Return for each key whether an equal one stands before it."""
    order = np.argsort(keys, kind="stable")
    found = np.zeros(len(keys), dtype=np.bool_)
    found[order[1:]] = keys[order[1:]] == keys[order[:-1]]
    return found


def sentence_keys(sentences: Iterable[str]) -> Keys:
    """Return the keys of the normal forms of sentences; empty ones have none."""
    forms = {normal_form(sentence) for sentence in sentences} - {""}
    return np.fromiter((key_of(form) for form in forms), dtype=np.uint64)
