"""Where the entries of a PO file stand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from edge_runtime.documents.segment import DocumentError

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_KEYWORD = re.compile(r"[ \t]*(msgctxt|msgid_plural|msgid|msgstr)(?=[ \t\"\[])")
_STRING = re.compile(r'[^"]*"(?:[^"\\]|\\.)*"\s*')
_FLAG = "fuzzy"


@dataclass
class PoLines:
    """Lines of an entry, by their numbers, counted from 0.

    Attributes:
        first: The first line with a keyword, `msgctxt` or `msgid`.
        before_flags: Where a line of flags belongs.
        flags: The line of flags that says `fuzzy`, or the last one; None without one.
        translation: The first line of `msgstr`.
        end: The line after its last.
    """

    first: int = -1
    before_flags: int = -1
    flags: int | None = None
    translation: int = -1
    end: int = -1


@dataclass
class _Scan:
    found: list[PoLines] = field(default_factory=list)
    entry: PoLines = field(default_factory=PoLines)

    def finish(self) -> None:
        if self.entry.translation >= 0:
            self.found.append(self.entry)
        self.entry = PoLines()


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends."""
    return _LINE.findall(text)


def find_entries(lines: Sequence[str]) -> list[PoLines]:
    """Return where entries stand; obsolete ones (`#~`) are left out.

    Args:
        lines: Lines of a PO file.

    Raises:
        DocumentError: A line is neither a comment nor a text in quotes.
    """
    scan = _Scan()
    for number, line in enumerate(lines):
        stripped = line.strip()
        keyword = _KEYWORD.match(line)
        if stripped and stripped[0] != "#" and not _STRING.fullmatch(line):
            raise DocumentError(
                "The file must be PO: a keyword or nothing, and a text in quotes. "
                f"Received: something else in line {number + 1}."
            )
        if keyword is not None:
            if keyword[1] in ("msgctxt", "msgid") and scan.entry.translation >= 0:
                scan.finish()
            entry = scan.entry
            if entry.first < 0:
                entry.first = number
                if entry.before_flags < 0:
                    entry.before_flags = number
            if keyword[1] == "msgstr" and entry.translation < 0:
                entry.translation = number
            entry.end = number + 1
        elif stripped.startswith('"'):
            scan.entry.end = number + 1
        elif stripped.startswith("#"):
            if scan.entry.translation >= 0:
                scan.finish()
            _note_comment(scan.entry, number, stripped)
    scan.finish()
    return scan.found


def _note_comment(entry: PoLines, number: int, line: str) -> None:
    if line.startswith("#~"):
        return
    if line.startswith("#,") and (entry.flags is None or _FLAG in flags_of(line)):
        entry.flags = number
    if line.startswith("#|") and entry.before_flags < 0:
        entry.before_flags = number


def flags_of(line: str) -> list[str]:
    """Return the flags of a line such as `#, fuzzy, c-format`."""
    return [flag.strip() for flag in line.strip()[2:].split(",") if flag.strip()]


def with_fuzzy(line: str, is_fuzzy: bool) -> str:
    """Return a line of flags with or without `fuzzy`; empty if no flag is left."""
    flags = flags_of(line)
    if is_fuzzy == (_FLAG in flags):
        return line
    end = line[len(line.rstrip("\r\n")) :]
    if is_fuzzy:
        return f"#, {', '.join([_FLAG, *flags])}{end}"
    left = [flag for flag in flags if flag != _FLAG]
    return f"#, {', '.join(left)}{end}" if left else ""
