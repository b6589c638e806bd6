"""Gettext's PO and POT files."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polib

from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import EncodedText, read_text
from edge_runtime.documents.plural_forms import (
    MOST_FORMS,
    PluralForms,
    plural_header,
    read_plural_forms,
)
from edge_runtime.documents.po_lines import (
    PoLines,
    find_entries,
    split_lines,
    with_fuzzy,
)
from edge_runtime.documents.segment import DocumentError, Segment, State
from edge_runtime.documents.soundness import placeholders_of

_CHARSET = re.compile(rb"charset=([A-Za-z0-9._:\-]+)")
_LANGUAGE = re.compile(r'^"Language: *\\n"', re.M)
_PLURAL_FORMS = re.compile(r'^"Plural-Forms: [^"]*"', re.M)
_TEMPLATE_CHARSET = "CHARSET"
_GUARDED = {
    code: 0x10FF00 + place
    for place, code in enumerate(map(ord, "\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
}
"""What polib takes for the end of a line and gettext does not, by private characters
that stand for it while polib reads."""
_RESTORED = {private: code for code, private in _GUARDED.items()}
_SHOWN = 200
"""Characters of a header that an error shows."""
_WIDTH = 78
_WIDEST = 81
"""Columns of a line beyond which a file is one that does not wrap its lines."""


@dataclass(frozen=True)
class _Entry:
    """An entry of the file.

    Attributes:
        lines: Where it stands.
        parsed: What it says.
        segments: What is translated: `msgid` if a form is written as it, and
            `msgid_plural` if there is one.
        before: How far it was translated.
    """

    lines: PoLines
    parsed: polib.POEntry
    segments: tuple[Segment, ...]
    before: State


class PoDocument:
    """A PO or POT file.

    Entries that are not translated now keep their lines. In a template the header gets
    the language and its plural forms.

    Args:
        text: The document.
        target: Target language, for files that do not name their plural forms.
    """

    marks_review = True

    def __init__(self, text: EncodedText, target: str) -> None:
        self._text = text
        self._target = target
        self._lines = split_lines(text.text)
        places = find_entries(self._lines)
        parsed = _parse(text.text)
        entries = [entry for entry in parsed if not entry.obsolete]
        header = parsed.metadata_as_entry() if _has_header(places, entries) else None
        self._header = places.pop(0) if header is not None else None
        if len(places) != len(entries):
            raise DocumentError(
                "A PO file must have an entry for every msgid. Received: "
                f"{len(places)} places of {len(entries)} entries."
            )
        self._plural_header = parsed.metadata.get("Plural-Forms", "")
        self._forms = self._find_forms(entries)
        self._width = _WIDTH if _is_wrapped(self._lines) else 0
        self._entries = [
            self._read_entry(*pair) for pair in zip(places, entries, strict=True)
        ]

    @property
    def segments(self) -> Sequence[Segment]:
        """The texts to translate."""
        return [segment for entry in self._entries for segment in entry.segments]

    def write(self) -> bytes:
        """Return the file with what its segments hold now; see `Document`."""
        lines = list(self._lines)
        is_changed = False
        for entry in self._entries:
            if any(segment.is_done for segment in entry.segments):
                is_changed = True
                self._write_entry(entry, lines)
        if is_changed and self._header is not None:
            self._fill_header(self._header, lines)
        return self._text.encode("".join(lines))

    def _find_forms(self, entries: Sequence[polib.POEntry]) -> PluralForms:
        header = self._plural_header
        if "INTEGER" in header or not header:
            header = plural_header(self._target) or ""
        forms = read_plural_forms(header)
        if forms is not None:
            return forms
        if any(entry.msgid_plural for entry in entries):
            raise DocumentError(
                "A PO file with plurals must name the plural forms of its language in "
                f"the header, Plural-Forms, at most {MOST_FORMS}. msginit writes it. "
                f"Received: {self._plural_header[:_SHOWN] or 'none'!r}."
            )
        return PluralForms(1, lambda number: 0)

    def _read_entry(self, lines: PoLines, parsed: polib.POEntry) -> _Entry:
        texts = [parsed.msgstr]
        if parsed.msgid_plural:
            given = parsed.msgstr_plural
            texts = [given.get(form, "") for form in range(self._forms.count)]
        state = State.TRANSLATED if all(texts) else State.UNTRANSLATED
        if parsed.fuzzy:
            state = State.FUZZY
        sources = [parsed.msgid]
        if parsed.msgid_plural:
            forms = range(self._forms.count)
            has_singular = any(self._is_singular(form, parsed) for form in forms)
            sources = [parsed.msgid] * has_singular + [parsed.msgid_plural]
        segments = tuple(
            Segment(source, lines.first + 1, state=state) for source in sources
        )
        return _Entry(lines, parsed, segments, state)

    def _write_entry(self, entry: _Entry, lines: list[str]) -> None:
        states = {segment.state for segment in entry.segments}
        place = entry.lines
        written = self._write_texts(entry)
        if written:
            end = lines[place.end - 1]
            last_end = end[len(end.rstrip("\r\n")) :]
            newline = self._text.newline
            new = [f"{line}{newline}" for line in written]
            new[-1] = f"{written[-1]}{last_end}"
            # Lines keep their numbers: a list that grows in its middle is moved.
            lines[place.translation : place.end] = [
                "".join(new),
                *([""] * (place.end - place.translation - 1)),
            ]
        is_fuzzy = State.FUZZY in states
        if place.flags is not None:
            lines[place.flags] = with_fuzzy(lines[place.flags], is_fuzzy)
        elif is_fuzzy:
            flags = f"#, fuzzy{self._text.newline}"
            lines[place.before_flags] = flags + lines[place.before_flags]

    def _write_texts(self, entry: _Entry) -> list[str]:
        """Return the lines of `msgstr`; none if those in the file stay."""
        parsed, keeps = entry.parsed, entry.before is State.UNTRANSLATED
        if not parsed.msgid_plural:
            found = entry.segments[0].translation
            if found is None and parsed.msgstr:
                return []
            text = parsed.msgid if found is None else found
            return self._wrap(polib.POEntry(msgid="", msgstr=text))
        texts = {}
        for form in range(self._forms.count):
            segment = entry.segments[0 if self._is_singular(form, parsed) else -1]
            given = parsed.msgstr_plural.get(form, "")
            text = segment.translation
            if given and (keeps or text is None):
                text = given
            texts[form] = text or segment.source
        return self._wrap(
            polib.POEntry(msgid="", msgid_plural=".", msgstr_plural=texts)
        )

    def _is_singular(self, form: int, parsed: polib.POEntry) -> bool:
        """Return whether a form is written as `msgid` has it."""
        if form != self._forms.singular or self._forms.count == 1:
            return False
        # "One file" must not stand where Russian has the form of 21 too.
        return self._forms.is_singular_alone or (
            placeholders_of(parsed.msgid) == placeholders_of(parsed.msgid_plural)
        )

    def _wrap(self, entry: polib.POEntry) -> list[str]:
        lines = entry.__unicode__(self._width).split("\n")
        first = next(
            place for place, line in enumerate(lines) if line.startswith("msgstr")
        )
        return [line for line in lines[first:] if line]

    def _fill_header(self, header: PoLines, lines: list[str]) -> None:
        """Name the language and its plural forms where a template leaves them open."""
        text = "".join(lines[header.translation : header.end])
        filled = text.replace(f"charset={_TEMPLATE_CHARSET}", "charset=UTF-8")
        if self._target:
            code = self._target.replace("-", "_")
            filled = _LANGUAGE.sub(rf'"Language: {code}\\n"', filled)
            forms = plural_header(self._target)
            if forms is not None and "INTEGER" in self._plural_header:
                filled = _PLURAL_FORMS.sub(f'"Plural-Forms: {forms}\\\\n"', filled)
            elif forms is not None and not self._plural_header and self._has_plurals:
                newline = self._text.newline
                filled += f'"Plural-Forms: {forms}\\n"{newline}'
        if filled == text:
            return
        lines[header.translation : header.end] = [filled]
        if header.flags is not None:
            lines[header.flags] = with_fuzzy(lines[header.flags], False)

    @property
    def _has_plurals(self) -> bool:
        return any(entry.parsed.msgid_plural for entry in self._entries)


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Return whether a file breaks its lines, as far as its words let it."""
    strings = (line.rstrip() for line in lines if not line.startswith("#"))
    return not any(
        len(line) > _WIDEST and " " in line.partition('"')[2][:_WIDTH]
        for line in strings
    )


