"""Slots drawn around words that translate each other."""

import random
import re
from collections.abc import Sequence

from edge_runtime.text.words import CJK
from keras_s2s.data.corpus import SentencePair
from keras_s2s.data.slots.pair_marks import PairMark, Place
from keras_s2s.data.slots.word_aligner import Alignment, Links, WordAligner

_LETTERS = rf"[^\W{CJK}_]+"
_WORD = re.compile(rf"[{CJK}]|{_LETTERS}(?:['’]{_LETTERS})*|[^\w\s]")
_LONGEST_PHRASE = 4
_ATTEMPTS = 8

Range = tuple[int, int]
"""First and last word of a phrase."""


def words_of(text: str) -> list[Place]:
    """Return where the words of a text stand; every mark is a word of its own."""
    return [Place(*match.span()) for match in _WORD.finditer(text)]


def texts_of(text: str, words: Sequence[Place]) -> list[str]:
    """Return the words themselves."""
    return [text[word.begin : word.end] for word in words]


def draw_marks(
    pair: SentencePair,
    taken: Sequence[PairMark],
    aligner: WordAligner,
    generator: random.Random,
) -> list[PairMark]:
    """Return up to three further marks of a pair.

    A phrase becomes a slot, or a slot is put before it: what placeholders of a text to
    translate look like.

    Args:
        pair: The pair.
        taken: Marks that it has; phrases do not reach over them.
        aligner: Knows which words translate each other.
        generator: Draws.

    Returns:
        The marks, those taken among them.
    """
    sources, targets = words_of(pair.source), words_of(pair.target)
    found = aligner.align(
        texts_of(pair.source, sources), texts_of(pair.target, targets)
    )
    alignment = Alignment(
        *(_between_words(links, pair, sources, targets) for links in found)
    )
    marks = list(taken)
    used: list[tuple[Range, Range]] = []
    for _ in range(generator.choice((1, 1, 1, 2, 2, 3))):
        replaces = generator.random() < 0.5
        phrase = _draw_phrase(alignment, _LONGEST_PHRASE, generator)
        if phrase is None or not _is_apart(phrase, used):
            continue
        source, target = _reach(sources, phrase[0]), _reach(targets, phrase[1])
        if any(_meets(source, mark.source) or _meets(target, mark.target)
               for mark in taken):  # fmt: skip
            continue
        used.append(phrase)
        if replaces:
            marks.append(PairMark(source, target))
        else:
            marks.append(PairMark(_before(source), _before(target), apart=True))
    return marks


def _between_words(
    links: Links, pair: SentencePair, sources: Sequence[Place], targets: Sequence[Place]
) -> Links:
    """Return the links without those of punctuation marks."""
    return [
        (source, target)
        for source, target in links
        if pair.source[sources[source].begin].isalnum()
        and pair.target[targets[target].begin].isalnum()
    ]


def _draw_phrase(
    alignment: Alignment, longest: int, generator: random.Random
) -> tuple[Range, Range] | None:
    """Draw a phrase of both sides whose words are linked to each other alone.

    Reference:
        [Koehn et al., 2003](https://aclanthology.org/N03-1017), section 4.1.
    """
    if not alignment.certain:
        return None
    for _ in range(_ATTEMPTS):
        first, begin = generator.choice(alignment.certain)
        length = generator.randint(1, longest)
        source, target = (first, first), (begin, begin)
        for place, other in alignment.certain:
            if first < place < first + length:
                source, target = _with(source, place), _with(target, other)
        source, target = _closure(source, target, alignment.possible)
        if all(last - start < longest for start, last in (source, target)):
            return source, target
    return None


def _closure(source: Range, target: Range, links: Links) -> tuple[Range, Range]:
    """Return the least phrase around another that no link leaves."""
    while True:
        before = source, target
        for place, other in links:
            if source[0] <= place <= source[1] or target[0] <= other <= target[1]:
                source, target = _with(source, place), _with(target, other)
        if (source, target) == before:
            return before


def _with(words: Range, place: int) -> Range:
    return min(words[0], place), max(words[1], place)


def _is_apart(phrase: tuple[Range, Range], used: Sequence[tuple[Range, Range]]) -> bool:
    """Return whether a phrase shares no word, and no edge, with those drawn before."""
    return all(
        (last + 1 < other_first or other_last + 1 < first)
        for others in used
        for (first, last), (other_first, other_last) in zip(phrase, others, strict=True)
    )


def _reach(words: Sequence[Place], phrase: Range) -> Place:
    return Place(words[phrase[0]].begin, words[phrase[1]].end)


def _meets(phrase: Place, taken: Place) -> bool:
    return phrase.begin < taken.end and taken.begin < phrase.end


def _before(place: Place) -> Place:
    return Place(place.begin, place.begin)
