"""What is written arrives: spans, tags, numbers, terms, capitals, sentences, loops.

    python benchmarks/fidelity.py BUNDLE --source test.en --reference test.de
        [--more-source train.en --more-reference train.de]
        [--without BUNDLE] [--lines N] [--seed N]

Prints, for one bundle and one test set:

- how many of the lines with spans have each of them as often as the source, greedy,
  with a beam and streamed, and without carrying them over;
- the same with tags drawn around phrases and placeholders between words: well-formed,
  with the nesting of the source, with all placeholders; BLEU and chrF of the rest;
- numbers of the lines with 20 drawn values in their place;
- terms of a drawn glossary, BLEU and time beside the same lines without it;
- BLEU of the lines in capitals beside BLEU as written, case ignored;
- several sentences of a line against each alone;
- repeated phrases in a hostile set, and what the check for loops changes in the test;
- time for the lines without spans with carrying on and off.

From `--more-source` and `--more-reference`, say the training text, terms are learnt as
well: a test set alone says little of what translates what. `--without` is a bundle of a
model that was trained alike without slots: BLEU around spans is compared with its.
"""

import argparse
import random
import re
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

from edge_runtime import DecodingOptions, Glossary, Translator
from edge_runtime.text.sentences import sentence_ends
from edge_runtime.text.spans import Role, find_spans
from edge_runtime.text.tokenizer import Span
from edge_runtime.text.words import is_cjk, word_spans
from keras_s2s.data.slots.drawn_marks import words_of
from keras_s2s.data.slots.word_aligner import WordAligner

VALUES_OF_A_NUMBER = 20
PAIRED = ("b", "i", "em", "span", "code")
PLACEHOLDERS = ("{name}", "{0}", "%s", "%1$d", "${x}", "{{user}}", "%(count)d")
ALL_KINDS = frozenset(
    "tag code placeholder url email path version identifier number symbol".split()
)


def main() -> None:
    """Print all figures of one bundle."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--more-source", type=Path)
    parser.add_argument("--more-reference", type=Path)
    parser.add_argument("--without", type=Path)
    parser.add_argument("--lines", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    translator = Translator(arguments.bundle)
    without = Translator(arguments.without) if arguments.without else None
    test = read_pairs(arguments.source, arguments.reference)
    sources = [source for source, _ in test]
    others = []
    if arguments.more_source and arguments.more_reference:
        others = read_pairs(arguments.more_source, arguments.more_reference)
    draw = random.Random(arguments.seed)
    tokenizer = bleu_tokenizer(translator)
    spans_as_they_are(translator, without, test, tokenizer)
    drawn_structure(
        translator, without, draw.sample(test, min(arguments.lines, len(test))), draw
    )
    drawn_numbers(translator, sources, draw)
    drawn_terms(translator, test, others, draw, tokenizer)
    capitals(translator, test, tokenizer)
    joined_sentences(translator, sources, draw)
    loops(translator, sources, draw)
    cost(translator, sources)


def read_pairs(source: Path, target: Path) -> list[tuple[str, str]]:
    """Return the pairs of two files."""
    sides = (path.read_text("utf-8").splitlines() for path in (source, target))
    return list(zip(*sides, strict=True))


def bleu_tokenizer(translator: Translator) -> str:
    """Return sacreBLEU's tokenizer for the target language of a bundle."""
    pieces = "".join(translator.model.target_tokenizer.pieces)
    share = sum(map(is_cjk, pieces)) / len(pieces)
    return "zh" if share > 0.2 else "13a"


def report(name: str, count: int, total: int) -> None:
    """Print a share of the lines."""
    share = f"{100 * count / total:.2f} %" if total else "none"
    print(f"{name:58} {count:6} of {total:6}  {share}", flush=True)


def translate(
    translator: Translator, lines: Sequence[str], **options: object
) -> list[str]:
    """Return the translations of lines."""
    found = translator.translate_batch(
        list(lines),
        DecodingOptions(**options),  # type: ignore[arg-type]
        with_evidence=False,
    )
    return [translation.text for translation in found]


def carried(translator: Translator, line: str) -> list[str]:
    """Return the spans that a bundle carries over, by default."""
    kinds = frozenset(translator.model.decoding.carry)
    return [span.text for span in find_spans(line, kinds)]


def arrive(spans: Iterable[str], text: str) -> bool:
    """Return whether each span stands in a text as often as it must, and no more."""
    rest = text
    wanted = Counter(spans)
    for span in sorted(wanted.elements(), key=len, reverse=True):
        if span not in rest:
            return False
        rest = rest.replace(span, "\n", 1)
    again = Counter(span.text for span in find_spans(rest, ALL_KINDS))
    return not any(span in again for span in wanted)


