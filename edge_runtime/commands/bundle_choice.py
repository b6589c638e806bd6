"""Which of several bundles translates a line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge_runtime.errors import UserError
from edge_runtime.text.language_codes import primary_language

if TYPE_CHECKING:
    from edge_runtime.language_identifier import LanguageIdentifier


class BundleChoice:
    """Chooses by the language of a line, unless the user names one for all lines.

    Args:
        source_languages: What each bundle translates from.
        chosen: The language that the user names; `None` for none.

    Raises:
        ValueError: The languages do not tell the bundles apart, or none of them is the
            one that the user names.
        UserError: The package that tells languages apart is not installed.
    """

    def __init__(self, source_languages: Sequence[str], chosen: str | None) -> None:
        self._places: dict[str, int] = {}
        for place, language in enumerate(source_languages):
            self._places.setdefault(language, place)
        self._identifier: LanguageIdentifier | None = None
        primaries = [primary_language(language) for language in source_languages]
        if chosen is not None:
            places = [
                place
                for place, language in enumerate(source_languages)
                if chosen.lower() == language.lower()
            ] or [
                place
                for place, primary in enumerate(primaries)
                if primary_language(chosen) == primary
            ]
            if len(places) != 1:
                raise ValueError(
                    "`source_language` must be what one bundle translates from: "
                    f"{', '.join(source_languages)}. Received: {chosen}."
                )
            self._only = places[0]
            return
        self._only = 0
        if len(source_languages) == 1:
            return
        if len(set(primaries)) != len(primaries):
            raise ValueError(
                "bundles must translate from different languages, by which they are "
                f"chosen. Received: {', '.join(source_languages)}."
            )
        self._identifier = _identifier_of(source_languages)

    def choose(self, text: str) -> int:
        """Return the number of the bundle for a text, counted from 0."""
        if self._identifier is None:
            return self._only
        return self._places[self._identifier.rank(text)[0][0]]


def _identifier_of(languages: Sequence[str]) -> "LanguageIdentifier":
    # Imported here, so that one bundle needs nothing of it.
    from edge_runtime.language_identifier import LanguageIdentifier

    try:
        return LanguageIdentifier(languages)
    except ModuleNotFoundError as error:
        raise UserError(
            f'{error}. To choose among bundles: pip install "keras-s2s[identify]", '
            "or name the language with --source-language."
        ) from None
