"""Segments of a document through a translator."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edge_runtime.documents.document import Document
from edge_runtime.documents.journal import FoundText, Journal
from edge_runtime.documents.segment import Segment, State
from edge_runtime.documents.soundness import find_problem, find_unfit, has_words

Translate = Callable[[Sequence[str]], Sequence[FoundText]]
"""Returns the translations of some texts, in their order."""

# Begins where the space begins: a long line of spaces costs no more than its length.
_LINE_END = re.compile(r"((?<!\s)\s*[\r\n]\s*)")


@dataclass
class Summary:
    """What became of the segments of a document.

    Attributes:
        translated: How many have a translation now that had none.
        kept: How many were translated before and stay.
        unfinished: Those whose translation reached the limit of length.
        problems: Those without a sound translation, and what is wrong.
    """

    translated: int
    kept: int
    unfinished: list[Segment]
    problems: list[tuple[Segment, str]]


def translate_document(
    document: Document,
    translate: Translate,
    journal: Journal,
    *,
    retranslate: bool = False,
    window: int = 256,
    report: Callable[[int, int], object] = lambda done, total: None,
) -> Summary:
    """Translate the segments of a document.

    A text that stands in several places is translated once. Lines of a segment are
    translated each by itself. A translation must have the tags and placeholders of its
    source, or the segment is marked.

    Args:
        document: The document, changed by this.
        translate: The translator.
        journal: What is translated so far, and what will be.
        retranslate: Whether segments that are translated are translated anew.
        window: Most texts that are translated between two entries of the journal.
        report: Called with the number of texts that are done, and of all.
    """
    wanted = _wanted_segments(document, retranslate)
    texts = texts_of(document, retranslate=retranslate)
    missing = [text for text in texts if text not in journal.found]
    done = len(texts) - len(missing)
    report(done, len(texts))
    for begin in range(0, len(missing), window):
        part = missing[begin : begin + window]
        journal.add(dict(zip(part, translate(part), strict=True)))
        report(done + begin + len(part), len(texts))
    summary = Summary(0, len(document.segments) - len(wanted), [], [])
    for segment in wanted:
        _settle(segment, journal, summary)
    return summary


def texts_of(document: Document, *, retranslate: bool = False) -> list[str]:
    """Return what `translate_document` has translated, each text once.

    Args:
        document: The document.
        retranslate: Whether segments that are translated are translated anew.
    """
    return list(
        dict.fromkeys(
            text
            for segment in _wanted_segments(document, retranslate)
            if find_unfit(segment.source) is None
            for text in _lines_of(segment.source)
        )
    )


def _wanted_segments(document: Document, retranslate: bool) -> list[Segment]:
    return [
        segment
        for segment in document.segments
        if retranslate or segment.state is not State.TRANSLATED
    ]


def _settle(segment: Segment, journal: Journal, summary: Summary) -> None:
    """Give a segment its translation, or mark it."""
    segment.is_done = True
    problem = find_unfit(segment.source)
    finished = True
    if problem is None:
        parts = []
        for part in _LINE_END.split(segment.source):
            before, text, after = _split_space(part)
            found = journal.found.get(text) or FoundText(text, True)
            finished = finished and found.finished
            parts.append(f"{before}{found.text.strip()}{after}")
        translation = "".join(parts)
        problem = find_problem(segment.source, translation) or segment.find_problem(
            translation
        )
    if problem is not None:
        segment.translation, segment.state = None, State.FUZZY
        summary.problems.append((segment, problem))
        return
    segment.translation = translation
    # Whatever makes a translation doubtful belongs here.
    if finished:
        segment.state = State.TRANSLATED
        summary.translated += 1
    else:
        segment.state = State.FUZZY
        summary.unfinished.append(segment)


def _lines_of(source: str) -> list[str]:
    """Return the lines of a text that have words, without the space around them."""
    parts = (_split_space(part)[1] for part in _LINE_END.split(source))
    return [text for text in parts if has_words(text)]


def _split_space(text: str) -> tuple[str, str, str]:
    stripped = text.strip()
    begin = text.find(stripped)
    return text[:begin], stripped, text[begin + len(stripped) :]
