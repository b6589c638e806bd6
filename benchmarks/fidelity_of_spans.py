"""Whether spans arrive: those of a test set, drawn markup, drawn numbers."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from drawn_texts import drawn_value, with_markup
from fidelity_report import bleu_tokenizer, carried, compare, report, translate

from edge_runtime import Translator
from edge_runtime.text.spans import Role, find_spans

VALUES_OF_A_NUMBER = 20
ALL_KINDS = frozenset(
    "tag code placeholder url email path version identifier number symbol".split()
)


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


def drawn_structure(
    translator: Translator,
    without: Translator | None,
    test: Sequence[tuple[str, str]],
    draw: random.Random,
) -> None:
    """Print how tags and placeholders drawn into lines arrive."""
    lines = [well_marked(translator, source, draw) for source, _ in test]
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
        same = [without_spans(text) for text in translate(without, lines)]
        compare(
            "... against the same lines of the model without slots",
            ours,
            same,
            references,
            tokenizer,
        )
        compare(
            "... against plain lines of the model without slots",
            ours,
            translate(without, plain, carry=()),
            references,
            tokenizer,
        )


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


def well_marked(translator: Translator, line: str, draw: random.Random) -> str:
    """Return a line with drawn markup as people write it: no half of a pair in code."""
    for _ in range(100):
        marked = with_markup(translator, line, draw)
        names = Counter(re.findall(r"</?([a-z]+)>", marked))
        tags = structure(marked)
        if tags is not None and sum(names.values()) == 2 * sum(
            tag[1:-1] in names for tag, _ in tags
        ):
            return marked
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
