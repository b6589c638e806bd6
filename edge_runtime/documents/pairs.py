"""Sentence pairs of documents that hold translations: TMX, XLIFF and PO."""

import contextlib
import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from edge_runtime.documents.languages import is_same_language
from edge_runtime.documents.segment import DocumentError

PAIR_SUFFIXES: Final = (".tmx", ".xlf", ".xliff", ".po")
"""Ends of the names of files that hold translations."""


class ReadableFile(Protocol):
    """What is read of a file."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, at most `size` unless that is negative."""
        ...


_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES = frozenset("bpt ept ph it ut x bx ex sc ec cp sub sm em".split())
"""Inline elements whose content is no text."""

_UNTRANSLATED = frozenset(
    "new needs-translation needs-l10n needs-adaptation initial".split()
)


def read_pairs(
    file: ReadableFile, name: str, source_language: str, target_language: str
) -> Iterator[tuple[str, str]]:
    """Yield texts and their translations; inline markup is left out.

    Memory stays flat, however long a TMX or XLIFF file is. What PO calls fuzzy, and
    what XLIFF says is not translated, is left out.

    Args:
        file: The file, read from where it stands to its end.
        name: Its name, whose end tells the format.
        source_language: Language code of the texts.
        target_language: Language code of the translations.

    Yields:
        Source and target, each in one line.

    Raises:
        DocumentError: The format holds no translations, or the file is not of it.
        ModuleNotFoundError: The format needs a library that is not installed.
    """
    suffix = Path(name).suffix.lower()
    languages = (source_language, target_language)
    if suffix == ".po":
        po = importlib.import_module("edge_runtime.documents.po")
        pairs: Iterator[tuple[str, str]] = po.read_pairs(file.read())
    elif suffix == ".tmx":
        if not all(languages):
            raise DocumentError(
                "Both languages must be known to find them in a TMX file. Give "
                "--source-language and --target-language. Received: source "
                f"{languages[0] or 'unknown'}, target {languages[1] or 'unknown'}."
            )
        pairs = _read_xml(file, _pairs_of_tmx, {"tu"}, languages)
    elif suffix in PAIR_SUFFIXES:
        pairs = _read_xml(file, _pairs_of_xliff, {"trans-unit", "segment"}, languages)
    else:
        raise DocumentError(
            f"The name of a file with translations must end in one of "
            f"{', '.join(PAIR_SUFFIXES)}. Received: {name}."
        )
    for pair in pairs:
        source, target = (" ".join(text.split()) for text in pair)
        if source and target:
            yield source, target


_Reader = Callable[[list[Element], tuple[str, str]], Iterator[tuple[str, str]]]
"""Yields the pairs of the last of some elements, each in the one before."""


def _read_xml(
    file: ReadableFile, read_unit: _Reader, names: set[str], languages: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    around: list[Element] = []
    try:
        for event, element in ElementTree.iterparse(file, ("start", "end")):
            if event == "start":
                around.append(element)
                continue
            if _name(element) in names:
                yield from read_unit(around, languages)
                # Only what is needed for the next one stays in memory.
                with contextlib.suppress(ValueError, IndexError):
                    around[-2].remove(element)
            around.pop()
    except ElementTree.ParseError as error:
        raise DocumentError(f"The file must be well-formed XML. {error}.") from None


def _pairs_of_tmx(
    around: list[Element], languages: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    texts = [
        (each.get(_LANGUAGE) or each.get("lang") or "", _text(segment))
        for each in around[-1]
        if _name(each) == "tuv" and (segment := _child(each, "seg")) is not None
    ]
    source, target = (_find_language(texts, language) for language in languages)
    if source is not None and target is not None and source != target:
        yield texts[source][1], texts[target][1]


def _find_language(texts: list[tuple[str, str]], language: str) -> int | None:
    """Return which text is in a language: in its very region, or in another one."""
    codes = [code for code, _ in texts]
    exact = [code.lower().replace("_", "-") for code in codes]
    wanted = language.lower().replace("_", "-")
    if wanted in exact:
        return exact.index(wanted)
    return next(
        (at for at, code in enumerate(codes) if is_same_language(code, language)), None
    )


def _pairs_of_xliff(
    around: list[Element], languages: tuple[str, str]
) -> Iterator[tuple[str, str]]:
    unit = around[-1]
    source, target = _child(unit, "source"), _child(unit, "target")
    if source is None or target is None:
        return
    states = {unit.get("state", ""), target.get("state", "")}
    if states & _UNTRANSLATED or not all(
        _is_language(around, names, language)
        for names, language in zip(
            (("source-language", "srcLang"), ("target-language", "trgLang")),
            languages,
            strict=True,
        )
    ):
        return
    yield _text(source), _text(target)


def _is_language(around: list[Element], names: tuple[str, ...], wanted: str) -> bool:
    found = [each.get(name) for each in around for name in names]
    codes = [code for code in found if code]
    return not codes or not wanted or is_same_language(codes[-1], wanted)


def _child(element: Element, name: str) -> Element | None:
    return next((each for each in element if _name(each) == name), None)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: Element) -> str:
    """Return the text in an element, without that of codes."""
    parts = [element.text or ""]
    for each in element:
        if _name(each) not in _CODES:
            parts.append(_text(each))
        parts.append(each.tail or "")
    return "".join(parts)
