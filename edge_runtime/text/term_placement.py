"""Terms of a glossary in a translation: found there, or put where they belong.

A sentence with terms is translated as ever. Where its translation has a form of a term
already, nothing changes. Otherwise the form replaces the words that translate the term,
as the attention says; where none does, it stands between the words that translate what
is before and behind the term.
"""

from collections.abc import Callable, Mapping, Sequence

from edge_runtime.arrays import FloatArray
from edge_runtime.text.glossary import is_edge
from edge_runtime.text.term import Term
from edge_runtime.text.text_edits import Edit, apply_edits
from edge_runtime.text.tokenizer import Span, TokenizedText
from edge_runtime.text.word_shares import (
    WordShares,
    best_gap,
    best_stretch,
    whole_words,
    words_within,
)
from edge_runtime.text.words import is_cjk

Choose = Callable[[Sequence[str]], int]
"""Returns which of several translations is the best one."""


def place_terms(
    terms: Sequence[Term],
    target: TokenizedText,
    attention: FloatArray,
    certain: Sequence[int],
    choose: Choose,
    fixed: int = 0,
) -> TokenizedText:
    """Return a translation in which every term has a form of its own.

    Args:
        terms: The terms in order, in source tokens, see `in_tokens`.
        target: The translation.
        attention: Of each target token over the source tokens, not negative, shape
            `(target_length, source_length)`.
        certain: Per target token, the source token that it is known to translate; -1
            for none.
        choose: Chooses between translations with different forms of a term.
        fixed: Characters at the beginning that stay as they are.
    """
    words = whole_words(target)
    shares = WordShares(words, target, attention, certain)
    # A form within an address that is carried over is no translation.
    taken = [
        span for span, known in zip(target.spans, certain, strict=True) if known >= 0
    ]
    there = _found(terms, target.text, taken)
    used = [False] * len(words)
    for word, place in enumerate(words):
        used[word] = (
            place[0] < fixed
            or shares.is_certain(word)
            or any(_overlap(span, place) for span in there.values())
        )
    first_gap = words_within(words, fixed)
    places = _places(terms, there, shares, words, used, target.text, first_gap)
    edits: list[Edit] = []
    for number, (begin, end) in sorted(places.items()):
        forms = terms[number].forms
        written = [_apart(form, target.text, begin, end, edits) for form in forms]
        best = 0
        if len(written) > 1:
            candidates = [
                apply_edits(_in_order([*edits, Edit(begin, end, form)]), target).text
                for form in written
            ]
            best = choose(candidates)
        edits.append(Edit(begin, end, written[best]))
    return apply_edits(_in_order(edits), target)


def _overlap(first: Span, second: Span) -> bool:
    return first[0] < second[1] and second[0] < first[1]


def _in_order(edits: Sequence[Edit]) -> list[Edit]:
    return sorted(edits, key=lambda edit: (edit.begin, edit.end))


def _found(terms: Sequence[Term], text: str, taken: Sequence[Span]) -> dict[int, Span]:
    """Return where a form stands already of each term that has one.

    The longest forms are looked for first: a shorter one may be part of them.

    Args:
        terms: The terms.
        text: The translation.
        taken: What stands for something else.
    """
    found: dict[int, Span] = {}
    taken = list(taken)
    forms = sorted(
        {form for term in terms for form in term.forms},
        key=lambda form: (-len(form), form),
    )
    for form in forms:
        waiting = [
            number
            for number, term in enumerate(terms)
            if form in term.forms and number not in found
        ]
        begin = text.find(form)
        while begin >= 0 and waiting:
            end = begin + len(form)
            if (
                is_edge(text, begin)
                and is_edge(text, end)
                and all(end <= first or last <= begin for first, last in taken)
            ):
                taken.append((begin, end))
                found[waiting.pop(0)] = begin, end
            begin = text.find(form, begin + 1)
    return found


def _places(
    terms: Sequence[Term],
    there: Mapping[int, Span],
    shares: WordShares,
    words: Sequence[Span],
    used: list[bool],
    text: str,
    first_gap: int,
) -> dict[int, Span]:
    """Return what a form replaces of each term that has none; its words are used.

    Nothing is put before the first gap.
    """
    places: dict[int, Span] = {}
    # Nothing is put into a form, whether it stood there or comes there.
    owners = [
        next((n for n, span in there.items() if _overlap(span, word)), None)
        for word in words
    ]
    missing = [number for number in range(len(terms)) if number not in there]
    for number in missing:
        gains = shares.within(terms[number].begin, terms[number].end)
        first, last = best_stretch(gains, [not is_used for is_used in used])
        if first == last or sum(gains[first:last]) <= 0:
            first, last = _most_attentive(terms[number], gains, shares, used)
        if first < last:
            places[number] = words[first][0], words[last - 1][1]
            used[first:last] = [True] * (last - first)
            owners[first:last] = [number] * (last - first)
    for number in missing:
        if number not in places:
            before = shares.within(0, terms[number].begin)
            gap = max(first_gap, best_gap(before, owners, None))
            # Not behind the mark that ends the sentence.
            is_mark = bool(words) and not text[words[-1][0]].isalnum()
            is_free = first_gap < len(words) and owners[-1:] == [None]
            if 1 < gap == len(words) and is_mark and is_free:
                gap -= 1
            ends = [end for _, end in words[-1:]]
            place = words[gap][0] if gap < len(words) else max(ends, default=0)
            places[number] = place, place
    return places


def _most_attentive(
    term: Term, gains: Sequence[int], shares: WordShares, used: Sequence[bool]
) -> Span:
    """Return the word that translates a term more than any other token, if any."""
    words = [
        word
        for word, is_used in enumerate(used)
        if not is_used and shares.attends_most(word, term.begin, term.end)
    ]
    best = max(words, key=lambda word: (gains[word], -word), default=None)
    return (0, 0) if best is None else (best, best + 1)


def _apart(form: str, text: str, begin: int, end: int, others: Sequence[Edit]) -> str:
    """Return a form with the spaces that part it from what stands beside it."""
    before, behind = text[:begin][-1:], text[end : end + 1]
    beside = _in_order(others)
    if preceding := [edit for edit in beside if edit.end == begin]:
        before = preceding[-1].replacement[-1:]
    if following := [
        edit for edit in beside if edit.begin == end and edit.end != begin
    ]:
        behind = following[0].replacement[:1]
    if before and not before.isspace() and not is_cjk(before) and not is_cjk(form[0]):
        # A bracket or a hyphen is no word.
        form = f" {form}" if begin == end or before.isalnum() else form
    if behind.isalnum() and not is_cjk(behind) and not is_cjk(form[-1]):
        form = f"{form} "
    return form
