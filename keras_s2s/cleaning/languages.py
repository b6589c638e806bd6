"""Lines in another language than those around them."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any

from edge_runtime.documents.languages import known_language
from edge_runtime.language_identifier import load_py3langid

_LEAST_PROBABILITY = 0.05
"""Below it, a line is not in the language of its side."""

_LEAST_OF_PAIRS = 0.01
"""The same where the words of both sides translate each other: names, which are the
same in many languages, can make a line look foreign."""

_FEWEST_LETTERS = 5
_SAMPLE = 500
_AGREEING = 0.6
"""Share of a sample that must be in one language to be judged by it."""


@cache
def language_identifier() -> Any:
    """Return py3langid's identifier, which is large, always the same one."""
    return load_py3langid()


class LanguageCheck:
    """Which language one side of a corpus is in.

    Args:
        identifier: What `language_identifier` returned.
        code: Language code of the side; empty or unknown to go by `sentences`.
        sentences: Sentences of that side, most of which are right.

    Attributes:
        language: Code of the language; empty where sentences do not agree on one that
            the identifier knows, and none is checked.
    """

    def __init__(self, identifier: Any, code: str, sentences: Sequence[str]) -> None:
        self._identifier = identifier
        found = Counter(
            identifier.classify(sentence)[0] for sentence in sentences[:_SAMPLE]
        )
        self.language: str = max(found, key=found.__getitem__, default="")
        agreed = found[self.language] >= _AGREEING * found.total()
        given = known_language(code).lower().replace("_", "-").partition("-")[0]
        if not agreed or (given and given != self.language):
            self.language = ""

    def is_other(self, sentence: str, are_pair: bool) -> bool:
        """Return whether a sentence is hardly in the language of its side.

        Args:
            sentence: The sentence.
            are_pair: Whether its words and those of the other side translate each
                other.
        """
        if not self.language or sum(map(str.isalpha, sentence)) < _FEWEST_LETTERS:
            return False
        language, _ = self._identifier.classify(sentence)
        if language == self.language:
            return False
        ranks = dict(self._identifier.rank(sentence))
        least = _LEAST_OF_PAIRS if are_pair else _LEAST_PROBABILITY
        return bool(ranks.get(self.language, 0.0) < least)
