"""A glossary: terms of the source and what they are in the target language."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from edge_runtime.files.readable import read_input
from edge_runtime.text.words import is_cjk

Found = tuple[int, int, tuple[str, ...]]
"""Begin and end of a term in a text, and its translations."""

_FORMS = "|"

_LARGEST_FILE = 1 << 26
"""Bytes."""


class GlossaryError(ValueError):
    """A glossary cannot be used; the message says why."""


class Glossary:
    """Terms, each with one or more translations.

    A term is found where it stands as a word of its own; Chinese and Japanese terms
    are found anywhere. Of several terms at one place the longest is found. A term in
    lower case is found in any case ("apple" in "Apple" and "APPLE"), one with capitals
    as it is written only ("US" not in "us").

    Args:
        terms: From each term to its translations.

    Attributes:
        file: File it was read from; `None` for none.

    Raises:
        GlossaryError: A term or a translation is empty.

    Examples:
        >>> glossary = Glossary({"apple": ["Apfel", "Äpfel"]})
        >>> list(glossary.find("An Apple."))
        [(3, 8, ('Apfel', 'Äpfel'))]
    """

    def __init__(self, terms: Mapping[str, Iterable[str]]) -> None:
        self._translations: dict[str, tuple[str, ...]] = {}
        self._folded: dict[str, tuple[str, ...]] = {}
        self._root: dict[str, object] = {}
        self.file: Path | None = None
        for term, translations in terms.items():
            forms = tuple(dict.fromkeys(form.strip() for form in translations))
            key = term.strip()
            if not key or not forms or not all(forms):
                raise GlossaryError(
                    "Every term of a glossary must have text on both sides. "
                    f"Received: {term!r} with {list(forms)}."
                )
            if key == key.lower():
                self._folded[_lower_case(key)] = forms
            else:
                self._translations[key] = forms
            node = self._root
            for character in _lower_case(key):
                node = node.setdefault(character, {})  # type: ignore[assignment]
            node[""] = True

    @classmethod
    def from_file(cls, path: str | Path) -> "Glossary":
        """Read a glossary of lines `source<TAB>target`, or of two columns of a CSV.

        Several forms of a target are separated by `|`. Empty lines and lines that
        begin with `#` are skipped.

        Raises:
            GlossaryError: The file cannot be read, or a line is no entry.
        """
        try:
            text = read_input(Path(path), _LARGEST_FILE).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise GlossaryError(f"A glossary must be UTF-8. {path} is not.") from None
        except OSError as error:
            raise GlossaryError(f"{path} cannot be read: {error.strerror}.") from None
        delimiter = "," if str(path).lower().endswith(".csv") else "\t"
        terms: dict[str, list[str]] = {}
        # Not `splitlines`, which ends lines at form feeds too.
        lines = (line.removesuffix("\r") for line in text.split("\n"))
        for number, line in enumerate(lines, start=1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                columns = next(csv.reader([line], delimiter=delimiter, strict=True))
            except csv.Error:
                columns = line.split(delimiter)
            if len(columns) < 2 or not (columns[0].strip() and columns[1].strip()):
                separator = "a comma" if delimiter == "," else "a tab"
                raise GlossaryError(
                    "Every line of a glossary must hold a term and its translation, "
                    f"separated by {separator}. {path}, line {number} does not: "
                    f"{line[:60]!r}."
                )
            forms = columns[1].split(_FORMS)
            terms.setdefault(columns[0].strip(), []).extend(filter(str.strip, forms))
        glossary = cls(terms)
        glossary.file = Path(path)
        return glossary

    def __len__(self) -> int:
        return len(self._translations) + len(self._folded)

    def find(
        self, text: str, begin: int = 0, end: int | None = None
    ) -> Iterator[Found]:
        """Yield the terms of a text with their translations, in order.

        Args:
            text: Any text.
            begin: Where to begin.
            end: Where to end; at the end of the text if not given.
        """
        end = len(text) if end is None else end
        place = begin
        while place < end:
            found = self._longest(text, place, end)
            if found:
                yield place, *found
                place = found[0]
            else:
                place += 1

    def _longest(
        self, text: str, begin: int, limit: int
    ) -> tuple[int, tuple[str, ...]] | None:
        node = self._root
        if _lower_case(text[begin])[0] not in node or not is_edge(text, begin):
            return None
        longest = None
        place = begin
        # Some characters have a lower case of two; the text's own place is counted.
        while place < limit:
            for character in _lower_case(text[place]):
                following = node.get(character)
                if not isinstance(following, dict):
                    return longest
                node = following
            place += 1
            if "" in node and is_edge(text, place):
                term = text[begin:place]
                translations = self._translations.get(term) or self._folded.get(
                    _lower_case(term)
                )
                if translations:
                    longest = place, translations
        return longest


def _lower_case(text: str) -> str:
    # Character by character: within a text, the last sigma of a Greek word is another.
    return "".join(map(str.lower, text)).replace("ς", "σ")


def is_edge(text: str, place: int) -> bool:
    """Return whether a word can begin or end at a place of a text."""
    if place in (0, len(text)):
        return True
    before, after = text[place - 1], text[place]
    return not (_is_of_word(before) and _is_of_word(after))


def _is_of_word(character: str) -> bool:
    if is_cjk(character):
        return False
    return unicodedata.category(character)[0] in "LNM"
