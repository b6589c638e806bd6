"""Lines in another language than those around them, and whole texts in another."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import islice
from typing import Any

from edge_runtime.documents.languages import known_language
from edge_runtime.language_identifier import load_py3langid
from keras_s2s.data.corpus import Corpus, CorpusError

logger = logging.getLogger(__name__)

_LEAST_PROBABILITY = 0.05
"""Below it, a line is not in the language of its side."""

_LEAST_OF_PAIRS = 0.01
"""The same where the words of both sides translate each other: names, which are the
same in many languages, can make a line look foreign."""

_FEWEST_LETTERS = 10
_SAMPLE = 500
_AGREEING = 0.6
"""Share of a sample that must be in one language to be judged by it."""


@cache
def language_identifier() -> Any:
    """Return py3langid's identifier, which is large, always the same one."""
    return load_py3langid()


def language_of(identifier: Any, sentences: Iterable[str]) -> str:
    """Return the code of the language that most sentences are in.

    Args:
        identifier: What `language_identifier` returned.
        sentences: Sentences; the first 500 are looked at.

    Returns:
        The code, two letters; empty where they do not agree.
    """
    found = Counter(
        identifier.classify(sentence)[0] for sentence in islice(sentences, _SAMPLE)
    )
    language: str = max(found, key=found.__getitem__, default="")
    return language if found[language] >= _AGREEING * found.total() else ""


def primary_code(code: str) -> str:
    """Return the language of a code such as de-AT: de; empty for an unknown one."""
    return known_language(code).lower().replace("_", "-").partition("-")[0]


def require_not_exchanged(
    what: str, given: tuple[str, str], found: tuple[str, str]
) -> None:
    """Refuse text whose source and target are each in the language of the other.

    Args:
        what: What to call the text in the error.
        given: Codes of source and target as they should be.
        found: As `language_of` returns them.

    Raises:
        CorpusError: They are exchanged.
    """
    source, target = map(primary_code, given)
    if source and target and source != target and (target, source) == found:
        raise CorpusError(
            f"Source and target must not be exchanged. Most sources of {what} are in "
            f"{found[0]} and most targets in {found[1]}, not in {source} and {target}."
        )


def require_right_sides(corpus: Corpus, given: tuple[str, str]) -> None:
    """Refuse a corpus whose source and target are each in the language of the other.

    Args:
        corpus: The corpus; its first pairs are looked at.
        given: Codes of source and target as they should be; empty where not known.

    Raises:
        CorpusError: They are exchanged, or the corpus cannot be read.
    """
    if not all(given):
        return
    pairs = list(islice(corpus, _SAMPLE))
    identifier = language_identifier()
    found = (
        language_of(identifier, (pair.source for pair in pairs)),
        language_of(identifier, (pair.target for pair in pairs)),
    )
    require_not_exchanged(corpus.names, given, found)


def require_language(
    what: str, sentences: Iterable[str], language: str, other: str
) -> None:
    """Refuse text of the language that a model translates into.

    Says so where most sentences are in a third language.

    Args:
        what: What to call the text in messages.
        sentences: The text, whose first 500 sentences are looked at.
        language: Code of the language that it should be in; nothing is checked without.
        other: Code of the other language of the model.

    Raises:
        CorpusError: It is text of the other language.
    """
    wanted, other = primary_code(language), primary_code(other)
    found = language_of(language_identifier(), sentences) if wanted else ""
    if not found or found == wanted:
        return
    if found == other:
        raise CorpusError(
            f"{what} must be in {wanted}, from which the model translates. Most of "
            f"its lines are in {found}, into which it translates: is it the right "
            "model?"
        )
    logger.warning("Most lines of %s look like %s, not %s.", what, found, wanted)


class LanguageCheck:
    """Which language one side of a corpus is in.

    Args:
        identifier: What `language_identifier` returned.
        code: Language code of the side; empty or unknown to go by `sentences`.
        sentences: Sentences of that side, most of which are right.

    Attributes:
        found: Code of the language that most sentences are in; empty where they do not
            agree on one that the identifier knows.
        language: The same; empty, too, where another one is given, and none is checked.
    """

    def __init__(self, identifier: Any, code: str, sentences: Sequence[str]) -> None:
        self._identifier = identifier
        self.found = language_of(identifier, sentences)
        given = primary_code(code)
        self.language = "" if given and given != self.found else self.found
        self._given = given

    def __str__(self) -> str:
        if self.language:
            return self.language
        if self.found:
            return f"not checked: most lines look like {self.found}, not {self._given}"
        return "not checked"

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
