"""Subtitles: SubRip (`.srt`) and WebVTT (`.vtt`)."""

import html
import re
from collections.abc import Callable, Iterator

from edge_runtime.documents.document import Document
from edge_runtime.documents.encoded_text import read_text
from edge_runtime.documents.html_references import unescape
from edge_runtime.documents.in_place_document import InPlaceDocument, make_places
from edge_runtime.documents.marked_text import Kind, Piece
from edge_runtime.documents.segment import DocumentError

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SRT_TIME = r"[0-9]+:[0-9]{1,2}:[0-9]{1,2}(?:[,.][0-9]+)?"
_VTT_TIME = r"(?:[0-9]+:)?[0-9]{2}:[0-9]{2}\.[0-9]{3}"
_SRT_TIMES = re.compile(rf"\s*{_SRT_TIME}\s*-->\s*{_SRT_TIME}")
_VTT_TIMES = re.compile(rf"\s*{_VTT_TIME}\s+-->\s+{_VTT_TIME}")
_MARKUP = re.compile(
    r"<(/?)([A-Za-z0-9]*)(?:[^A-Za-z0-9<>\r\n][^<>\r\n]*)?>"
    r"|\{\\[^{}\r\n]*\}"
)
_DASH = re.compile(r"\s*(?:[-–—‐]|&gt;&gt;|>>|♪)")
"""A line that begins like this is the next speaker's, or a line of a song."""


def read_srt(content: bytes, encoding: str | None, target: str) -> Document:
    """Read SubRip's subtitles; numbers and times stay.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.

    Raises:
        DocumentError: The file has no times.
    """
    return _read(content, encoding, _SRT_TIMES, lambda raw: raw, lambda text: text)


def read_vtt(content: bytes, encoding: str | None, target: str) -> Document:
    """Read WebVTT; header, notes, styles, cue names, times and settings stay.

    Args:
        content: Bytes of the file.
        encoding: Encoding that the user names.
        target: Target language, which the file does not name.

    Raises:
        DocumentError: The file is not WebVTT.
    """
    if not content.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT"):
        raise DocumentError("A .vtt file must begin with WEBVTT.")
    return _read(content, encoding, _VTT_TIMES, unescape, _escape_vtt)


def _read(
    content: bytes,
    encoding: str | None,
    times: re.Pattern[str],
    unescape: Callable[[str], str],
    escape: Callable[[str], str],
) -> Document:
    text = read_text(content, chosen=encoding)
    cues = list(_read_cues(text.text, times))
    if not cues and text.text.strip().removeprefix("WEBVTT").strip():
        raise DocumentError("Subtitles must have times such as 00:00:01,000 --> …")
    sentences = []
    for cue in cues:
        pieces: list[Piece] = []
        for begin, end in cue:
            if pieces and _DASH.match(_MARKUP.sub("", text.text[begin:end])):
                sentences.append(pieces)
                pieces = []
            elif pieces:
                pieces.append(Piece(Kind.BREAK, pieces[-1].end, begin))
            pieces += _read_line(text.text, begin, end, unescape)
        sentences.append(pieces)
    return InPlaceDocument(text, make_places(text, sentences, escape))


def _read_cues(text: str, times: re.Pattern[str]) -> Iterator[list[tuple[int, int]]]:
    """Yield where the lines of each cue stand, without their ends."""
    cue: list[tuple[int, int]] | None = None
    for found in _LINE.finditer(text):
        line = found.group().rstrip("\r\n")
        if times.match(line):
            if cue and text[slice(*cue[-1])].strip().isdecimal():
                cue.pop()  # the number of this one, no empty line before it
            if cue:
                yield cue
            cue = []
        elif not line.strip():
            if cue:
                yield cue
            cue = None
        elif cue is not None:
            cue.append((found.start(), found.start() + len(line)))
    if cue:
        yield cue


def _read_line(
    text: str, begin: int, end: int, unescape: Callable[[str], str]
) -> Iterator[Piece]:
    done = begin
    dash = _DASH.match(text, begin, end)
    if dash is not None:
        yield Piece(Kind.SINGLE, begin, dash.end())
        done = dash.end()
    for found in _MARKUP.finditer(text, done, end):
        if found.start() > done:
            raw = text[done : found.start()]
            yield Piece(Kind.TEXT, done, found.start(), unescape(raw))
        done = found.end()
        name = found[2]
        kind = Kind.SINGLE
        if name and name[0].isalpha():
            kind = Kind.CLOSE if found[1] else Kind.OPEN
        yield Piece(kind, found.start(), done, name=name or "")
    if done < end:
        yield Piece(Kind.TEXT, done, end, unescape(text[done:end]))


def _escape_vtt(text: str) -> str:
    return html.escape(text, quote=False)