def without_spans(text: str) -> str:
    """Return a text without its spans, for a score of what stands around them."""
    kept, done = [], 0
    for span in find_spans(text, ALL_KINDS):
        kept.append(text[done : span.begin])
        done = span.end
    return " ".join("".join([*kept, text[done:]]).split())


def scores(
    found: Sequence[str], references: Sequence[str], tokenizer: str
) -> tuple[float, float]:
    """Return BLEU and chrF."""
    bleu = BLEU(tokenize=tokenizer, force=True).corpus_score(found, [references]).score
    return bleu, CHRF().corpus_score(found, [references]).score


def interval(
    first: Sequence[str],
    second: Sequence[str],
    references: Sequence[str],
    tokenizer: str,
    rounds: int = 300,
) -> tuple[float, float]:
    """Return the 95 % interval of the difference in BLEU, by paired bootstrap."""
    metric = BLEU(tokenize=tokenizer, force=True)
    statistics_of = [
        metric._extract_corpus_statistics(found, [references])
        for found in (first, second)
    ]
    draw = random.Random(1)
    differences = []
    for _ in range(rounds):
        rows = draw.choices(range(len(references)), k=len(references))
        one, other = (
            metric._aggregate_and_compute([stats[row] for row in rows]).score
            for stats in statistics_of
        )
        differences.append(one - other)
    differences.sort()
    return differences[int(0.025 * rounds)], differences[int(0.975 * rounds)]


def spans_as_they_are(
    translator: Translator,
    without: Translator | None,
    test: Sequence[tuple[str, str]],
    tokenizer: str,
) -> None:
    """Print how many lines of the test set have all their spans."""
    lines = [
        (source, reference, spans)
        for source, reference in test
        if (spans := carried(translator, source))
    ]
    sources = [source for source, _, _ in lines]
    if not lines:
        report("lines with spans", 0, len(test))
        return
    searches: dict[str, Callable[[], list[str]]] = {
        "greedy": lambda: translate(translator, sources, beam_size=1),
        "beam 5": lambda: translate(translator, sources, beam_size=5),
        "streamed": lambda: [
            "".join(token.text for token in translator.stream(source))
            for source in sources
        ],
        "greedy, nothing carried": lambda: translate(
            translator, sources, beam_size=1, carry=()
        ),
    }
    found: dict[str, list[str]] = {}
    for name, search in searches.items():
        found[name] = search()
        arrived = sum(
            arrive(spans, text)
            for (_, _, spans), text in zip(lines, found[name], strict=True)
        )
        report(f"lines with all spans, {name}", arrived, len(lines))
    if without:
        references = [without_spans(reference) for _, reference, _ in lines]
        ours = [without_spans(text) for text in found["greedy"]]
        other = [
            without_spans(text)
            for text in translate(without, sources, beam_size=1, carry=())
        ]
        compare("BLEU and chrF around spans", ours, other, references, tokenizer)


def compare(
    name: str,
    ours: Sequence[str],
    other: Sequence[str],
    references: Sequence[str],
    tokenizer: str,
) -> None:
    """Print two scores and the interval of their difference."""
    first, second = (
        "{:.2f} {:.2f}".format(*scores(found, references, tokenizer))
        for found in (ours, other)
    )
    low, high = interval(ours, other, references, tokenizer)
    print(f"{name:58} {first} against {second}, difference {low:+.2f} to {high:+.2f}")


def drawn_structure(
    translator: Translator,
    without: Translator | None,
    test: Sequence[tuple[str, str]],
    draw: random.Random,
) -> None:
    """Print how tags and placeholders drawn into lines arrive."""
    lines = [with_markup(translator, source, draw) for source, _ in test]
    for beam_size in (1, 5):
        found = translate(translator, lines, beam_size=beam_size)
        structures = [structure(text) for text in found]
        search = "greedy" if beam_size == 1 else f"beam {beam_size}"
        report(
            f"drawn tags, well-formed, {search}",
            sum(tree is not None for tree in structures),
            len(lines),
        )
        report(
            f"drawn tags, nested as in the source, {search}",
            sum(
                tree is not None and sorted(tree) == sorted(structure(line) or [])
                for tree, line in zip(structures, lines, strict=True)
            ),
            len(lines),
        )
        report(
            f"drawn tags, in the order of the source, {search}",
            sum(
                tree is not None and tree == structure(line)
                for tree, line in zip(structures, lines, strict=True)
            ),
            len(lines),
        )
        report(
            f"drawn tags and placeholders, each once, {search}",
            sum(
                arrive(carried(translator, line), text)
                for line, text in zip(lines, found, strict=True)
            ),
            len(lines),
        )
    tokenizer = bleu_tokenizer(translator)
    references = [without_spans(reference) for _, reference in test]
    ours = [without_spans(text) for text in translate(translator, lines)]
    plain = [without_spans(source) for source, _ in test]
    compare(
        "BLEU and chrF around drawn markup, against plain lines",
        ours,
        translate(translator, plain),
        references,
        tokenizer,
    )
    if without:
        compare(
            "... against plain lines of the model without slots",
            ours,
            translate(without, plain, carry=()),
            references,
            tokenizer,
        )


