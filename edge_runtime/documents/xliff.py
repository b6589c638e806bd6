"""XLIFF, versions 1.2 and 2."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from edge_runtime.documents.bilingual_unit import (
    BilingualUnit,
    has_text,
    read_unit,
    space_before,
)
from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import EncodedText, Replacement, splice
from edge_runtime.documents.marked_text import Kind
from edge_runtime.documents.segment import DocumentError, Segment, State
from edge_runtime.documents.xml_inline import Role, Roles, roles_of
from edge_runtime.documents.xml_tree import Element, Token, read_xml, with_attributes

_REVIEW = "edge-translate:needs-review"


class _Version(NamedTuple):
    """What differs between the versions.

    Attributes:
        target_language: Name of the attribute with the target language, and of the
            elements that have it.
        roles: Roles of the inline elements.
        untranslated: States in which a translation is none yet.
        states: Attributes of each state after a translation.
    """

    target_language: tuple[str, str]
    roles: Roles
    untranslated: frozenset[str]
    states: Mapping[State, Mapping[str, str | None]]


_IDS = ("rid", "id")
_VERSION_1 = _Version(
    ("target-language", "file"),
    roles_of(
        {
            "x": Role(Kind.WORD),
            "ph": Role(Kind.WORD),
            "it": Role(Kind.SINGLE),
            "bx": Role(Kind.OPEN, _IDS),
            "ex": Role(Kind.CLOSE, _IDS),
            "bpt": Role(Kind.OPEN, _IDS),
            "ept": Role(Kind.CLOSE, _IDS),
        }
    ),
    frozenset({"new", "needs-translation", "needs-l10n", "needs-adaptation"}),
    {
        State.TRANSLATED: {"state": "translated"},
        State.FUZZY: {"state": "needs-review-translation"},
        State.UNTRANSLATED: {"state": "needs-translation"},
    },
)
_VERSION_2 = _Version(
    ("trgLang", "xliff"),
    roles_of(
        {
            "ph": Role(Kind.WORD),
            "cp": Role(Kind.WORD),
            "sc": Role(Kind.OPEN, ("id",)),
            "ec": Role(Kind.CLOSE, ("startRef", "id")),
            "sm": Role(Kind.OPEN, ("id",)),
            "em": Role(Kind.CLOSE, ("startRef",)),
        }
    ),
    frozenset({"initial"}),
    {
        State.TRANSLATED: {"state": "translated", "subState": None},
        State.FUZZY: {"state": "initial", "subState": _REVIEW},
        State.UNTRANSLATED: {"state": "initial", "subState": None},
    },
)


class XliffDocument:
    """An XLIFF file whose targets are filled in.

    Args:
        text: The document.
        root: Its root.
        target: Target language, for files that name none.
    """

    marks_review = True

    def __init__(self, text: EncodedText, root: Element, target: str) -> None:
        self._text = text
        self._root = root
        self._target = target
        number = root.attributes.get("version", "")
        if root.name != "xliff" or not number.startswith(("1.", "2.")):
            raise DocumentError(
                "The file must be XLIFF of version 1 or 2. Received: "
                f"<{root.name} version={number!r}>."
            )
        self._is_first = number.startswith("1.")
        self._version = _VERSION_1 if self._is_first else _VERSION_2
        self._units = list(self._read_units())

    @property
    def segments(self) -> Sequence[Segment]:
        """The texts to translate."""
        return [place.segment for unit in self._units for place in unit.places]

    def write(self) -> bytes:
        """Return the file with what its segments hold now; see `Document`."""
        replacements: list[Replacement] = []
        for unit in self._units:
            if unit.is_done:
                replacements += self._write_unit(unit)
        if replacements:
            replacements += self._copy_units_without_text()
            replacements += self._name_target_language()
        return self._text.encode(
            splice(self._text.text, replacements), "xmlcharrefreplace"
        )

    def _read_units(self) -> Iterator[BilingualUnit]:
        name = "trans-unit" if self._is_first else "unit"
        for unit in self._root.descendants(name):
            if _is_fixed(unit):
                continue
            parts = [unit] if self._is_first else unit.find_all("segment")
            for part in parts:
                source = part.find("seg-source") or part.find("source")
                if source is not None:
                    yield self._read_unit(part, source)

    def _read_unit(self, part: Element, source: Element) -> BilingualUnit:
        target = part.find("target")
        state = State.UNTRANSLATED
        if target is not None and has_text(target):
            owner = target if self._is_first else part
            is_new = owner.attributes.get("state", "") in self._version.untranslated
            state = State.FUZZY if is_new else State.TRANSLATED
        roles = self._version.roles
        return read_unit(self._text, source, target, state, roles, _is_segment)

    def _write_unit(self, unit: BilingualUnit) -> Iterator[Replacement]:
        # Where nothing sound was found, the source stands for the translation.
        is_source = unit.places and not unit.is_changed and not unit.has_target
        state = State.UNTRANSLATED if is_source else unit.state
        attributes = self._version.states[state]
        if not self._is_first:
            segment = unit.source.parent
            if segment is not None:
                yield self._retag(segment, attributes)
                attributes = {}
        target = unit.target
        content = unit.write_target(self._text)
        if target is None:
            place = unit.source.end
            indent = space_before(self._text.text, unit.source.begin)
            tag = with_attributes("<target>", attributes)
            yield Replacement(place, place, f"{indent}{tag}{content}</target>")
        elif target.is_empty_tag:
            tag = with_attributes(self._tag(target), attributes)
            opening = tag[:-2].rstrip()
            yield Replacement(target.begin, target.end, f"{opening}>{content}</target>")
        else:
            if attributes:
                yield self._retag(target, attributes)
            if unit.is_changed or not unit.has_target:
                yield Replacement(*target.inner, content)

    def _copy_units_without_text(self) -> Iterator[Replacement]:
        """Give a unit that is only a variable the same as its translation."""
        for unit in self._units:
            begin, end = unit.source.inner
            if not unit.places and not unit.has_target and begin < end:
                yield from self._write_unit(unit)

    def _tag(self, element: Element) -> str:
        token = element.tokens[element.first]
        return self._text.text[token.begin : token.end]

    def _retag(
        self, element: Element, attributes: Mapping[str, str | None]
    ) -> Replacement:
        token = element.tokens[element.first]
        tag = with_attributes(self._tag(element), attributes)
        return Replacement(token.begin, token.end, tag)

    def _name_target_language(self) -> Iterator[Replacement]:
        attribute, owner = self._version.target_language
        if not self._target:
            return
        elements = [self._root] if owner == "xliff" else self._root.descendants("file")
        for element in elements:
            if attribute not in element.attributes:
                yield self._retag(element, {attribute: self._target})


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read an XLIFF file; states say what was translated and what needs a look.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, for files that name none.

    Raises:
        DocumentError: It is not XLIFF of a version that is read.
    """
    return XliffDocument(*read_xml(content, encoding), target)


def _is_fixed(unit: Element) -> bool:
    """Return whether a unit, or what it stands in, must not be translated."""
    return unit.inherited("translate") == "no"


def _is_segment(tag: Token) -> bool:
    return tag.name == "mrk" and tag.attributes.get("mtype") == "seg"
