"""The page against Python: how many lines both translate to the same text.

    python benchmarks/page_agreement.py BUNDLE --source test.en [--lines 1000]

The bundle's page translates the lines in a browser, greedily and with a beam: as they
are written, with tags and placeholders drawn into them, with drawn values in the place
of their numbers, in capitals, several of them joined, and with a glossary. What differs
is printed. Needs `make page`, Node and a browser.
"""

import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from drawn_texts import drawn_value, with_markup
from page_scenario import play

from edge_runtime import DecodingOptions, Glossary, Translator
from edge_runtime.text.spans import find_spans

BEAMS = (1, 5)
TERMS = 20

Terms = dict[str, list[str]]
"""Translations of each term."""


@click.command()
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option("--source", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--lines", type=int, default=1000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--shown", type=int, default=5, show_default=True, help="Differences.")
def main(bundle: Path, source: Path, lines: int, seed: int, shown: int) -> None:
    """Translate lines in the page of BUNDLE and in Python, and compare."""
    translator = Translator(bundle)
    draw = random.Random(seed)
    plain = source.read_text("utf-8").splitlines()[:lines]
    terms = drawn_glossary(translator, plain, draw)
    sets: dict[str, tuple[list[str], Terms]] = {
        "as written": (plain, {}),
        "with drawn markup": (
            [with_markup(translator, one, draw) for one in plain],
            {},
        ),
        "with drawn numbers": (drawn_numbers(plain, draw), {}),
        "in capitals": ([line.upper() for line in plain], {}),
        "joined": (joined(plain, draw), {}),
        "with a glossary": (plain, terms),
    }
    differ = 0
    for name, (texts, glossary) in sets.items():
        found = in_page(bundle, texts, glossary)
        for beam_size, translations in zip(BEAMS, found, strict=True):
            expected = in_python(translator, texts, glossary, beam_size)
            pairs = list(zip(texts, translations, expected, strict=True))
            unlike = [row for row in pairs if row[1] != row[2]]
            differ += len(unlike)
            search = "greedy" if beam_size == 1 else f"beam {beam_size}"
            print(f"{name}, {search}: {len(pairs) - len(unlike)} of {len(pairs)} alike")
            for text, here, there in unlike[:shown]:
                print(f"  {text}\n    page:   {here}\n    Python: {there}")
    sys.exit(bool(differ))


def drawn_glossary(
    translator: Translator, lines: Sequence[str], draw: random.Random
) -> Terms:
    """Return a glossary of pieces of the lines, some with several translations."""
    pieces = {
        piece.strip("▁")
        for line in lines
        for piece in translator.model.source_tokenizer.tokenize(line).tokens
    }
    chosen = draw.sample(sorted(filter(str.isalpha, pieces)), TERMS)
    return {
        piece: [f"Term{number}", f"Other{number}"][: 1 + number % 2]
        for number, piece in enumerate(chosen)
    }


def drawn_numbers(lines: Sequence[str], draw: random.Random) -> list[str]:
    """Return the lines that have a number, with another one in its place."""
    changed = []
    for line in lines:
        numbers = find_spans(line, frozenset({"number"}))
        if numbers:
            number = draw.choice(numbers)
            value = drawn_value(draw)
            changed.append(f"{line[: number.begin]}{value}{line[number.end :]}")
    return changed


def joined(lines: Sequence[str], draw: random.Random) -> list[str]:
    """Return the lines, two to five of them in one text."""
    remaining = iter(lines)
    texts = []
    while some := [line for _, line in zip(range(draw.randint(2, 5)), remaining,
                                           strict=False)]:  # fmt: skip
        texts.append(draw.choice([" ", "\n"]).join(some))
    return texts


def in_python(
    translator: Translator, texts: Sequence[str], terms: Terms, beam_size: int
) -> list[str]:
    """Return the translations of Python."""
    glossary = Glossary(terms) if terms else None
    options = DecodingOptions(beam_size=beam_size, glossary=glossary)
    return [found.text for found in translator.translate_batch(list(texts), options)]


def in_page(bundle: Path, texts: Sequence[str], terms: Terms) -> list[list[str]]:
    """Return the translations of the page, for each size of the beam."""
    run: dict[str, Any] = {}
    if terms:
        run["terms"] = "".join(
            f"{term}\t{'|'.join(forms)}\n" for term, forms in terms.items()
        )
    runs = [{"beamSize": beam_size, **run} for beam_size in BEAMS]
    return [
        [translation["texts"][0] for translation in run["translations"]]
        for run in play("library", bundle, lines=list(texts), runs=runs)
    ]


if __name__ == "__main__":
    main()
