"""Whether drawn terms of a glossary are obeyed, and what that costs."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from drawn_texts import words_to_mark
from fidelity_report import (
    carried,
    compare,
    one_by_one,
    report,
    time_ratio,
    translate,
)

from edge_runtime import Glossary, Translator
from edge_runtime.text.glossary import is_edge
from edge_runtime.text.words import is_cjk
from keras_s2s.data.slots.drawn_marks import words_of
from keras_s2s.data.slots.word_aligner import WordAligner

_FREQUENT_WORDS = 200


def drawn_terms(
    translator: Translator,
    test: Sequence[tuple[str, str]],
    others: Sequence[tuple[str, str]],
    draw: random.Random,
    tokenizer: str,
) -> None:
    """Print how 300 drawn terms are obeyed, with BLEU and time."""
    aligned = aligned_terms(translator, test, others)
    terms = dict(draw.sample(aligned, min(300, len(aligned))))
    glossary = Glossary(terms)
    lines = [
        (source, reference)
        for source, reference in test
        if any(glossary.find(source)) and not carried(translator, source)
    ]
    sources = [source for source, _ in lines]
    found = translate(translator, sources, glossary=glossary)
    obeyed = sum(
        all(forms[0] in text for _, _, forms in glossary.find(source))
        for source, text in zip(sources, found, strict=True)
    )
    report(f"lines that obey {len(terms)} drawn terms", obeyed, len(lines))
    forms_of = [[forms[0] for _, _, forms in glossary.find(line)] for line in sources]
    references = [reference for _, reference in lines]
    rests = [
        list(map(without_forms, texts, forms_of))
        for texts in (found, translate(translator, sources), references)
    ]
    compare("BLEU and chrF of the rest, with and without the terms", *rests, tokenizer)
    # Where the reference says it in other words, those stay in its rest: the line with
    # the term loses by obeying, whatever the rest of it is.
    agreeing = [
        number
        for number, (reference, forms) in enumerate(
            zip(references, forms_of, strict=True)
        )
        if all(find_word(reference, form) >= 0 for form in forms)
    ]
    compare(
        f"... of the {len(agreeing)} lines whose reference has the terms",
        *([rest[number] for number in agreeing] for rest in rests),
        tokenizer,
    )
    ratio = time_ratio(
        lambda: one_by_one(translator, sources, glossary=glossary),
        lambda: one_by_one(translator, sources),
    )
    print(f"{'time of lines with terms, against without':58} {ratio:.3f} times")


def find_word(text: str, form: str) -> int:
    """Return where a form first stands as whole words; -1 where it does not."""
    begin = text.find(form)
    while begin >= 0 and not (
        is_edge(text, begin) and is_edge(text, begin + len(form))
    ):
        begin = text.find(form, begin + 1)
    return begin


def without_forms(text: str, forms: Iterable[str]) -> str:
    """Return a text without one occurrence of each of some words."""
    for form in forms:
        begin = find_word(text, form)
        if begin >= 0:
            text = f"{text[:begin]}{text[begin + len(form) :]}"
    return " ".join(text.split())


def aligned_terms(
    translator: Translator,
    test: Sequence[tuple[str, str]],
    others: Sequence[tuple[str, str]],
) -> list[tuple[str, list[str]]]:
    """Return words of the test set, each with the word it is aligned to most often.

    The words that are most frequent in the references are left out: nobody keeps a
    list of how to translate "have".
    """
    units = [
        (
            [
                source[begin:end].strip()
                for begin, end in words_to_mark(translator, source)
            ],
            [reference[word.begin : word.end] for word in words_of(reference)],
        )
        for source, reference in [*test, *others]
    ]
    aligner = WordAligner(units)
    frequency = Counter(word.lower() for _, targets in units for word in targets)
    frequent = {word for word, _ in frequency.most_common(_FREQUENT_WORDS)}
    in_test = {word for words, _ in units[: len(test)] for word in words}
    linked: dict[str, Counter[str]] = defaultdict(Counter)
    for sources, targets in units:
        for source, target in aligner.align(sources, targets).certain:
            linked[sources[source]][targets[target]] += 1
    return [
        (word, [target])
        for word, counts in sorted(linked.items())
        for target, count in counts.most_common(1)
        if word in in_test
        and word.isalpha()
        and target.isalpha()
        and target.lower() not in frequent
        and len(word) > (1 if is_cjk(word[0]) else 3)
        and count >= 2
        and 2 * count > counts.total()
    ]
