"""Capitals, several sentences in a line, repeated phrases, and the cost of it all."""

import random
import re
from collections.abc import Sequence

from fidelity_report import carried, one_by_one, report, time_ratio, translate
from sacrebleu.metrics import BLEU

from edge_runtime import Translator
from edge_runtime.text.sentences import sentence_ends
from edge_runtime.text.words import is_cjk


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
    """Print whether sentences joined in lines are translated as each alone.

    Where the bundle splits no lines, its training text having several sentences in one,
    it is told to.
    """
    splits = translator.model.decoding.split_sentences
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
    found = translate(translator, lines, split_sentences=True)
    same = 0
    for text, parts in zip(found, expected, strict=True):
        # Between Chinese sentences there is no space.
        same += "".join(text.split()) == "".join("".join(parts).split())
    how = "" if splits else ", split as asked"
    report(f"joined sentences translated as each alone{how}", same, len(lines))


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