def words_to_mark(translator: Translator, line: str) -> list[Span]:
    """Return where words stand; in Chinese and Japanese, tokens of the vocabulary."""
    if not any(map(is_cjk, line)):
        return word_spans(line)
    spans = translator.model.source_tokenizer.tokenize(line).spans
    return [(begin, end) for begin, end in spans if line[begin:end].strip()]


def with_markup(translator: Translator, line: str, draw: random.Random) -> str:
    """Return a line with tags around a phrase, perhaps nested, and placeholders."""
    words = words_to_mark(translator, line)
    if not words:
        return line
    first = draw.randrange(len(words))
    last = draw.randrange(first, min(len(words), first + 6))
    inserted: list[tuple[int, int, str]] = []
    name = draw.choice(PAIRED)
    inserted.append((words[first][0], 1, f"<{name}>"))
    inserted.append((words[last][1], 0, f"</{name}>"))
    if last > first + 1 and draw.random() < 0.5:
        inner = draw.choice(PAIRED)
        middle = draw.randrange(first + 1, last)
        inserted.append((words[middle][0], 1, f"<{inner}>"))
        inserted.append((words[middle][1], 0, f"</{inner}>"))
    if draw.random() < 0.3:
        inserted.append((words[draw.randrange(len(words))][0], 2, "<br/>"))
    if draw.random() < 0.6:
        place = words[draw.randrange(len(words))][0]
        space = "" if is_cjk(line[place]) else " "
        inserted.append((place, 3, f"{draw.choice(PLACEHOLDERS)}{space}"))
    for place, _, text in sorted(inserted, reverse=True):
        line = f"{line[:place]}{text}{line[place:]}"
    return line


def structure(text: str) -> list[tuple[str, tuple[str, ...]]] | None:
    """Return each tag with those it stands in, in order; `None` if not well-formed."""
    found: list[tuple[str, tuple[str, ...]]] = []
    stack: list[str] = []
    for span in find_spans(text, frozenset({"tag"})):
        if span.role is Role.CLOSING:
            stack.pop()
        elif span.role is Role.PLAIN and not span.text.endswith("/>"):
            return None
        else:
            found.append((span.text, tuple(stack)))
            if span.role is Role.OPENING:
                stack.append(span.text)
    return found


def drawn_numbers(
    translator: Translator, sources: Sequence[str], draw: random.Random
) -> None:
    """Print whether drawn values arrive in the place of the numbers of lines."""
    lines, values = [], []
    for source in sources:
        spans = [
            span
            for span in find_spans(source, frozenset({"number"}))
            if span.text.isdecimal()
        ]
        if not spans:
            continue
        for _ in range(VALUES_OF_A_NUMBER):
            span = draw.choice(spans)
            value = drawn_value(draw)
            lines.append(f"{source[: span.begin]}{value}{source[span.end :]}")
            values.append(value)
    found = translate(translator, lines)
    arrived = sum(value in text for value, text in zip(values, found, strict=True))
    report("drawn values of numbers", arrived, len(lines))


def drawn_value(draw: random.Random) -> str:
    """Draw a number as people write them."""
    whole = str(draw.randrange(10 ** draw.randrange(1, 10)))
    return draw.choice(
        (
            whole,
            whole,
            f"{draw.randrange(1000)}.{draw.randrange(100):02}",
            f"{draw.randrange(24)}:{draw.randrange(60):02}",
            f"{draw.choice('$€£')}{draw.randrange(100)}.{draw.randrange(100):02}",
        )
    )


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
    rests = [
        list(map(without_forms, texts, forms_of))
        for texts in (
            found,
            translate(translator, sources),
            [reference for _, reference in lines],
        )
    ]
    compare("BLEU and chrF of the rest, with and without the terms", *rests, tokenizer)
    ratio = time_ratio(
        lambda: one_by_one(translator, sources, glossary=glossary),
        lambda: one_by_one(translator, sources),
    )
    print(f"{'time of lines with terms, against without':58} {ratio:.3f} times")


_FREQUENT_WORDS = 200


