"""How many wrong pairs `keras-s2s clean` finds, and how many right ones it names.

Puts pairs of each fault among pairs of a parallel corpus, runs the checks and counts.
Needs a folder with `train` and `test` of two languages, and a file with lines in
another script. The rules were tuned on 12,000 of Tatoeba's English-German pairs, those
of seed 1. Takes some minutes for every 10,000 pairs:

    python benchmarks/clean.py --data tatoeba_en_de --other-script val.zh --seed 2
"""

import argparse
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from keras_s2s.cleaning.clean import Languages, find_reasons
from keras_s2s.cleaning.cuts import cut_off
from keras_s2s.cleaning.keys import sentence_keys
from keras_s2s.cleaning.numbers import have_other_numbers
from keras_s2s.cleaning.reasons import Reason, reason_names
from keras_s2s.data.corpus import ParallelCorpus, SentencePair

EXACT = "twice in-test-text empty identical encoding numbers".split()
STRETCH = 25
"""Lines that are out of step at a time."""


@dataclass
class Lines:
    """A corpus that grows, and which fault each line has."""

    pairs: list[SentencePair] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, pair: SentencePair, fault: str) -> None:
        """Append a pair."""
        self.pairs.append(pair)
        self.faults.append(fault)


def other_number(pair: SentencePair, generator: random.Random) -> SentencePair | None:
    """Return the pair with one digit of the target changed."""
    places = [match.start() for match in re.finditer(r"\d", pair.target)]
    if not places or not any(map(str.isdigit, pair.source)):
        return None
    if have_other_numbers(pair.source, pair.target):
        return None  # such as miles and kilometres
    place = generator.choice(places)
    digit = generator.choice(
        [each for each in "123456789" if each != pair.target[place]]
    )
    return SentencePair(
        pair.source, pair.target[:place] + digit + pair.target[place + 1 :]
    )


def wrongly_decoded(
    pair: SentencePair, generator: random.Random
) -> SentencePair | None:
    """Return the pair with a side that was written and read in two encodings."""
    side = generator.choice(["source", "target"])
    if getattr(pair, side).isascii():
        side = "target" if side == "source" else "source"
    text = getattr(pair, side)
    if text.isascii():
        return None
    written, read = generator.choice(
        [("utf-8", "cp1252"), ("utf-8", "latin-1"), ("latin-1", "utf-8")]
    )
    broken = text.encode(written, "replace").decode(read, "replace")
    texts = {"source": pair.source, "target": pair.target, side: broken}
    return SentencePair(**texts)


def faults(
    test: list[SentencePair], others: list[str]
) -> dict[str, Callable[[SentencePair, random.Random], SentencePair | None]]:
    """Return what makes one wrong pair of a right one, by the name of the fault."""

    def in_test_text(pair: SentencePair, generator: random.Random) -> SentencePair:
        of_test = generator.choice(test)
        if generator.random() < 0.5:
            return SentencePair(of_test.source, pair.target)
        return SentencePair(pair.source, of_test.target)

    def empty(pair: SentencePair, generator: random.Random) -> SentencePair:
        if generator.random() < 0.5:
            return SentencePair(generator.choice(["", " "]), pair.target)
        return SentencePair(pair.source, generator.choice(["", " "]))

    def identical(pair: SentencePair, generator: random.Random) -> SentencePair:
        if generator.random() < 0.5:
            return SentencePair(pair.source, pair.source)
        return SentencePair(pair.target, pair.target)

    def wrong_language(pair: SentencePair, generator: random.Random) -> SentencePair:
        if generator.random() < 0.5:
            return SentencePair(pair.target, pair.source)
        return SentencePair(pair.source, generator.choice(test_language))

    def wrong_script(pair: SentencePair, generator: random.Random) -> SentencePair:
        if generator.random() < 0.5:
            return SentencePair(generator.choice(others), pair.target)
        return SentencePair(pair.source, generator.choice(others))

    test_language = [pair.source for pair in test]
    return {
        "twice": lambda pair, generator: pair,
        "in-test-text": in_test_text,
        "empty": empty,
        "identical": identical,
        "encoding": wrongly_decoded,
        "numbers": other_number,
        "language": wrong_language,
        "script": wrong_script,
        "cut": cut_off,
    }


