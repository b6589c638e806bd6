"""Where the tags, comments and texts of HTML stand, in time of the text's length.

The rules are those of `html.parser` of Python 3.11, which reads the rest of a document
anew for each tag, comment or quote without an end; comments and scripts end where
browsers end them.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_OPENING = re.compile(r"<(?=[A-Za-z/!?])")
_GAP = r"(?:\s|/(?!>))*"
_NAME = rf"([A-Za-z][^\t\n\r\f />\x00]*){_GAP}"
_START_TAG = re.compile(rf"<{_NAME}")
_ATTRIBUTE = re.compile(
    r"(?<=['\"\s/])[^\s/>][^\s/=>]*"
    r"(?:\s*=+\s*(?:'[^']*'|\"[^\"]*\"|(?!['\"])[^>\s]*))?"
    rf"{_GAP}"
)
_END_TAG = re.compile(r"</\s*([A-Za-z][\-.A-Za-z0-9:_]*)\s*>")
_LONG_END_TAG = re.compile(rf"</{_NAME}[^>]*>")
_COMMENT_END = re.compile(r"--!?>")
_EMPTY_COMMENT = re.compile(r"<!---?>")
_SECTION = re.compile(r"<!\[([A-Za-z][\-_.A-Za-z0-9]*)")
_SECTION_END = re.compile(r"\]\s*\]\s*>")
_CONDITION_END = re.compile(r"\]\s*>")
_SECTION_ENDS = {
    **dict.fromkeys("cdata ignore include rcdata temp".split(), _SECTION_END),
    **dict.fromkeys("else endif if".split(), _CONDITION_END),
}
_RAW_ENDS = {
    name: re.compile(rf"</{name}(?:[\s/][^<>]*)?>", re.I)
    for name in ("script", "style")
}
"""What ends elements in which nothing else is a tag."""


class Span(NamedTuple):
    """A part of a text of HTML.

    Attributes:
        kind: `start`, `end`, `text` or `other`, such as a comment.
        begin: Where it begins.
        end: Where it ends.
        name: Of a tag, in small letters.
        is_raw: Whether what follows is a script or a style.
    """

    kind: str
    begin: int
    end: int
    name: str = ""
    is_raw: bool = False


def scan(text: str) -> Iterator[Span]:
    """Yield the parts of a text of HTML, however broken; together they are the text.

    What begins like markup and never ends is `other` up to the first `>`, and text
    where there is none.

    Args:
        text: HTML.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Reads a text once, and remembers what it looked for in vain.

    Args:
        text: HTML.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._last_close = text.rfind(">")
        self._missing: set[re.Pattern[str]] = set()
        # Where attributes begin of tags that never end: any tag that comes to one of
        # these places reads on like the first, and never ends either.
        self._endless: set[int] = set()

    def scan(self) -> Iterator[Span]:
        """Yield the parts of the text."""
        done = place = 0
        while True:
            opening = _OPENING.search(self._text, place)
            # Without a > behind it nothing is markup.
            if opening is None or opening.start() > self._last_close:
                break
            found = self._read(opening.start())
            if found.begin > done:
                yield Span("text", done, found.begin)
            yield found
            done = place = found.end
            if found.is_raw:
                end = _RAW_ENDS[found.name].search(self._text, done)
                place = len(self._text) if end is None else end.start()
        if done < len(self._text):
            yield Span("text", done, len(self._text))

    def _read(self, begin: int) -> Span:
        """Return the markup that begins at a place."""
        sign = self._text[begin + 1]
        if sign == "/":
            # Most end tags are as short as the first.
            for form in (_END_TAG, _LONG_END_TAG):
                tag = form.match(self._text, begin)
                if tag is not None:
                    return Span("end", begin, tag.end(), tag[1].lower())
        elif sign not in "!?":
            tag = _START_TAG.match(self._text, begin)
            place = None if tag is None else self._skip_attributes(tag.end())
            if tag is not None and place is not None:
                name = tag[1].lower()
                is_empty = self._text[place] == "/"
                is_raw = name in _RAW_ENDS and not is_empty
                return Span("start", begin, place + 1 + is_empty, name, is_raw)
        return Span("other", begin, self._end_of_other(begin))

    def _skip_attributes(self, place: int) -> int | None:
        """Return where a tag ends, before its `>` or `/>`; None for nowhere.

        Args:
            place: Where its attributes begin.
        """
        visited = []
        while place not in self._endless:
            attribute = _ATTRIBUTE.match(self._text, place)
            if attribute is None:
                if self._text.startswith((">", "/>"), place):
                    return place
                break
            visited.append(place)
            place = attribute.end()
        self._endless.update(visited)
        return None

    def _end_of_other(self, begin: int) -> int:
        """Return where a comment, a declaration or broken markup ends."""
        closing, content = None, begin
        empty = _EMPTY_COMMENT.match(self._text, begin)
        if empty is not None:
            return empty.end()
        if self._text.startswith("<!--", begin):
            closing, content = _COMMENT_END, begin + len("<!--")
        else:
            section = _SECTION.match(self._text, begin)
            if section is not None:
                closing, content = _SECTION_ENDS.get(section[1].lower()), section.end()
        if closing is not None and closing not in self._missing:
            found = closing.search(self._text, content)
            if found is not None:
                return found.end()
            self._missing.add(closing)
        return self._text.index(">", begin) + 1