def without_forms(text: str, forms: Iterable[str]) -> str:
    """Return a text without one occurrence of each of some words."""
    for form in forms:
        begin = text.find(form)
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


def one_by_one(translator: Translator, lines: Sequence[str], **options: object) -> None:
    """Translate lines one at a time, as a person would."""
    chosen = DecodingOptions(**options)  # type: ignore[arg-type]
    for line in lines[:200]:
        translator.translate(line, chosen)


def time_ratio(
    first: Callable[[], object], second: Callable[[], object], rounds: int = 5
) -> float:
    """Return the median of the ratios of two times, measured in turn."""
    ratios = []
    for _ in range(rounds):
        times = []
        for run in (first, second):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        ratios.append(times[0] / times[1])
    return statistics.median(ratios)


def capitals(
    translator: Translator, test: Sequence[tuple[str, str]], tokenizer: str
) -> None:
    """Print BLEU of the lines in capitals and as written, case ignored."""
    metric = BLEU(tokenize=tokenizer, lowercase=True, force=True)
    references = [[reference for _, reference in test]]
    as_written, in_capitals = (
        metric.corpus_score(translate(translator, lines), references).score
        for lines in (
            [source for source, _ in test],
            [source.upper() for source, _ in test],
        )
    )
    print(
        f"{'BLEU of lines in capitals, against as written':58} "
        f"{in_capitals:.2f} against {as_written:.2f}"
    )


def joined_sentences(
    translator: Translator, sources: Sequence[str], draw: random.Random
) -> None:
    """Print whether sentences joined in lines are translated as each alone."""
    single = [
        source
        for source in sources
        if re.search(r"[.!?。！？]$", source)
        and not re.search(r"[.!?。！？…]", source[:-1])
        and next(sentence_ends(source), len(source)) == len(source)
    ]
    lines, expected = [], []
    alone = dict(zip(single, translate(translator, single), strict=True))
    for _ in range(1000):
        parts = draw.choices(single, k=draw.randint(2, 5))
        glue = "" if is_cjk(parts[0][-1]) else " "
        glue = draw.choice((glue, "\n"))
        lines.append(glue.join(parts))
        expected.append([alone[part] for part in parts])
    found = translate(translator, lines)
    same = 0
    for text, parts in zip(found, expected, strict=True):
        same += text.split() == " ".join(parts).split()
    report("joined sentences translated as each alone", same, len(lines))


def loops(translator: Translator, sources: Sequence[str], draw: random.Random) -> None:
    """Print repeated phrases in a hostile set, and what the check changes."""
    tokenizer = translator.model.source_tokenizer
    pieces = [piece.replace("▁", " ") for piece in tokenizer.pieces]
    hostile = []
    for number in range(2000):
        line = draw.choice(sources)
        if number % 4 == 0:
            hostile.append("".join(draw.choices(pieces, k=draw.randint(1, 60))))
        elif number % 4 == 1:
            hostile.append(" ".join([line.split(" ")[0]] * draw.randint(5, 40)))
        elif number % 4 == 2:
            letters = (chr(draw.randrange(0x21, 0x3000)) for _ in range(80))
            hostile.append("".join(letters)[: draw.randint(1, 80)])
        else:
            hostile.append(line * draw.randint(1, 6))
    found = translator.translate_batch(hostile)
    too_often = sum(
        longest_repeat(translation.tokens)
        # A short translation may be of a longer phrase.
        > max(4, longest_repeat(translation.source_tokens, longest=60))
        for translation in found
    )
    report("hostile lines that repeat a phrase too often", too_often, len(hostile))
    changed = sum(
        one != other
        for one, other in zip(
            translate(translator, sources),
            translate(translator, sources, break_loops=False),
            strict=True,
        )
    )
    report("lines of the test set that the check changes", changed, len(sources))


def longest_repeat(tokens: Sequence[str], longest: int = 8) -> int:
    """Return how often a phrase of up to `longest` tokens stands in a row."""
    most = 1
    for size in range(1, longest + 1):
        same = 0
        for place in range(size, len(tokens)):
            same = same + 1 if tokens[place] == tokens[place - size] else 0
            most = max(most, same // size + 1)
    return most


def cost(translator: Translator, sources: Sequence[str]) -> None:
    """Print what carrying spans costs lines that have none."""
    lines = [line for line in sources if not carried(translator, line)]
    same = translate(translator, lines) == translate(translator, lines, carry=())
    print(f"{'lines without spans are translated the same':58} {same}")
    ratio = time_ratio(
        lambda: one_by_one(translator, lines),
        lambda: one_by_one(translator, lines, carry=()),
    )
    print(f"{'time of lines without spans, carrying on and off':58} {ratio:.3f} times")


if __name__ == "__main__":
    main()