def dirty(
    right: list[SentencePair],
    test: list[SentencePair],
    others: list[str],
    count: int,
    generator: random.Random,
) -> Lines:
    """Return right pairs with `count` pairs of each fault among them."""
    inserts: dict[int, list[tuple[SentencePair, str]]] = {}
    half = len(right) // 2
    for name, spoil in faults(test, others).items():
        made = 0
        while made < count:
            # What stands twice is right the first time. Lines are shifted before.
            chosen = generator.randrange(half, len(right))
            spoiled = spoil(right[chosen], generator)
            if spoiled is not None:
                place = generator.randrange(chosen, len(right))
                inserts.setdefault(place, []).append((spoiled, name))
                made += 1
    lines = Lines()
    for place, pair in enumerate(right):
        lines.add(pair, "")
        for spoiled, fault in inserts.get(place, []):
            lines.add(spoiled, fault)
    shift(lines, half, count, generator)
    return lines


def shift(lines: Lines, half: int, count: int, generator: random.Random) -> None:
    """Move the targets of stretches in the first half by one or two lines."""
    left = count
    while left > 0:
        begin = generator.randrange(half)
        stretch = range(begin, begin + min(STRETCH, left, half - begin))
        if any(lines.faults[line] for line in stretch):
            continue
        by = generator.choice([1, 2])
        targets = [lines.pairs[line].target for line in stretch]
        targets = targets[by:] + targets[:by]
        for line, target in zip(stretch, targets, strict=True):
            lines.pairs[line] = SentencePair(lines.pairs[line].source, target)
            lines.faults[line] = "shifted"
        left -= len(stretch)


def main() -> None:
    """Print what was found of each fault, and how many right pairs were named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--source", default="en")
    parser.add_argument("--target", default="de")
    parser.add_argument(
        "--other-script", type=Path, required=True, help="Lines in another script."
    )
    parser.add_argument("--faults", type=int, default=2000, help="Pairs of each fault.")
    parser.add_argument("--right", type=int, default=0, help="Right pairs; 0 for all.")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--out", type=Path, help="Folder for the dirty text.")
    parser.add_argument("--show", type=int, default=0, help="Mistakes to print.")
    options = parser.parse_args()
    generator = random.Random(options.seed)

    def pairs_of(split: str) -> list[SentencePair]:
        sides = (options.source, options.target)
        paths = (options.data / f"{split}.{side}" for side in sides)
        return list(ParallelCorpus(*paths))

    right, test = pairs_of("train"), pairs_of("test")
    if options.right:
        begin = generator.randrange(max(len(right) - options.right, 0) + 1)
        right = right[begin : begin + options.right]
    others = options.other_script.read_text(encoding="utf-8").split("\n")
    others = [line for line in others if line.strip()]
    lines = dirty(right, test, others, options.faults, generator)
    folder = options.out or Path("clean-benchmark")
    folder.mkdir(parents=True, exist_ok=True)
    for side, name in (("source", options.source), ("target", options.target)):
        text = "".join(f"{getattr(pair, side)}\n" for pair in lines.pairs)
        (folder / f"dirty.{name}").write_text(text, encoding="utf-8")
    corpus = ParallelCorpus(
        folder / f"dirty.{options.source}", folder / f"dirty.{options.target}"
    )
    begin_time = time.perf_counter()
    reasons = find_reasons(
        corpus,
        languages=Languages(options.source, options.target),
        held_out=[
            sentence_keys(text for pair in test for text in (pair.source, pair.target))
        ],
    )
    seconds = time.perf_counter() - begin_time
    marks = np.array(lines.faults)
    print(
        f"{len(right)} right pairs, {options.faults} of each fault, seed {options.seed}"
    )
    for fault in dict.fromkeys(sorted(set(lines.faults) - {""})):
        found = reasons[marks == fault]
        kind = "told exactly" if fault in EXACT else "judged"
        why = ", ".join(
            f"{reason_names(reason)[0]} {np.mean(found & reason != 0):.1%}"
            for reason in Reason
            if np.mean(found & reason != 0) >= 0.01
        )
        print(f"{fault:13} {np.mean(found != 0):7.2%} found, {kind}: {why}")
    named = reasons[marks == ""]
    print(f"{'right':13} {np.mean(named != 0):7.2%} named")
    for reason in Reason:
        if np.any(named & reason):
            share = np.mean(named & reason != 0)
            print(f"    {reason_names(reason)[0]:15} {share:7.3%}")
    print(f"{seconds:.0f} seconds")
    missed: dict[str, int] = {}
    for pair, fault, bits in zip(lines.pairs, lines.faults, reasons, strict=True):
        if bool(fault) != bool(bits) and missed.get(fault, 0) < options.show:
            missed[fault] = missed.get(fault, 0) + 1
            names = ",".join(reason_names(int(bits)))
            print(f"{fault or 'right'}: {names}: {pair.source} | {pair.target}")


if __name__ == "__main__":
    main()
