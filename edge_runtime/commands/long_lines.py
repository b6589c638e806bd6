"""Output of lines that were translated in several parts, in bounded memory.

Tokens, alignments and links of a line take a hundred times the memory of its text. They
are written down as they come, each kind for itself, and put together at the end.
"""

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from edge_runtime.commands.lines import encode_json
from edge_runtime.commands.scratch import Scratch, ScratchText
from edge_runtime.text.sentences import Segment
from edge_runtime.text.word_alignment import pharaoh
from edge_runtime.text.word_counter import WordCounter
from edge_runtime.text.words import iterate_words
from edge_runtime.translation.joining import Joined
from edge_runtime.translation.translation import Translation

_WORDS: Final = 4096
"""Words that are written at a time."""


class ScratchEvidence:
    """What is written of the tokens, alignments and words of one hypothesis.

    Args:
        source: The whole line.
        scratch: Where it is written down.
        links_only: Whether the word alignment alone is wanted.

    Attributes:
        links: The word alignment in Pharaoh's format.
        lists: Entries of lists in JSON, by the names of `Translation.to_json`.
        has_tokens: Whether the hypothesis has any token.
    """

    def __init__(self, source: str, scratch: Scratch, links_only: bool) -> None:
        self.links = ScratchText(scratch)
        self.lists = {
            name: ScratchText(scratch)
            for name in (
                *("source_tokens", "tokens", "token_log_probs", "alignments"),
                "unread",
            )
            if not links_only
        }
        self.has_tokens = False
        self._source = source
        self._read = 0  # characters of the source
        self._source_words = WordCounter()
        self._words = WordCounter()
        self._last_link: tuple[int, int] | None = None

    def add(self, segment: Segment, part: Translation, gap: str, begin: int) -> None:
        """Write down what there is of the next segment, see `Evidence.add`."""
        self.has_tokens = self.has_tokens or bool(part.tokens)
        self._add_links(segment, part, gap)
        if self.lists:
            content = part.evidence_to_json()
            for name, entries in self.lists.items():
                _extend(
                    entries, ", ", json.dumps(content[name], ensure_ascii=False)[1:-1]
                )

    def _add_links(self, segment: Segment, part: Translation, gap: str) -> None:
        self._source_words.read(self._source[self._read : segment.begin])
        first_source = self._source_words.read(segment.text)
        self._read = segment.begin + len(segment.text)
        self._words.read(gap)
        first = self._words.read(part.text)
        links = [
            (source + first_source, target + first)
            for source, target in part.word_alignment
        ]
        # Two parts of one long word that was cut may link the same words.
        if links and links[0] == self._last_link:
            del links[0]
        if links:
            self._last_link = links[-1]
            _extend(self.links, " ", pharaoh(tuple(links)))

    def copy(self) -> "ScratchEvidence":
        """Return the same, to which other segments can be added."""
        copied = object.__new__(ScratchEvidence)
        copied.__dict__.update(
            self.__dict__,
            links=self.links.copy(),
            lists={name: entries.copy() for name, entries in self.lists.items()},
            _source_words=self._source_words.copy(),
            _words=self._words.copy(),
        )
        return copied

    def fields(self) -> dict[str, Any]:
        """Return no attributes of a `Translation`: memory would not hold them."""
        return {}


def json_object(
    source: str,
    hypotheses: Sequence[Joined],
    withholds: Callable[[Joined], bool] | None = None,
    languages: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[bytes]:
    """Yield a translation as `Translation.to_json` has it, part by part.

    Args:
        source: The whole line.
        hypotheses: The best one and its alternatives; their evidence must be
            `ScratchEvidence`.
        withholds: Tells which hypotheses are withheld, where that is to be written.
        languages: Fields to add at the end.
    """
    best, *others = hypotheses
    evidence = best.evidence
    if not isinstance(evidence, ScratchEvidence):
        raise TypeError(f"`evidence` must be written down. Received: {evidence!r}.")
    text = best.text
    head = {
        "source": source,
        "text": text,
        "score": best.score,
        "log_prob": best.log_prob,
        "finished": best.finished,
        "confidence": best.confidence,
    }
    yield encode_json(json.dumps(head, ensure_ascii=False)[:-1])
    for name, entries in evidence.lists.items():
        yield encode_json(f', "{name}": [')
        yield from entries.read()
        yield b"]"
    for name, of in (("source_words", source), ("words", text)):
        yield encode_json(f', "{name}": [')
        yield from _words(of)
        yield b"]"
    yield b', "word_alignment": "'
    yield from evidence.links.read()
    yield b'", "alternatives": ['
    for place, other in enumerate(others):
        yield b", " * (place > 0)
        yield from json_object(source, [other], withholds)
    yield b"]"
    if withholds:
        yield b', "withheld": true' if withholds(best) else b', "withheld": false'
    for field in languages.items():
        yield encode_json(", " + json.dumps(dict([field]), ensure_ascii=False)[1:-1])
    yield b"}"


def _words(text: str) -> Iterator[bytes]:
    words = (text[begin:end] for begin, end in iterate_words(text))
    separator = ""
    while some := list(itertools.islice(words, _WORDS)):
        yield encode_json(separator + json.dumps(some, ensure_ascii=False)[1:-1])
        separator = ", "


def _extend(entries: ScratchText, separator: str, more: str) -> None:
    if more:
        entries.add(separator + more if entries else more)
