"""Which language a text is in, of those that come into question."""

from collections.abc import Sequence
from typing import Any, Final

from edge_runtime.text.language_codes import primary_language

_MOST_CHARACTERS: Final = 2_000
"""Of the beginning of a text, which are read: more tell nothing new."""

_LABELS: Final = {"fil": "tl", "in": "id", "iw": "he", "nb": "no"}
"""What py3langid calls languages that have another code, too."""


def load_py3langid() -> Any:
    """Return the identifier of py3langid, with probabilities, for all its languages.

    Raises:
        ModuleNotFoundError: py3langid is not installed.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


class LanguageIdentifier:
    """Tells the languages apart that it is made for; works offline.

    [py3langid](https://github.com/adbar/py3langid) compares the bytes of a text with
    those that each language is written with. It comes with
    `pip install "keras-s2s[identify]"`.

    Args:
        languages: Language codes, such as `zh-Hans`; the first part of each names the
            language. Codes of one language count as the first of them.

    Raises:
        ValueError: There is no language, or one that py3langid does not know.
        ModuleNotFoundError: py3langid is not installed.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        codes: dict[str, str] = {}
        for language in languages:
            primary = primary_language(language)
            codes.setdefault(_LABELS.get(primary, primary), language)
        if not codes:
            raise ValueError("`languages` must name at least one. Received: none.")
        self._codes = codes
        self._identifier = load_py3langid()
        known = self._identifier.labels
        unknown = [code for label, code in codes.items() if label not in known]
        if unknown:
            raise ValueError(
                "`languages` must be among those that py3langid tells apart: "
                f"{', '.join(known)}. Received: {', '.join(unknown)}."
            )
        self._identifier.set_languages(list(codes))

    def rank(self, text: str) -> list[tuple[str, float]]:
        """Return all languages and how probable each is, the most probable first.

        Args:
            text: Any text. Where it tells nothing, as do digits alone, all languages
                are as probable, and stand in the order in which they were given.

        Returns:
            Language codes as they were given, with probabilities whose sum is 1.
        """
        found = dict(self._identifier.rank(text[:_MOST_CHARACTERS]))
        ranked = [(code, found[label]) for label, code in self._codes.items()]
        return sorted(ranked, key=lambda pair: -pair[1])
