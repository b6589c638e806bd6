"""Spans of a text that its translation carries over, and how they belong together."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from enum import Enum

from edge_runtime.text.glossary import Glossary
from edge_runtime.text.span_kinds import (
    ADDRESS,
    FIGURE,
    LINK,
    MAY_HOLD_SPANS,
    NOT_CARRIED,
    TERM,
)


class Role(Enum):
    """Place of a span among the others."""

    PLAIN = "plain"
    OPENING = "opening"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True)
class CarriedSpan:
    """One span of a text.

    Attributes:
        begin: First character.
        end: Character after the last.
        kind: Name of its kind.
        text: What it holds.
        translations: What may stand for it in the translation; its text, unless it is
            a term.
        role: Whether it opens or closes a pair.
        partner: Place of the other half of the pair among the spans of the text.
    """

    begin: int
    end: int
    kind: str
    text: str
    translations: tuple[str, ...]
    role: Role = Role.PLAIN
    partner: int | None = None

    @property
    def is_markup(self) -> bool:
        """Whether it is a tag, or half of another pair around words."""
        return self.role is not Role.PLAIN or (
            self.kind == "tag" and self.text.startswith("<")
        )


def find_spans(
    text: str, kinds: Set[str], glossary: Glossary | None = None
) -> list[CarriedSpan]:
    """Return the spans of a text, in order; no two share a character.

    The time is proportional to the length of the text.

    Args:
        text: Any text.
        kinds: Names of the kinds to look for.
        glossary: Terms to look for, if the kind "term" is among them.
    """
    if not glossary and not MAY_HOLD_SPANS.search(text):
        return []
    spans: list[CarriedSpan] = []
    place = 0
    for match in ADDRESS.compiled.finditer(text):
        kind = match.lastgroup or ""
        begin, end = match.span()
        if kind == "tag" and _STANDS_FOR_TEXT.fullmatch(text, begin, end):
            kind = "placeholder"
        if (CODE if kind == LINK else kind) not in kinds:
            continue
        if kind == LINK:
            words = text.index("`", begin) + 1
            target = len(text[words : text.index("<", words)].rstrip()) + words
            spans += _between(text, place, begin, kinds, glossary)
            spans.append(_span(text, begin, words, CODE))
            spans += _between(text, words, target, kinds, glossary)
            spans.append(_span(text, target, end, CODE))
        else:
            spans += _between(text, place, begin, kinds, glossary)
            spans.append(_span(text, begin, end, kind))
        place = match.end()
    spans += _between(text, place, len(text), kinds, glossary)
    return _paired(spans) if any(span.kind in _PAIRED for span in spans) else spans


# In XLIFF and in documents, what is not translated.
_STANDS_FOR_TEXT = re.compile(r"<(?:x|ph)[0-9]*(?:\s[^<>]*)?/>")

CODE = "code"
_PAIRED = ("tag", CODE)


def _span(text: str, begin: int, end: int, kind: str) -> CarriedSpan:
    content = text[begin:end]
    return CarriedSpan(begin, end, kind, content, (content,))


def _between(
    text: str,
    begin: int,
    end: int,
    kinds: Set[str],
    glossary: Glossary | None,
) -> Iterator[CarriedSpan]:
    """Yield the terms and figures of the text between two addresses."""
    place = begin
    if glossary and TERM in kinds:
        for found, term_end, translations in glossary.find(text, begin, end):
            yield from _figures(text, place, found, kinds)
            term = text[found:term_end]
            yield CarriedSpan(found, term_end, TERM, term, translations)
            place = term_end
    yield from _figures(text, place, end, kinds)


def _figures(text: str, begin: int, end: int, kinds: Set[str]) -> Iterator[CarriedSpan]:
    for match in FIGURE.compiled.finditer(text, begin, end):
        kind = match.lastgroup or ""
        if kind != NOT_CARRIED and kind in kinds:
            yield _span(text, *match.span(), kind)


# Elements of HTML without content.
_VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)


def _paired(spans: list[CarriedSpan]) -> list[CarriedSpan]:
    """Return the spans with the two halves of every pair linked.

    A closing half belongs to the last opening one of its name that is still open; what
    was opened in between and not closed has no partner.
    """
    spans = list(spans)
    open_places: list[int] = []
    open_names: dict[str, int] = {}  # how many of each name are open
    for place, span in enumerate(spans):
        role, name = _role(span)
        if role is Role.OPENING:
            open_places.append(place)
            open_names[name] = open_names.get(name, 0) + 1
        elif role is Role.CLOSING and open_names.get(name):
            while True:
                opening = open_places.pop()
                opened = _role(spans[opening])[1]
                open_names[opened] -= 1
                if opened == name:
                    break
            spans[opening] = replace(spans[opening], role=Role.OPENING, partner=place)
            spans[place] = replace(span, role=Role.CLOSING, partner=opening)
    return spans


def _role(span: CarriedSpan) -> tuple[Role, str]:
    """Return what a span can be by its form, and the name that its partner has."""
    text = span.text
    if span.kind == "tag" and text.startswith("<") and not text.startswith("<!"):
        if text.startswith("</"):
            return Role.CLOSING, text[2:-1].strip()
        name = text[1:-1].split(maxsplit=1)[0].rstrip("/")
        if text.endswith("/>") or name.lower() in _VOID:
            return Role.PLAIN, ""
        return Role.OPENING, name
    if span.kind == CODE:
        if text.endswith("`") and text.count("`") == 1 and "<" not in text:
            return Role.OPENING, "`"
        if text.lstrip().startswith("<"):
            return Role.CLOSING, "`"
    return Role.PLAIN, ""
