"""A term of a glossary in a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A term of a sentence.

    Attributes:
        begin: Where it begins: a character of the sentence without markup, or a source
            token, see `in_tokens`.
        end: Where it ends.
        forms: What may stand for it in the translation.
    """

    begin: int
    end: int
    forms: tuple[str, ...]