def _parse(text: str) -> polib.POFile:
    # polib opens a text that is the path of a file, which none with a line end is.
    normal = text.replace("\r\n", "\n").replace("\r", "\n")
    guarded = normal.translate(_GUARDED)
    try:
        parsed = polib.pofile(guarded if "\n" in guarded else f"{guarded}\n")
    except (OSError, ValueError, UnicodeError) as error:
        message = str(error).replace("\n", " ")[:200]
        raise DocumentError(f"The file must be PO. {message}") from None
    for entry in parsed:
        entry.msgid = entry.msgid.translate(_RESTORED)
        entry.msgid_plural = entry.msgid_plural.translate(_RESTORED)
        entry.msgstr = entry.msgstr.translate(_RESTORED)
        for form, found in entry.msgstr_plural.items():
            entry.msgstr_plural[form] = found.translate(_RESTORED)
    return parsed


def _has_header(places: Sequence[PoLines], entries: Sequence[polib.POEntry]) -> bool:
    return len(places) == len(entries) + 1


def read_document(content: bytes, encoding: str | None, target: str) -> Document:
    """Read a PO or POT file.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, for files that do not name their plural forms.

    Raises:
        DocumentError: It is not PO, or lacks plural forms that it needs.
    """
    found = _CHARSET.search(content)
    declared = found[1].decode() if found else None
    if declared == _TEMPLATE_CHARSET:
        declared = None
    text = read_text(content, chosen=encoding, declared=declared)
    return PoDocument(text, target)


def read_pairs(content: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts of a PO file that are translated, and their translations."""
    found = _CHARSET.search(content)
    declared = found[1].decode() if found else None
    if declared == _TEMPLATE_CHARSET:
        declared = None
    for entry in _parse(read_text(content, declared=declared).text):
        if entry.obsolete or entry.fuzzy:
            continue
        if entry.msgid_plural:
            forms = sorted(entry.msgstr_plural.items())
            if forms and forms[-1][1]:
                yield entry.msgid_plural, forms[-1][1]
        elif entry.msgstr:
            yield entry.msgid, entry.msgstr
