"""Languages of the bundles that are served, and which one translates what."""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import langcodes

from edge_runtime.service.api_error import bad_request, shown
from edge_runtime.text.language_codes import primary_language


@dataclass(frozen=True)
class Direction:
    """What a bundle translates from and to, as language codes."""

    source: str
    target: str


class Directions:
    """The directions of all bundles, in their order.

    Args:
        directions: One per bundle.

    Raises:
        ValueError: Two bundles have the same direction.
    """

    def __init__(self, directions: Sequence[Direction]) -> None:
        self._directions = tuple(directions)
        if len(set(self._directions)) != len(self._directions):
            raise ValueError(
                "bundles must have different directions. Received: "
                + ", ".join(f"{each.source} to {each.target}" for each in directions)
                + "."
            )
        self.sources = _unique(each.source for each in directions)
        self.languages = _unique(
            code for each in directions for code in (each.source, each.target)
        )

    def listed(self) -> list[dict[str, Any]]:
        """Return the languages as `/languages` lists them."""
        return [
            {
                "code": code,
                "name": language_name(code),
                # Every text is its own translation into its own language.
                "targets": sorted(
                    {
                        code,
                        *(
                            each.target
                            for each in self._directions
                            if each.source == code
                        ),
                    }
                ),
            }
            for code in self.languages
        ]

    def language(self, requested: str) -> str:
        """Return the code of a language that is served, by a code of the client.

        The same code comes first, then one of the same language: `zh` finds `zh-Hans`.

        Raises:
            ApiError: No bundle has the language.
        """
        same = [code for code in self.languages if code.lower() == requested.lower()]
        alike = [
            code
            for code in self.languages
            if primary_language(code) == primary_language(requested)
        ]
        found = same or alike
        if not found:
            raise bad_request(f"{shown(requested)} is not supported")
        return found[0]

    def find(self, source: str, target: str) -> int | None:
        """Return which bundle translates, counted from 0; `None` if nothing has to.

        Args:
            source: A language that is served.
            target: Another one, or the same.

        Raises:
            ApiError: No bundle has the direction.
        """
        if source == target:
            return None
        direction = Direction(source, target)
        if direction not in self._directions:
            raise bad_request(
                f"{language_name(target)} ({target}) is not available as a target "
                f"language from {language_name(source)} ({source})"
            )
        return self._directions.index(direction)

    @property
    def first(self) -> Direction:
        """The direction of the first bundle."""
        return self._directions[0]


@functools.cache  # of the languages that are served
def language_name(code: str) -> str:
    """Return the English name of a language; the code itself where it has none."""
    try:
        language = langcodes.Language.get(code)
        return language.display_name() if language.is_valid() else code
    except ValueError:
        return code


def _unique(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))
