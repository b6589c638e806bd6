"""TMX: translation memories."""

from collections.abc import Iterator, Sequence

from edge_runtime.documents.bilingual_unit import (
    BilingualUnit,
    has_text,
    read_unit,
    space_before,
)
from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import EncodedText, Replacement, splice
from edge_runtime.documents.languages import is_same_language
from edge_runtime.documents.marked_text import Kind
from edge_runtime.documents.segment import DocumentError, Segment, State
from edge_runtime.documents.xml_inline import Role, roles_of
from edge_runtime.documents.xml_tree import Element, read_xml

_ROLES = roles_of(
    {
        "ph": Role(Kind.WORD),
        "ut": Role(Kind.WORD),
        "it": Role(Kind.SINGLE),
        "bpt": Role(Kind.OPEN, ("i",)),
        "ept": Role(Kind.CLOSE, ("i",)),
    }
)
_REVIEW = '<prop type="x-edge-translate">needs-review</prop>'


class TmxDocument:
    """A translation memory in which a language is filled in.

    A unit for which nothing sound was found stays without a translation: whoever uses
    the memory takes its pairs for true.

    Args:
        text: The document.
        root: Its root.
        target: Language to fill in.
    """

    marks_review = True

    def __init__(self, text: EncodedText, root: Element, target: str) -> None:
        if root.name != "tmx":
            raise DocumentError(f"The file must be TMX. Received: <{root.name}>.")
        if not target:
            raise DocumentError(
                "The target language must be known to fill it in. Give "
                "--target-language."
            )
        self._text = text
        self._target = target
        header = root.find("header")
        self._default = header.attributes.get("srclang", "") if header else ""
        self._units = [
            unit
            for element in root.descendants("tu")
            if (unit := self._read_unit(element)) is not None
        ]

    @property
    def segments(self) -> Sequence[Segment]:
        """The texts to translate."""
        return [place.segment for unit in self._units for place in unit.places]

    def write(self) -> bytes:
        """Return the file with what its segments hold now; see `Document`."""
        replacements = [
            replacement
            for unit in self._units
            if unit.is_changed
            for replacement in self._write_unit(unit)
        ]
        return self._text.encode(
            splice(self._text.text, replacements), "xmlcharrefreplace"
        )

    def _read_unit(self, element: Element) -> BilingualUnit | None:
        source_language = element.attributes.get("srclang", self._default)
        variants = list(read_variants(element))
        target = next(
            (seg for code, seg in variants if is_same_language(code, self._target)),
            None,
        )
        source = next(
            (
                seg
                for code, seg in variants
                if seg is not target
                and (
                    source_language in ("", "*all*")
                    or is_same_language(code, source_language)
                )
            ),
            None,
        )
        if source is None:
            return None
        is_translated = target is not None and has_text(target)
        state = State.TRANSLATED if is_translated else State.UNTRANSLATED
        return read_unit(self._text, source, target, state, _ROLES)

    def _write_unit(self, unit: BilingualUnit) -> Iterator[Replacement]:
        content = unit.write_target(self._text)
        review = _REVIEW if unit.state is State.FUZZY else ""
        if unit.target is not None:
            text = self._text.text[unit.target.begin : unit.target.inner[0]]
            if unit.target.is_empty_tag:
                text = f"{text[:-2].rstrip()}>{content}</seg>"
                yield Replacement(unit.target.begin, unit.target.end, review + text)
                return
            begin, end = unit.target.inner
            if review:
                yield Replacement(unit.target.begin, unit.target.begin, review)
            yield Replacement(begin, end, content)
            return
        variant = unit.source.parent
        if variant is None:
            return
        text = self._text.text
        before = space_before(text, variant.begin)
        within = space_before(text, unit.source.begin)
        after = space_before(text, variant.inner[1])
        review = review and within + review
        place = variant.end
        new = (
            f'{before}<tuv xml:lang="{self._target}">{review}'
            f"{within}<seg>{content}</seg>{after}</tuv>"
        )
        yield Replacement(place, place, new)


def read_variants(unit: Element) -> Iterator[tuple[str, Element]]:
    """Yield the languages of a `<tu>` and their segments."""
    for variant in unit.find_all("tuv"):
        code = variant.attributes.get("xml:lang") or variant.attributes.get("lang", "")
        segment = variant.find("seg")
        if segment is not None:
            yield code, segment


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read a translation memory.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Language to fill in.

    Raises:
        DocumentError: It is not TMX, or the language is not known.
    """
    return TmxDocument(*read_xml(content, encoding), target)
